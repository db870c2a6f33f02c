package sumsub

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
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// The vectors of the authentication's fact sheet.
func TestSignatureVectors(t *testing.T) {
	secret := sensitive.New("test_secret_key")
	body := func(user string, ttl int) *bodies.JSON {
		b := bodies.NewJSON("application/json")
		b.AddSensitive("userId", sensitive.New(user))
		b.Add("levelName", "basic-kyc-level")
		b.AddValue("ttlInSecs", ttl)
		return b
	}
	for want, got := range map[string]sensitive.String{
		"b8af53b5a0d2d527c73fddd0194ab0383486210e0ab97654101a845d8cbdf8b2": sign(secret, "1700000000", "/resources/accessTokens/sdk", body("user-1", 600)),
		"b6ee95956ed8dc7ad904b41c8c2eead3c0ab7da6777a3abbee031c4a337eb96d": sign(secret, "1700000000", "/resources/accessTokens/sdk", body("用户/1", 300)),
		"951996910e94a295d7adc6416397b4df731b63907903fe39cbb5a09d40b41aef": sign(secret, "1700000000",
			"/resources/accessTokens?userId=user-1&levelName=basic-kyc-level&ttlInSecs=600", strings.NewReader("")),
	} {
		require.Equal(t, want, got.Reveal())
	}
}

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

func targetOver(over http.RoundTripper) *sdkTarget {
	config := providers.AccountConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "vendor.example"}, PathPrefix: "/resources", Transport: over,
		Credentials: []map[string]sensitive.String{{keyAppToken: sensitive.New("sbx:public.private"), keySecretKey: sensitive.New("secret-5127")}},
	}
	return &sdkTarget{&account{config}, map[string]string{levelName.Name: "basic-kyc-level"}}
}

// A token of somebody else is none.
func TestTokenOfAnotherUser(t *testing.T) {
	request := &providers.Request{SubjectID: sensitive.New("17")}
	for userID, usable := range map[string]bool{
		`"17"`: true, `17`: true, `null`: true, `""`: true, `"18"`: false, `"17 "`: false, `18`: false, `{}`: false, `["17"]`: false,
	} {
		token, failure := issue(t, answers{200, `{"token":"_act-1","userId":` + userID + `}`}, request)
		if usable {
			require.Nil(t, failure, userID)
			require.Equal(t, "17", token.SessionID.Reveal())
			continue
		}
		require.NotNil(t, failure, userID)
		require.Equal(t, providers.VendorResponseInvalid, failure.Reason, userID)
	}
	_, failure := issue(t, answers{201, `{"token":"_act-1"}`}, request)
	require.Nil(t, failure)
}

// Every number and status of the fact sheet, as the vendor writes it.
func TestErrors(t *testing.T) {
	request := &providers.Request{SubjectID: sensitive.New("user-1")}
	tests := []struct {
		status int
		body   string
		reason providers.Reason
		code   string
		field  providers.Path
	}{
		{409, `{"code":409,"errorCode":1008}`, providers.ArgumentRejected, "1008", "subject_id"},
		{409, `{"code":409,"errorCode":1009}`, providers.ArgumentRejected, "1009", "subject_id"},
		{400, `{"code":400,"errorCode":1001}`, providers.VendorErrorUnrecognized, "1001", ""},
		{401, `{"code":401,"errorCode":4006}`, providers.VendorCredentialsRejected, "4006", ""},
		{401, `{"code":401,"errorCode":4099}`, providers.VendorCredentialsRejected, "4099", ""}, // more errors get numbers over time
		{400, `{"code":400,"errorCode":2001}`, providers.ArgumentRejected, "2001", ""},
		{401, `{"code":401,"errorCode":4004}`, providers.VendorSignatureExpired, "4004", ""},
		{400, `{"code":400}`, providers.ArgumentRejected, "400", ""},
		{409, `{"code":409}`, providers.VendorErrorUnrecognized, "", ""},
		{503, `{"code":503}`, providers.VendorInternalError, "", ""},
		{401, ``, providers.VendorCredentialsRejected, "", ""},
		{403, `<html>`, providers.VendorPermissionDenied, "", ""},
		{502, `<html>`, providers.VendorInternalError, "", ""},
	}
	for _, test := range tests {
		_, failure := issue(t, answers{test.status, test.body}, request)
		require.NotNil(t, failure, test.body)
		require.Equal(t, test.reason, failure.Reason, test.body)
		require.Equal(t, test.code, failure.Exchange.Code, test.body)
		if test.field == "" {
			require.False(t, failure.CallersFault(), test.body)
			continue
		}
		require.Equal(t, []providers.Violation{
			{Path: test.field, Reason: test.reason, Description: "refused by the vendor"},
		}, failure.Violations)
	}
}

func TestLifetimes(t *testing.T) {
	for lifetime, taken := range map[time.Duration]bool{
		5*time.Minute - time.Second: false, 5 * time.Minute: true, 24 * time.Hour: true, 24*time.Hour + time.Second: false,
	} {
		r := &providers.Request{SubjectID: sensitive.New("u"), TokenLifetime: lifetime}
		require.Equal(t, taken, sdk.Check(r, r.Asks(), providers.Settings{}) == nil, lifetime)
	}
}

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces(t)) }

func BenchmarkPieces(b *testing.B) { alloctest.Benchmark(b, pieces(b)) }

func pieces(tb testing.TB) map[string]alloctest.Piece {
	tb.Helper()
	call := providers.Call{Request: &providers.Request{SubjectID: sensitive.New("user-1")}, Now: time.Unix(1700000000, 0)}
	target := targetOver(alloctest.NewVendor(http.StatusOK, `{"token":"_act-sbx-1f2e3d4c","userId":"user-1"}`))
	return map[string]alloctest.Piece{
		"body, signed": alloctest.AtMost(29, func() { target.body(call, "/resources/accessTokens/sdk") }),
		"a call": alloctest.AtMost(54, func() {
			if _, err := target.Issue(tb.Context(), call); err != nil {
				tb.Error(err)
			}
		}),
	}
}
