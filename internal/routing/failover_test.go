package routing

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// another says for every reason that an attempt can end with whether another target
// may be tried: the error table's column.
var another = map[providers.Reason]bool{
	providers.VendorTimeout:             true,
	providers.VendorConnectionLost:      true,
	providers.VendorUnreachable:         true,
	providers.VendorInternalError:       true,
	providers.VendorConcurrencyLimited:  true,
	providers.VendorRateLimited:         true,
	providers.VendorSignatureExpired:    true,
	providers.VendorCredentialsRejected: true,
	providers.VendorAccountDisabled:     true,
	providers.VendorAccountExpired:      true,
	providers.VendorIPNotAllowed:        true,
	providers.VendorQuotaExhausted:      true,
	providers.VendorPermissionDenied:    true,
	providers.VendorEndpointNotFound:    true,
	providers.VendorResponseInvalid:     true,
	providers.VendorErrorUnrecognized:   true,
	providers.ArgumentRejected:          true, // unnamed, so ours
	providers.Internal:                  true, // an adapter's own failure

	providers.InvalidRequest:             false,
	providers.PhotoUnreadable:            false,
	providers.PhotoTooLarge:              false,
	providers.NoFaceFound:                false,
	providers.MultipleFaces:              false,
	providers.PhotoLowQuality:            false,
	providers.RequestTooLarge:            false,
	providers.IdentityNameInvalid:        false,
	providers.IdentityNumberInvalid:      false,
	providers.ComparisonAttemptsExceeded: false,
	providers.NoEligibleProduct:          false,
	providers.CallerCancelled:            false,
	providers.DeadlineTooShort:           false,
	"A_REASON_OF_NO_TABLE":               false,
}

func TestAnotherTarget(t *testing.T) {
	for reason, allowed := range another {
		t.Run(string(reason), func(t *testing.T) {
			outcome, failure := issue(t, router(target("a", by(fails(reason)), of(&comparing)), target("b", of(&comparing))), asksAll())
			require.Equal(t, allowed, TriesAnother(&providers.Error{Reason: reason}))
			require.Equal(t, reason, outcome.Attempts[0].Reason)
			require.Equal(t, First, outcome.Attempts[0].Kind)
			if !allowed {
				require.Equal(t, reason, failure.Reason)
				require.Equal(t, []string{"a"}, tried(outcome))
				return
			}
			require.Nil(t, failure)
			require.Equal(t, []string{"a", "b"}, tried(outcome))
			require.Equal(t, Failover, outcome.Attempts[1].Kind)
			require.Equal(t, providers.OK, outcome.Attempts[1].Reason)
		})
	}
	for reason := range policies {
		require.Contains(t, another, reason)
	}
}

func TestArgumentOfTheCallers(t *testing.T) {
	named := &vendor{err: &providers.Error{
		Reason:     providers.ArgumentRejected,
		Violations: []providers.Violation{{Path: "callback.return_url"}},
	}}
	calling := providers.Product{ID: sdk.ID, Honours: providers.FieldSet(providers.FieldReturnURL)}
	outcome, failure := issue(t, router(target("a", by(named)), target("b", of(&calling))), query())
	require.Equal(t, []string{"a"}, tried(outcome))
	require.Equal(t, []providers.Path{"callback.return_url"}, paths(failure.Violations))
}

// A field that the next target does not send does not end the call; that of the caller
// speaks for it if it fails there too.
func TestArgumentThatTheNextTargetDoesNotSend(t *testing.T) {
	named := &vendor{err: &providers.Error{
		Reason:     providers.ArgumentRejected,
		Violations: []providers.Violation{{Path: providers.FieldSubjectID.Path()}},
	}}
	limited := providers.Product{ID: sdk.ID, Identity: providers.FieldSet(providers.FieldSubjectID), Limits: []providers.Limit{
		providers.AtMostBytes(providers.FieldSubjectID, 128),
	}}
	for next, want := range map[*providers.Product][]string{&sdk: {"a", "c"}, &limited: {"a"}} {
		outcome, failure := issue(t, router(target("a", by(named), of(&limited)), target("b", of(&limited)), target("c", of(next))), query())
		require.Equal(t, want, tried(outcome))
		require.Equal(t, len(want) == 1, failure != nil)
	}
	failing := by(fails(providers.VendorInternalError))
	outcome, failure := issue(t, router(target("a", by(named), of(&limited)), target("c", failing), target("d", of(&limited))), query())
	require.Equal(t, providers.ArgumentRejected, failure.Reason)
	require.Equal(t, []string{"a", "c"}, tried(outcome)[:2])
}

// A caller is to blame only for what was sent: the rest is the operator's to look into, and
// the next target's chance.
func TestBlameOnlyForWhatWasSent(t *testing.T) {
	withCard := func() *Query {
		q := asksAll()
		q.Request.Photos = nil
		return q
	}
	withPhotos := func() *Query {
		q := asksAll()
		q.Request.IdentityDocument = nil
		return q
	}
	photoReasons := []providers.Reason{
		providers.PhotoUnreadable, providers.PhotoTooLarge, providers.NoFaceFound, providers.MultipleFaces,
		providers.PhotoLowQuality, providers.RequestTooLarge,
	}
	cardReasons := []providers.Reason{providers.IdentityNameInvalid, providers.IdentityNumberInvalid}
	tests := []struct {
		reasons []providers.Reason
		query   func() *Query
		blamed  bool
	}{
		{photoReasons, asksAll, true},
		{photoReasons, withPhotos, true},
		{photoReasons, withCard, false},
		{photoReasons, query, false},
		{cardReasons, asksAll, true},
		{cardReasons, withCard, true},
		{cardReasons, withPhotos, false},
		{cardReasons, query, false},
		{[]providers.Reason{providers.ComparisonAttemptsExceeded}, withPhotos, true},
		{[]providers.Reason{providers.ComparisonAttemptsExceeded}, query, false},
	}
	for _, test := range tests {
		for _, reason := range test.reasons {
			failing := fails(reason)
			refusing := target("a", by(failing), of(&comparing))
			outcome, failure := issue(t, router(refusing, target("b", of(&comparing))), test.query())
			require.Equal(t, test.blamed, failure != nil, reason)
			if test.blamed {
				require.Equal(t, reason, failure.Reason)
				continue
			}
			require.Equal(t, []string{"a", "b"}, tried(outcome))
			_, failure = issue(t, router(target("a", by(failing), of(&comparing))), test.query())
			require.Equal(t, providers.ArgumentRejected, failure.Reason)
			require.False(t, failure.CallersFault())
			var own *providers.Error
			require.ErrorAs(t, failing.err, &own)
			require.Equal(t, reason, own.Reason, "the adapter's own error is not changed")
		}
	}
}

func TestAtMostThreeAttempts(t *testing.T) {
	down := func() func(*route.Target) { return by(fails(providers.VendorUnreachable)) }
	outcome, failure := issue(t, router(target("a", down()), target("b", down()), target("c", down()), target("d")), query())
	require.Equal(t, providers.VendorUnreachable, failure.Reason)
	require.Equal(t, []string{"a", "b", "c"}, tried(outcome))

	outcome, failure = issue(t, router(target("a", down()), target("b", down()), target("c"), target("d")), query())
	require.Nil(t, failure)
	require.Equal(t, []string{"a", "b", "c"}, tried(outcome))
	require.Equal(t, "c", outcome.Issued().Account)
}

func TestOneRequestNoMoreThanOneToken(t *testing.T) {
	first, second := &vendor{}, &vendor{}
	outcome, failure := issue(t, router(target("a", by(first)), target("b", by(second))), query())
	require.Nil(t, failure)
	require.Equal(t, []string{"a"}, tried(outcome))
	require.Len(t, first.calls, 1)
	require.Empty(t, second.calls)
}

// An account that may have issued a token is not asked for another one.
func TestAmbiguous(t *testing.T) {
	tests := map[string]struct {
		first  *vendor
		second string
		want   []string
	}{
		"the same account's other product":                     {loses(), "a", []string{"a", "c"}},
		"another account":                                      {loses(), "b", []string{"a", "b"}},
		"the same account, where it is sure that nothing came": {fails(providers.VendorUnreachable), "a", []string{"a", "a"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := router(target("a", by(test.first)), target(test.second, of(&page)), target("c"))
			outcome, failure := issue(t, r, query())
			require.Nil(t, failure)
			require.Equal(t, test.want, tried(outcome))
		})
	}
}

// A skipped target is no attempt: the three may still be used up elsewhere.
func TestAmbiguousAccountsAreSkippedFreely(t *testing.T) {
	lost := func() func(*route.Target) { return by(loses()) }
	r := router(target("a", lost()), target("a", of(&page)), target("b", lost()), target("b", of(&page)), target("c"))
	outcome, failure := issue(t, r, query())
	require.Nil(t, failure)
	require.Equal(t, []string{"a", "b", "c"}, tried(outcome))

	outcome, failure = issue(t, router(target("a", lost()), target("a", of(&page))), query())
	require.Equal(t, providers.VendorConnectionLost, failure.Reason)
	require.Equal(t, []string{"a"}, tried(outcome))
}

func TestStopAfterAmbiguous(t *testing.T) {
	tests := map[string]struct {
		first *vendor
		want  []string
	}{
		"ambiguous": {loses(), []string{"a"}},
		"sure":      {fails(providers.VendorUnreachable), []string{"a", "b"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := route.Route{
				Flow: providers.FlowAppSDK, StopAfterAmbiguous: true,
				Targets: []route.Target{target("a", by(test.first)), target("b")},
			}
			outcome, failure := issue(t, guarded([]route.Route{r}, ignore), query())
			require.Equal(t, test.want, tried(outcome))
			require.Equal(t, len(test.want) == 1, failure != nil)
		})
	}
}
