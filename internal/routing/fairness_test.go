package routing

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// A caller that wants ten times the slots of an account, and comes back at once when it is
// refused, takes what others leave: none of their calls fails, and nine of ten wait for few of
// the slots that become free.
func TestCrowdLeavesOthersTheirTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slots, others, lasts = 20, 3, 20 * time.Second
		var served sync.Map // by caller
		vendor := answering(func(ctx context.Context, _ providers.Call) (*providers.Token, error) {
			time.Sleep(50*time.Millisecond + rand.N(100*time.Millisecond))
			return issued, ctx.Err()
		})
		r := router(target("a", on(guard.NewAccount(1, slots)), func(t *route.Target) { t.Issuer = vendor }))
		end := time.Now().Add(lasts)
		var all sync.WaitGroup
		call := func(caller string, calls int, pause time.Duration) {
			var mu sync.Mutex
			var waits []time.Duration
			failed := 0
			served.Store(caller, func() ([]time.Duration, int) { return waits, failed })
			for range calls {
				all.Go(func() {
					for time.Now().Before(end) {
						q := query()
						q.Caller = caller
						ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
						outcome, err := r.Issue(ctx, q)
						cancel()
						mu.Lock()
						if err != nil {
							failed++
						} else {
							waits = append(waits, outcome.Waited)
						}
						mu.Unlock()
						time.Sleep(rand.N(pause))
					}
				})
			}
		}
		call("crowd", 10*slots, 40*time.Millisecond)
		for i := range others {
			call(string(rune('a'+i)), 1, 20*time.Millisecond)
		}
		all.Wait()

		served.Range(func(caller, result any) bool {
			waits, failed := result.(func() ([]time.Duration, int))()
			if caller == "crowd" {
				require.Greater(t, len(waits), 6*slots*int(lasts.Seconds()), "what others leave")
				require.Positive(t, failed)
				return true
			}
			require.Zero(t, failed, caller)
			require.Greater(t, len(waits), 100, caller)
			slices.Sort(waits)
			const turn = 100 * time.Millisecond / slots
			require.LessOrEqual(t, waits[len(waits)*9/10], 4*turn, caller)
			return true
		})
	})
}
