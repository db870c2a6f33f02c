package call

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Every limit, ours and the vendor's, of calls in flight and of calls a second, lacks room.
func TestLacksRoom(t *testing.T) {
	tried := []routing.Attempt{{}}
	for _, test := range []struct {
		reason   providers.Reason
		why      guard.Why
		attempts []routing.Attempt
		want     bool
	}{
		{providers.Overloaded, "", nil, true},
		{providers.CallerQuotaExceeded, "", nil, true},
		{providers.NoTargetAvailable, guard.LimitReached, nil, true},
		{providers.NoTargetAvailable, guard.VendorLimitReached, nil, true},
		{providers.NoTargetAvailable, guard.RateLimited, nil, true},
		{providers.NoTargetAvailable, guard.BreakerOpen, nil, false},
		{providers.NoTargetAvailable, guard.VendorLimitReached, tried, false},
		{providers.VendorTimeout, "", tried, false},
	} {
		c := New(GRPC)
		c.Outcome.Attempts = test.attempts
		if test.why != "" {
			c.Outcome.Unavailable = []route.Unavailable{{Why: test.why}}
		}
		require.Equal(t, test.want, c.LacksRoom(&providers.Error{Reason: test.reason}), "%+v", test)
	}
}
