package providertest

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

func (p *Product) requestChecks() []check {
	checks := []check{
		{"request/path-prefix", requestPathPrefix},
		{"request/credential", requestCredential},
		{"request/clock-offset", requestClockOffset},
		{"request/optional-comparison", requestOptionalComparison},
	}
	examples := p.examples()
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		checks = append(checks, check{"request/" + name, func(t *trial) { requestExample(t, examples[name]) }})
	}
	return checks
}

// examples returns all examples by name.
func (p *Product) examples() map[string]Example {
	all := map[string]Example{"minimal": p.Minimal, "full": p.Full}
	maps.Copy(all, p.Others)
	return all
}

// The request is as the document says, to the last parameter.
func requestExample(t *trial, e Example) {
	require.Empty(t, t.Provider.Product(t.ID).Check(e.Request, e.Request.Asks(), providers.Settings{Parameters: e.Parameters}), "the product does not take the example")
	token := t.accept(t.open(e), call(e))
	require.Empty(t, cmp.Diff([][]string{e.Wire}, t.vendor.received()))
	require.Equal(t, e.Reference, token.Exchange.Reference)
	made := ""
	if e.Made {
		made = e.Reference
	}
	require.Equal(t, made, token.Reference)
}

// requestOf returns what the vendor gets of a call.
func (t *trial) requestOf(target providers.Target, attempt providers.Call) []string {
	t.Helper()
	t.accept(target, attempt)
	received := t.vendor.received()
	return received[len(received)-1]
}

// The account's path prefix replaces the provider's.
func requestPathPrefix(t *trial) {
	endpoint := t.Provider.Product(t.ID).Endpoint
	query, ok := strings.CutPrefix(t.Full.Wire[0], "POST "+t.Provider.PathPrefix+endpoint)
	require.True(t, ok, "the request does not go to the endpoint that the product states")
	elsewhere := t.open(t.Full, func(account *providers.AccountConfig) { account.PathPrefix = "/elsewhere" })
	want := slices.Concat([]string{"POST /elsewhere" + endpoint + query}, t.Full.Wire[1:])
	got := t.requestOf(elsewhere, call(t.Full))
	if t.SignsPath {
		require.NotEmpty(t, cmp.Diff(want, got), "the signature does not cover the path")
		want, got = t.unsigned(want, want), t.unsigned(got, want)
	}
	require.Empty(t, cmp.Diff(want, got))
}

// unsigned returns the lines with what is signed by a secret cut off behind the place where the
// secret stands in the signed lines.
func (t *trial) unsigned(lines, signed []string) []string {
	lines = slices.Clone(lines)
	for i := range min(len(lines), len(signed)) {
		for _, secret := range t.Secrets {
			if at := strings.Index(signed[i], secret); at >= 0 {
				lines[i] = lines[i][:min(at, len(lines[i]))]
			}
		}
	}
	return lines
}

// withOther returns the full call with the other credential.
func (t *trial) withOther() providers.Call {
	attempt := call(t.Full)
	attempt.Credential = 0
	return attempt
}

// The call's credential is used, and nothing of another.
func requestCredential(t *trial) {
	other := t.requestOf(t.target, t.withOther())
	require.NotEqual(t, t.Full.Wire, other, "no credential in the request")
	alone := t.open(t.Full, func(account *providers.AccountConfig) { account.Credentials = account.Credentials[:1] })
	require.Empty(t, cmp.Diff(t.requestOf(alone, t.withOther()), other))
}

// A signature is made for each call, at the time of the vendor's clock.
func requestClockOffset(t *trial) {
	now, later, ahead := call(t.Full), call(t.Full), call(t.Full)
	later.Now = Now().Add(clockOffset)
	ahead.ClockOffset = clockOffset
	require.NotEqual(t, t.requestOf(t.target, now), t.requestOf(t.target, ahead), "nothing in the request depends on the time")
	require.Empty(t, cmp.Diff(t.requestOf(t.open(t.Full), later), t.requestOf(t.target, ahead)))
}
