package providertest

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/leaks"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/results"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// trial is one run of a check: a product and a vendor's server, which answers with the
// body of Success unless the check sets another answer.
type trial struct {
	testing.TB
	Product

	vendor    *vendor
	transport *audit
	// target is the target of the full example.
	target  providers.Target
	private leaks.Private
}

func newTrial(tb testing.TB, p Product) *trial {
	tb.Helper()
	before := goleak.IgnoreCurrent()
	tb.Cleanup(func() { assert.NoError(tb, goleak.Find(before)) })

	t := &trial{TB: tb, Product: p, vendor: newVendor(tb), private: p.private()}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, t.vendor.Listener.Addr().String())
	}}
	tb.Cleanup(transport.CloseIdleConnections)
	t.transport = &audit{RoundTripper: transport}
	if p.RequestIDHeader != "" {
		t.vendor.header.Set(p.RequestIDHeader, p.RequestID)
	}
	t.vendor.answer = answering(http.StatusOK, p.Success.Body)
	t.target = t.open(p.Full)
	return t
}

// config returns the account of every call.
func (p *Product) config(transport http.RoundTripper) providers.AccountConfig {
	base, _ := url.Parse(BaseURL) // a constant
	return providers.AccountConfig{
		BaseURL:     base,
		PathPrefix:  p.Provider.PathPrefix,
		Credentials: []map[string]sensitive.String{p.credential("other_"), p.credential("test_")},
		Options:     p.Options,
		Transport:   transport,
		Random:      countUp,
	}
}

func (p *Product) credential(prefix string) map[string]sensitive.String {
	credential := make(map[string]sensitive.String)
	for _, key := range p.credentialKeys() {
		credential[key] = sensitive.New(prefix + key)
	}
	return credential
}

// credentialKeys are all of the provider's: the credentials of the calls have the optional ones.
func (p *Product) credentialKeys() []string {
	return slices.Concat(p.Provider.CredentialKeys, p.Provider.OptionalCredentialKeys)
}

// countUp is the random source.
func countUp(p []byte) {
	for i := range p {
		p[i] = byte(i + 1)
	}
}

// call returns the call that makes an example.
func call(e Example) providers.Call {
	return providers.Call{Request: e.Request, Credential: 1, Now: Now(), RequestID: RequestID}
}

// Call is the call that makes an example.
func Call(e Example) providers.Call { return call(e) }

// Open returns the target of an example, on the account of every call over another transport.
func (p *Product) Open(over http.RoundTripper, e Example) providers.Target {
	return p.Provider.Open(p.config(over)).NewTarget(p.ID, e.Parameters)
}

// open returns the target of an example, on an account with these changes.
func (t *trial) open(e Example, changes ...func(*providers.AccountConfig)) providers.Target {
	config := t.config(t.transport)
	for _, change := range changes {
		change(&config)
	}
	return t.Provider.Open(config).NewTarget(t.ID, e.Parameters)
}

// issue makes a call and checks what is true of every call.
func (t *trial) issue(ctx context.Context, target providers.Target, attempt providers.Call) (*providers.Token, *providers.Error) {
	t.Helper()
	calls, requests := t.transport.calls.Load(), len(t.vendor.received())
	token, err := target.Issue(ctx, attempt)
	require.LessOrEqual(t, t.transport.calls.Load()-calls, int32(1), "calls of the transport")
	require.LessOrEqual(t, len(t.vendor.received())-requests, 1, "HTTP requests")
	require.Zero(t, t.transport.open.Load(), "bodies left open")
	if err != nil {
		t.private.RequireNotIn(t, leaks.Printed(token, err))
		require.Nil(t, token, "a token beside an error")
		failure := results.Failure(t, err)
		results.RequirePresentable(t, failure.Exchange)
		return nil, failure
	}
	require.NotNil(t, token, "neither a token nor an error")
	require.False(t, token.Value.IsZero(), "an empty token")
	results.RequirePresentable(t, token.Exchange)
	slices.Concat(t.private, leaks.Spelled(leaks.Issued(token))).RequireNotIn(t, leaks.Printed(token, err))
	return token, nil
}

// accept makes a call, which must issue a token.
func (t *trial) accept(target providers.Target, attempt providers.Call) *providers.Token {
	t.Helper()
	token, failure := t.issue(t.Context(), target, attempt)
	require.Nil(t, failure)
	return token
}

// reveal compares sensitive values by their content.
var reveal = cmp.Transformer("Reveal", sensitive.String.Reveal)

// outcome is the expected result of a failed call.
type outcome struct {
	// status is the answer's HTTP status, 0 if there was no answer.
	status int
	reason providers.Reason
	// ambiguous says that the vendor may have processed the request.
	ambiguous bool
	// code is in the table's spelling.
	code string
	// unknown says that an error was reported without a known code.
	unknown bool
}

// reasonFor returns the reason that a refusal has for a request: that of the table, if
// the request contains what the reason is about.
func reasonFor(reason providers.Reason, request *providers.Request) providers.Reason {
	asked := request.Asks()
	photos, card := asked.Has(providers.FieldPhotos), asked.Has(providers.FieldIdentityDocument)
	sent := true
	switch reason {
	case providers.PhotoUnreadable, providers.PhotoTooLarge, providers.NoFaceFound, providers.MultipleFaces,
		providers.PhotoLowQuality, providers.RequestTooLarge:
		sent = photos
	case providers.IdentityNameInvalid, providers.IdentityNumberInvalid:
		sent = card
	case providers.ComparisonAttemptsExceeded:
		sent = photos || card
	default:
	}
	if !sent {
		return providers.ArgumentRejected
	}
	return reason
}

// refuse makes the full call, which must fail so, and returns the exchange.
func (t *trial) refuse(ctx context.Context, want outcome) providers.Exchange {
	t.Helper()
	_, failure := t.issue(ctx, t.target, call(t.Full))
	require.NotNil(t, failure, "a token was issued")
	got := failure.Exchange
	want.reason = reasonFor(want.reason, t.Full.Request)
	require.Equal(t, want, outcome{got.HTTPStatus, failure.Reason, failure.Ambiguous, got.Code, got.UnknownCode}, "%+v", failure)
	require.Equal(t, t.Full.Reference, got.Reference)
	if want.status != 0 {
		require.Equal(t, vendorTime(), got.Date.UTC())
	}
	return got
}

// refuseBody makes the full call, which must fail so when the body comes with the
// status of the outcome.
func (t *trial) refuseBody(body string, want outcome) providers.Exchange {
	t.Helper()
	t.vendor.answer = answering(want.status, body)
	return t.refuse(t.Context(), want)
}
