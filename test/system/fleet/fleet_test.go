package fleet

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/stdlog"
)

var operations = flag.Int("operations", 10_000, "how many calls the fleet gets at least; all faults happen at least once")

func TestMain(m *testing.M) {
	stdlog.New(nil).Redirect() // as the gateway does
	m.Run()
}

const (
	// recovery is until when everything works again that a fault of Redis has stopped.
	recovery = 5 * time.Second
	// between is the time between two faults.
	between = 1500 * time.Millisecond
	// quiet is how long a fault is suspected of what happens after it.
	quiet = 300 * time.Millisecond
)

// fault is something that happens to Redis, and what ends it.
type fault struct {
	name       string
	lasts      time.Duration
	loses      bool
	begin, end func()
	// before is how long before the fault what was acknowledged may be lost.
	before time.Duration
}

// inject lets a fault happen, and waits until all replicas have recovered.
func (f *fleet) inject(fault fault) (recovered time.Duration) {
	f.t.Helper()
	w := window{from: f.now() - fault.before, fault: fault.name, loses: fault.loses}
	fault.begin()
	time.Sleep(fault.lasts)
	fault.end()
	over := f.now()
	f.awaitUp(recovery)
	recovered = f.now() - over
	time.Sleep(quiet)
	w.to = f.now()
	f.addWindow(w)
	return recovered
}

// single are the faults of one server, which is reached by proxies.
func single(s *server, proxies []*proxy) []fault {
	nothing := func() {}
	delay := func(d time.Duration) func() {
		return func() {
			for _, p := range proxies {
				p.delay.Store(int64(d))
			}
		}
	}
	all := func(commands ...string) func() {
		return func() {
			for _, command := range commands {
				var words []any
				for word := range strings.FieldsSeq(command) {
					words = append(words, word)
				}
				s.do(words...)
			}
		}
	}
	return []fault{
		{name: "killed", lasts: time.Second, begin: s.kill, end: s.start},
		{name: "killed, and its disk lost", lasts: time.Second, loses: true, begin: func() { s.kill(); s.loseDisk() }, end: s.start},
		{name: "frozen", lasts: time.Second, begin: func() { s.freeze(true) }, end: func() { s.freeze(false) }},
		{name: "frozen for longer than a lease", lasts: 7 * time.Second, begin: func() { s.freeze(true) }, end: func() { s.freeze(false) }},
		{name: "slow", lasts: time.Second, begin: delay(20 * time.Millisecond), end: delay(0)},
		{name: "slower than the timeout", lasts: time.Second, begin: delay(150 * time.Millisecond), end: delay(0)},
		{name: "one replica is cut off", lasts: time.Second, begin: func() { proxies[0].delay.Store(int64(time.Second)) }, end: delay(0)},
		{name: "flushed", lasts: 0, loses: true, begin: all("FLUSHALL"), end: nothing},
		{name: "read-only", lasts: time.Second, begin: all("REPLICAOF 127.0.0.1 1"), end: all("REPLICAOF NO ONE")},
		{name: "misses its replicas", lasts: time.Second, begin: all("CONFIG SET min-replicas-to-write 1"), end: all("CONFIG SET min-replicas-to-write 0")},
		{name: "full", lasts: time.Second, begin: all("CONFIG SET maxmemory 1"), end: all("CONFIG SET maxmemory 0")},
		{
			name: "wrong password", lasts: time.Second,
			begin: all("ACL SETUSER "+username+" resetpass >wrong", "CLIENT KILL TYPE normal SKIPME yes"),
			end:   all("ACL SETUSER " + username + " resetpass >" + password),
		},
	}
}

// run calls the fleet while the faults happen one after the other, until there were so many
// calls and each fault has happened.
func (f *fleet) run(calls int, faults []fault) *history {
	f.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.load(ctx)
	}()
	defer func() {
		cancel()
		<-ended
	}()
	slowest := make(map[string]time.Duration)
	for round := 0; round == 0 || int(f.calls.Load()) < calls; round++ {
		for _, fault := range faults {
			time.Sleep(between)
			slowest[fault.name] = max(slowest[fault.name], f.inject(fault))
		}
	}
	time.Sleep(between)
	cancel()
	<-ended
	for _, fault := range faults {
		f.t.Logf("%-32s all replicas found Redis again within %v", fault.name, slowest[fault.name].Round(time.Millisecond))
	}
	return f.end()
}

// report logs what a history came to.
func report(t *testing.T, h *history, v *verdict) {
	t.Helper()
	outcomes := make(map[idempotency.Outcome]int)
	for _, o := range h.ops {
		outcomes[o.outcome]++
	}
	var counts []string
	for _, outcome := range slices.Sorted(maps.Keys(outcomes)) {
		counts = append(counts, fmt.Sprintf("%s %d", outcome, outcomes[outcome]))
	}
	t.Logf("%d calls: %s", len(h.ops), strings.Join(counts, ", "))
	t.Logf("%d keys, %d of them while nothing was lost, %d while nothing was wrong; %d tokens issued; %d keys came to a token at one replica and another at another; counted: %v",
		v.keys, v.lossless, v.healthy, len(h.ledger), v.duplicates, h.counted)
	t.Logf("%d violations", len(v.violations))
}

func requireNone(t *testing.T, v *verdict) {
	t.Helper()
	for _, violation := range v.violations[:min(len(v.violations), 5)] {
		t.Error(violation)
	}
	require.Empty(t, v.violations)
}

func newSingle(t *testing.T, m mistake) (*fleet, []fault) {
	t.Helper()
	s := newRedis(t)
	var proxies []*proxy
	var options []redis.Options
	for range replicas {
		p := newProxy(t, s.address())
		proxies = append(proxies, p)
		options = append(options, redis.Options{Addresses: []string{p.address}})
	}
	return newFleet(t, options, m), single(s, proxies)
}

// Three replicas over one Redis, to which everything happens that can.
func TestOneRedis(t *testing.T) {
	f, faults := newSingle(t, mistake{})
	h := f.run(*operations, faults)
	v := h.check()
	report(t, h, v)
	requireNone(t, v)
	require.Greater(t, v.healthy, v.keys/10)
	require.Greater(t, v.lossless, v.keys/4)
}
