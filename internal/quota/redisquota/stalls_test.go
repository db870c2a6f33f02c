package redisquota

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/quota"
	"github.com/liveness-gateway/gateway/internal/redis"
)

// sometimes is a Redis that is late for every other call.
type sometimes struct {
	calls int
	due   int64 // as the script has it
}

func (s *sometimes) Run(_ context.Context, _ *redis.Script, _ []string, args ...any) (any, error) {
	s.calls++
	if s.calls%2 == 1 {
		return nil, &redis.Error{Operation: "quota_take", Failure: redis.Timeout}
	}
	now, interval, burst := time.Now().UnixMicro(), args[0].(int64), int64(args[1].(int))
	s.due = max(s.due, now)
	if wait := s.due - now - (burst-1)*interval; wait > 0 {
		return wait, nil
	}
	s.due += interval
	return int64(0), nil
}

// A caller that comes in bursts, or whose replica stands still now and then, has its rate once
// too.
func TestBurstsOverARedisThatIsLate(t *testing.T) {
	for _, rate := range []quota.Rate{{PerSecond: 20, Burst: 4}, {PerSecond: 20, Burst: 1}, {PerSecond: 100, Burst: 30}} {
		for _, pause := range []time.Duration{time.Millisecond, 60 * time.Millisecond, 200 * time.Millisecond, time.Second} {
			synctest.Test(t, func(t *testing.T) {
				r := &Rates{impatient: &sometimes{}, own: quota.NewInMemory(nil)}
				r.Use(map[string]quota.Rate{"shop": rate})
				taken, began := 0, time.Now()
				for time.Since(began) < 5*time.Second {
					for range 2 * rate.Burst {
						if wait, err := r.Take(t.Context(), "shop"); err == nil && wait == 0 {
							taken++
						}
					}
					time.Sleep(pause)
				}
				require.LessOrEqual(t, float64(taken), 2*float64(rate.Burst)+rate.PerSecond*time.Since(began).Seconds(), "%v every %v", rate, pause)
			})
		}
	}
}
