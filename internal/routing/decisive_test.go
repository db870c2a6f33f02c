package routing

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

func TestDecisiveReason(t *testing.T) {
	const (
		down     = providers.VendorUnreachable         // 503
		limited  = providers.VendorRateLimited         // 503
		slow     = providers.VendorTimeout             // 504
		refused  = providers.VendorCredentialsRejected // 502
		nonsense = providers.VendorResponseInvalid     // 502
		blurred  = providers.PhotoLowQuality           // 400
		huge     = providers.RequestTooLarge           // 413
		left     = providers.CallerCancelled
	)
	tests := []struct {
		ends []providers.Reason
		want providers.Reason
	}{
		{[]providers.Reason{down}, down},
		{[]providers.Reason{down, limited}, limited},
		{[]providers.Reason{limited, down}, down},
		{[]providers.Reason{slow, down}, down},
		{[]providers.Reason{down, slow}, down},
		{[]providers.Reason{slow, refused}, slow},
		{[]providers.Reason{refused, slow}, slow},
		{[]providers.Reason{refused, down}, down},
		{[]providers.Reason{refused, nonsense}, nonsense},
		{[]providers.Reason{nonsense, refused}, refused},
		{[]providers.Reason{refused, slow, down}, down},
		{[]providers.Reason{down, slow, refused}, down},
		{[]providers.Reason{slow, down, nonsense}, down},
		{[]providers.Reason{down, refused, limited}, limited},
		{[]providers.Reason{slow, refused, nonsense}, slow},
		{[]providers.Reason{down, slow, blurred}, blurred},
		{[]providers.Reason{refused, huge}, huge},
		{[]providers.Reason{down, left}, left},
	}
	for _, test := range tests {
		var attempts []Attempt
		for _, reason := range test.ends {
			attempts = append(attempts, Attempt{Reason: reason, Err: &providers.Error{Reason: reason}})
		}
		require.Equal(t, test.want, decisive(attempts).Reason, test.ends)
	}
}

// Of two failures of the same reason the last one speaks, with all it knows.
func TestDecisiveIsTheLastOfItsClass(t *testing.T) {
	first, last := fails(providers.VendorRateLimited), fails(providers.VendorRateLimited)
	_, failure := issue(t, router(target("a", by(first)), target("b", by(last)), target("c", by(fails(providers.VendorTimeout)))), query())
	require.Same(t, last.err, error(failure))
}

// callersReference returns a vendor that refuses the caller's business number.
func callersReference() *vendor {
	return &vendor{err: &providers.Error{
		Reason: providers.ArgumentRejected, Violations: []providers.Violation{{Path: "reference"}},
	}}
}

// An argument that is of the operator ranks below what is retryable, one of the
// caller's above everything.
func TestDecisiveArgument(t *testing.T) {
	limited := by(fails(providers.VendorRateLimited))
	_, failure := issue(t, router(target("a", limited), target("b", by(fails(providers.ArgumentRejected)))), query())
	require.Equal(t, providers.VendorRateLimited, failure.Reason)
	_, failure = issue(t, router(target("a", limited), target("b", by(callersReference()))), query())
	require.Equal(t, providers.ArgumentRejected, failure.Reason)
}

// A number that an ambiguous attempt may have used up is no mistake of the caller's.
func TestReferenceRefusedAfterAmbiguousAttempt(t *testing.T) {
	refusing := by(callersReference())
	outcome, failure := issue(t, router(target("a", by(loses())), target("b", refusing)), query())
	require.Equal(t, providers.VendorConnectionLost, failure.Reason)
	require.Equal(t, providers.ArgumentRejected, outcome.Attempts[1].Reason)

	limited := by(fails(providers.VendorRateLimited))
	_, failure = issue(t, router(target("a", by(loses())), target("b", limited), target("c", refusing)), query())
	require.Equal(t, providers.VendorRateLimited, failure.Reason)
}
