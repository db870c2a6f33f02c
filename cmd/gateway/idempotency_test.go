package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// keyed is a gateway in front of vendors that always issue a token, and how to send one
// message over either transport under a key.
type keyed struct {
	*testing.T
	vendors *scriptedVendors
	url     string
	client  livenessv1.LivenessServiceClient
}

func startKeyed(t *testing.T) *keyed {
	t.Helper()
	k := &keyed{T: t, vendors: &scriptedVendors{}}
	server := httptest.NewServer(k.vendors)
	t.Cleanup(server.Close)
	text, err := os.ReadFile("testdata/parity/gateway.yaml")
	require.NoError(t, err)
	g, client := startGateway(t, string(text), server.URL, io.Discard)
	k.url, k.client = g.restURL(), client
	return k
}

func (k *keyed) overGRPC(key string) (*livenessv1.IssueLivenessTokenResponse, error) {
	return k.client.IssueLivenessToken(k.Context(), &livenessv1.IssueLivenessTokenRequest{
		IdempotencyKey: key, Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, SubjectId: "user-7f3a",
		Callback: &livenessv1.Callback{ReturnUrl: new("https://example.com/r"), NotifyUrl: new("https://example.com/n")},
	})
}

func (k *keyed) overREST(key string) (*livenessv1.IssueLivenessTokenResponse, error) {
	request, err := http.NewRequestWithContext(k.Context(), http.MethodPost, k.url, strings.NewReader(`{
		"callback": {"notifyUrl": "https://example.com/n", "returnUrl": "https://example.com/r"},
		"subjectId": "user-7f3a", "flow": "FLOW_HOSTED_PAGE"
	}`))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", `"`+key+`"`)
	answer, err := (&http.Client{}).Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	response := &livenessv1.IssueLivenessTokenResponse{}
	return response, protojson.Unmarshal(content, response)
}

// What was issued over one transport is replayed over the other.
func TestReplayAcrossTransports(t *testing.T) {
	k := startKeyed(t)
	type call = func(string) (*livenessv1.IssueLivenessTokenResponse, error)
	for key, calls := range map[string][2]call{
		"grpc-first": {k.overGRPC, k.overREST}, "rest-first": {k.overREST, k.overGRPC},
	} {
		t.Run(key, func(t *testing.T) {
			k.vendors.play(nil)
			first, err := calls[0](key)
			require.NoError(t, err)
			second, err := calls[1](key)
			require.NoError(t, err)
			require.Len(t, k.vendors.called(), 1)
			require.False(t, first.GetReplayed())
			require.NotEqual(t, first.GetRequestId(), second.GetRequestId())
			want := proto.CloneOf(first)
			want.Replayed, want.RequestId = true, second.GetRequestId()
			require.Empty(t, cmp.Diff(want, second, protocmp.Transform()))
		})
	}
}

// However many send the same at once, over whichever transport: one token is issued, and
// all get it.
func TestDuplicatesAtOnce(t *testing.T) {
	k := startKeyed(t)
	var calls sync.WaitGroup
	answers := make(chan *livenessv1.IssueLivenessTokenResponse, 40)
	for range 20 {
		for _, call := range []func(string) (*livenessv1.IssueLivenessTokenResponse, error){k.overGRPC, k.overREST} {
			calls.Go(func() {
				answer, _ := call("key-1")
				answers <- answer
			})
		}
	}
	calls.Wait()
	close(answers)
	require.Len(t, k.vendors.called(), 1)
	issued := 0
	for answer := range answers {
		require.Equal(t, "t-1", answer.GetToken())
		if !answer.GetReplayed() {
			issued++
		}
	}
	require.Equal(t, 1, issued)
}
