package fleet

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

var simulated = flag.Duration("simulated", 30*time.Second, "how long each fleet is simulated")

const (
	// capacity is how many attempts the vendor takes at once; each takes from least to most.
	capacity    = 20
	least, most = 100 * time.Millisecond, 300 * time.Millisecond
	// refusing is how long the vendor takes to refuse one, redisTime how long an operation of
	// Redis takes.
	refusing  = 5 * time.Millisecond
	redisTime = time.Millisecond
	// settling is left out: replicas begin with nothing learnt.
	settling = 20 * time.Second
)

// vendor takes as many attempts as it can, and refuses the others.
type vendor struct {
	inFlight          atomic.Int64
	attempts, refused atomic.Int64
}

// Issue is an attempt.
func (v *vendor) Issue(ctx context.Context, _ providers.Call) (*providers.Token, error) {
	v.attempts.Add(1)
	if v.inFlight.Add(1) > capacity {
		v.inFlight.Add(-1)
		v.refused.Add(1)
		time.Sleep(refusing)
		return nil, &providers.Error{Reason: providers.VendorConcurrencyLimited, Exchange: providers.Exchange{HTTPStatus: 403}}
	}
	defer v.inFlight.Add(-1)
	select {
	case <-time.After(least + rand.N(most-least)):
		return &providers.Token{Value: sensitive.New("token"), Exchange: providers.Exchange{HTTPStatus: 200}}, nil
	case <-ctx.Done():
		return nil, &providers.Error{Reason: providers.VendorTimeout, Ambiguous: true}
	}
}

// distant is a store that is as far away as Redis, or down.
type distant struct {
	store vendorlimit.Store
	down  bool
	asked atomic.Int64
}

var errDown = errors.New("down")

func (d *distant) Acquire(ctx context.Context, account, lease string, ttl time.Duration, bounds vendorlimit.Bounds) (vendorlimit.Answer, error) {
	if d.down {
		return vendorlimit.Answer{}, errDown
	}
	d.asked.Add(1)
	time.Sleep(redisTime)
	return d.store.Acquire(ctx, account, lease, ttl, bounds)
}

func (d *distant) Release(ctx context.Context, account, lease string) error {
	if d.down {
		return errDown
	}
	d.asked.Add(1)
	time.Sleep(redisTime)
	return d.store.Release(ctx, account, lease)
}

var product = providers.Product{ID: "acme.sdk", Flows: []providers.Flow{providers.FlowAppSDK}}

// newRouters returns the routers of the replicas.
func newRouters(n int, v *vendor, store *distant) []*routing.Router {
	routers := make([]*routing.Router, n)
	for i := range routers {
		routers[i] = routing.New([]route.Route{{Flow: product.Flows[0], Targets: []route.Target{{
			Product: &product, Provider: "acme", Account: "acme", Weight: 1, Timeout: 3 * time.Second, Issuer: v,
			Guard: guard.NewAccount(1, 10_000), Limit: vendorlimit.New(store, "acme", vendorlimit.Bounds{Concurrency: capacity}),
		}}}}, func(*routing.Attempt) {})
	}
	return routers
}

// outcome is what a fleet came to.
type outcome struct {
	calls, served, attempts, refused int64
	// asked are the operations of Redis in a second.
	asked float64
}

func (o *outcome) servedShare() float64  { return float64(o.served) / float64(o.calls) }
func (o *outcome) refusedShare() float64 { return float64(o.refused) / float64(o.attempts) }

// simulate has replicas called at random times, for as much as the vendor could do, times
// load.
func simulate(replicas int, load float64, down bool) (o outcome) {
	v, store := &vendor{}, &distant{store: vendorlimit.NewMemory(), down: down}
	routers := newRouters(replicas, v, store)
	mean := (least + most) / 2
	between := float64(mean) / (capacity * load)
	var calls, served atomic.Int64
	var all sync.WaitGroup
	start := time.Now()
	call := func(counts bool) {
		ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
		defer cancel()
		query := routing.Query{Query: route.Query{Flow: product.Flows[0], AcceptedProducts: []string{product.ID}, Request: &providers.Request{}}}
		_, err := routers[rand.IntN(replicas)].Issue(ctx, &query)
		if counts {
			calls.Add(1)
			if err == nil {
				served.Add(1)
			}
		}
	}
	counting := false
	for time.Since(start) < settling+*simulated {
		if !counting && time.Since(start) >= settling {
			counting = true
			v.attempts.Store(0)
			v.refused.Store(0)
			store.asked.Store(0)
		}
		counts := counting
		all.Go(func() { call(counts) })
		time.Sleep(time.Duration(rand.ExpFloat64() * between))
	}
	all.Wait()
	time.Sleep(time.Second) // what was released in the background
	return outcome{calls.Load(), served.Load(), v.attempts.Load(), v.refused.Load(), float64(store.asked.Load()) / simulated.Seconds()}
}

func TestFleets(t *testing.T) {
	for _, load := range []float64{0.8, 1.5} {
		for _, replicas := range []int{1, 10, 50, 200, 1000} {
			for redis, down := range map[string]bool{"with Redis": false, "Redis down": true} {
				t.Run(fmt.Sprintf("%v×K, %d replicas, %s", load, replicas, redis), func(t *testing.T) {
					var o outcome
					synctest.Test(t, func(*testing.T) { o = simulate(replicas, load, down) })
					t.Logf("%5.1f %% of %d calls served, %4.1f %% of %d attempts refused by the vendor, Redis asked %.0f times a second",
						100*o.servedShare(), o.calls, 100*o.refusedShare(), o.attempts, o.asked)
					if down {
						return
					}
					require.GreaterOrEqual(t, o.servedShare(), map[float64]float64{0.8: 0.85, 1.5: 0.55}[load])
					require.LessOrEqual(t, o.refusedShare(), 0.01)
				})
			}
		}
	}
}
