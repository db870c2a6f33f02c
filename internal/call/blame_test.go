package call

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

func failed(reason providers.Reason, unavailable ...guard.Why) *Call {
	c := &Call{Err: &providers.Error{Reason: reason}}
	for _, why := range unavailable {
		c.Outcome.Unavailable = append(c.Outcome.Unavailable, route.Unavailable{Why: why})
	}
	return c
}

func TestBlame(t *testing.T) {
	require.Equal(t, NoBlame, (&Call{}).Blame())
	for reason, want := range map[providers.Reason]Blame{
		providers.InvalidRequest: CallersBlame, providers.CallerUnauthenticated: CallersBlame, providers.CallerQuotaExceeded: CallersBlame,
		providers.IdempotencyKeyInProgress: CallersBlame, providers.CallerCancelled: CallersBlame, providers.MethodUnknown: CallersBlame,
		providers.VendorCredentialsRejected: OperatorsBlame, providers.VendorResponseInvalid: OperatorsBlame,
		providers.ArgumentRejected:  OperatorsBlame, // no caller sent it
		providers.VendorRateLimited: VendorsBlame, providers.VendorUnreachable: VendorsBlame, providers.NoTargetAvailable: VendorsBlame,
		providers.VendorTimeout: TimesBlame, providers.DeadlineTooShort: TimesBlame,
		providers.Overloaded: GatewaysBlame, providers.IdempotencyUnavailable: GatewaysBlame, providers.Internal: GatewaysBlame,
		"A_REASON_TO_COME": GatewaysBlame,
	} {
		require.Equal(t, want, failed(reason).Blame(), reason)
	}
}

// Where operators alone can mend all that keeps targets from serving, it is theirs.
func TestBlameOfTargetsThatAreUnavailable(t *testing.T) {
	for _, c := range []struct {
		want Blame
		whys []guard.Why
	}{
		{OperatorsBlame, []guard.Why{route.OutOfService}},
		{OperatorsBlame, []guard.Why{guard.CredentialsEjected, route.OutOfService}},
		{VendorsBlame, []guard.Why{guard.CredentialsEjected, guard.BreakerOpen}},
		{VendorsBlame, []guard.Why{guard.LimitReached}},
	} {
		require.Equal(t, c.want, failed(providers.NoTargetAvailable, c.whys...).Blame(), c.whys)
	}
	require.Equal(t, TimesBlame, failed(providers.VendorTimeout, route.OutOfService).Blame())
}

// Every ending is one that a call with that failure has.
func TestEndings(t *testing.T) {
	for _, ending := range Endings() {
		c := &Call{Err: &providers.Error{Reason: ending.Reason}, Outcome: routing.Outcome{}}
		if ending.Reason == providers.OK {
			c.Err = nil
		}
		require.Equal(t, []any{ending.Code, ending.Blame}, []any{c.CodeName(), c.Blame()}, ending.Reason)
	}
	require.Len(t, Endings(), len(statusTable))
}
