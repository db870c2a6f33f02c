package iproov

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// answers is a transport that gives every request the same answer.
type answers struct {
	status int
	body   string
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body))}, r.Body.Close()
}

func issue(tb testing.TB, over http.RoundTripper, request *providers.Request) (*providers.Token, *providers.Error) {
	tb.Helper()
	token, err := targetOver(over).Issue(tb.Context(), providers.Call{Request: request, Now: time.Unix(1700000000, 0)})
	if err == nil {
		return token, nil
	}
	var failure *providers.Error
	require.ErrorAs(tb, err, &failure)
	return nil, failure
}

func targetOver(over http.RoundTripper) *claimTarget {
	config := providers.AccountConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "vendor.example"}, PathPrefix: "/api/v2", Transport: over,
		Credentials: []map[string]sensitive.String{{keyAPIKey: sensitive.New("key-5127"), keySecret: sensitive.New("secret-5127")}},
		Random:      func(p []byte) { clear(p) },
	}
	return &claimTarget{&account{config}, &captureEnrol, map[string]string{resource.Name: "login"}}
}

func of(subject string) *providers.Request {
	return &providers.Request{SubjectID: sensitive.New(subject)}
}

// A token of somebody else is none.
func TestTokenOfAnotherUser(t *testing.T) {
	for userID, usable := range map[string]bool{
		`"17"`: true, `17`: true, `null`: true, `""`: true, `"18"`: false, `"17 "`: false, `18`: false, `{}`: false, `["17"]`: false,
	} {
		token, failure := issue(t, answers{200, `{"token":"3f6a","user_id":` + userID + `}`}, of("17"))
		if usable {
			require.Nil(t, failure, userID)
			require.Equal(t, "17", token.Client.Parameters["user_id"].Reveal())
			continue
		}
		require.NotNil(t, failure, userID)
		require.Equal(t, providers.VendorResponseInvalid, failure.Reason, userID)
	}
}

// Nobody is blamed for a user_id that the gateway made, and the caller is told it.
func TestMadeUser(t *testing.T) {
	token, failure := issue(t, answers{200, `{"token":"3f6a"}`}, &providers.Request{})
	require.Nil(t, failure)
	require.Equal(t, strings.Repeat("0", 32), token.Client.Parameters["user_id"].Reveal())
	_, failure = issue(t, answers{400, `{"error":"invalid_user_id"}`}, &providers.Request{})
	require.Equal(t, providers.ArgumentRejected, failure.Reason)
	require.False(t, failure.CallersFault())
}

func TestUserIDs(t *testing.T) {
	for id, taken := range map[string]bool{
		"u": true, strings.Repeat("u", 256): true, strings.Repeat("u", 257): false, "O'Neil+1_a@b.c-d": true,
		"two words": false, "user/1": false, "用户": false, "user-1\n": false,
	} {
		require.Equal(t, taken, captureEnrol.Check(of(id), of(id).Asks(), providers.Settings{}) == nil, id)
		require.Equal(t, taken, verify.Check(of(id), of(id).Asks(), providers.Settings{}) == nil, id)
	}
	require.Nil(t, captureEnrol.Check(&providers.Request{}, 0, providers.Settings{}))
	require.Equal(t, []providers.Violation{
		{Path: "subject_id", Reason: providers.NoEligibleProduct, Description: "required"},
	}, verify.Check(&providers.Request{}, 0, providers.Settings{}))
}

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces(t)) }

func BenchmarkPieces(b *testing.B) { alloctest.Benchmark(b, pieces(b)) }

func pieces(tb testing.TB) map[string]alloctest.Piece {
	tb.Helper()
	call := providers.Call{Request: of("user-1"), Now: time.Unix(1700000000, 0)}
	target := targetOver(alloctest.NewVendor(http.StatusOK, `{"token":"3f6a0c1d","user_id":"user-1"}`))
	return map[string]alloctest.Piece{
		"body": alloctest.AtMost(14, func() { target.body(call, call.Request.SubjectID) }),
		"a call": alloctest.AtMost(41, func() {
			if _, err := target.Issue(tb.Context(), call); err != nil {
				tb.Error(err)
			}
		}),
	}
}
