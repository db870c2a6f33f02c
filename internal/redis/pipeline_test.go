package redis_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Each of many callers gets the reply, or the error, to what it asked, though they are sent together.
func TestManyCallersShareRoundTrips(t *testing.T) {
	proxy := newProxy(t, miniredis.RunT(t).Addr())
	r := open(t, proxy.address, func(o *redis.Options) { o.Timeout = time.Minute }) // the machine may be busy
	eventually(t, r.Up)
	const callers, each = 64, 100
	before := proxy.reads.Load()
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for n := range each {
				key := []string{fmt.Sprint(caller)}
				if n%10 == 9 {
					_, err := r.Run(t.Context(), fail, key, "ERR none of yours")
					requireFailure(t, "refused", err)
					continue
				}
				said := fmt.Sprint(caller, "-", n)
				reply, err := r.Run(t.Context(), echo, key, said)
				if err != nil || reply != said {
					t.Errorf("the reply to %s is %v, %v", said, reply, err)
				}
			}
		})
	}
	all.Wait()
	reads := proxy.reads.Load() - before
	t.Logf("%d operations came in %d pieces", callers*each, reads)
	require.Less(t, reads, int64(callers*each*3/4))
}

// A batch that gets no answer holds up nobody who comes later.
func TestASlowBatchHoldsNobodyUp(t *testing.T) {
	s := miniredis.RunT(t)
	arrived, goOn := make(chan struct{}), make(chan struct{})
	s.Server().SetPreHook(func(_ *server.Peer, _ string, args ...string) bool {
		if slices.Contains(args, "slow") {
			close(arrived)
			<-goOn
		}
		return false
	})
	r := open(t, s.Addr(), func(o *redis.Options) { o.Timeout = time.Minute })
	_, err := r.Run(t.Context(), echo, a, "warm") // Redis knows the script from now on
	require.NoError(t, err)
	var slow sync.WaitGroup
	slow.Go(func() {
		reply, err := r.Run(t.Context(), echo, a, "slow")
		if err != nil || reply != "slow" {
			t.Errorf("the reply is %v, %v", reply, err)
		}
	})
	<-arrived
	eventually(t, func() bool { // not within the first millisecond
		reply, err := r.Run(t.Context(), echo, a, "fast")
		return err == nil && reply == "fast"
	})
	close(goOn)
	slow.Wait()
}

// Whoever waits for a server that is frozen has an answer, though only what is sent has a clock; and so
// has whoever waits while the client is closed.
func TestAllOfABatchEnd(t *testing.T) {
	proxy := newProxy(t, miniredis.RunT(t).Addr())
	r := open(t, proxy.address, func(o *redis.Options) { o.Timeout = 300 * time.Millisecond })
	eventually(t, r.Up)
	proxy.freeze(true)
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			_, err := r.Run(t.Context(), set, a, "b") // t's context has no end
			if err == nil {
				t.Error("a server that is frozen answers")
			}
		})
	}
	all.Wait()
	proxy.freeze(false)
	eventually(t, r.Up)
	proxy.freeze(true)
	for range 1000 {
		all.Go(func() { _, _ = r.Run(t.Context(), set, a, "b") })
	}
	r.Close()
	all.Wait()
	proxy.freeze(false)
}

// An operation that was not sent, as its connection was refused, has the error of that: a reply it
// has not, and least of all that of another operation whose command it uses again.
func TestWhatIsNotSentHasNoReply(t *testing.T) {
	for _, refusal := range []string{
		"WRONGPASS invalid username-password pair", "LOADING Redis is loading the dataset in memory", "ERR max number of clients reached", "NOPERM no rights",
	} {
		t.Run(refusal, func(t *testing.T) {
			s := miniredis.RunT(t)
			s.RequireUserAuth("gateway", "right")
			var refuses atomic.Bool
			s.Server().SetPreHook(func(peer *server.Peer, command string, _ ...string) bool {
				refused := refuses.Load() && (command == "AUTH" || command == "HELLO")
				if refused {
					peer.WriteError(refusal)
				}
				return refused
			})
			proxy := newProxy(t, s.Addr())
			r := open(t, proxy.address, func(o *redis.Options) {
				o.Username, o.Password, o.Timeout = "gateway", sensitive.New("right"), time.Minute
			})
			eventually(t, r.Up)
			require.Zero(t, failuresOf(t, r))
			refuses.Store(true)
			proxy.cut()
			require.Equal(t, 64*20, failuresOf(t, r), "a reply came by a connection that is refused")
		})
	}
}

// failuresOf returns how many of 1,280 operations fail, of which 64 at a time are under way.
func failuresOf(t *testing.T, r *rig) int {
	t.Helper()
	var all sync.WaitGroup
	var failed atomic.Int64
	for range 64 {
		all.Go(func() {
			for range 20 {
				if _, err := r.Run(t.Context(), echo, a, "said"); err != nil {
					failed.Add(1)
				}
			}
		})
	}
	all.Wait()
	return int(failed.Load())
}
