package fleet

import (
	"context"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/redis"
)

// master is what the sentinels call the server that they watch.
const master = "tokens"

// guarded is a master and its replica, watched by three sentinels.
type guarded struct {
	t         *testing.T
	servers   [2]*server
	sentinels []*server
}

func newGuarded(t *testing.T) *guarded {
	t.Helper()
	g := &guarded{t: t}
	g.servers[0] = newRedis(t)
	g.servers[1] = newRedis(t, "replicaof 127.0.0.1 "+strconv.Itoa(g.servers[0].port))
	for range 3 {
		s := newServer(t, "redis-sentinel",
			"sentinel monitor "+master+" 127.0.0.1 "+strconv.Itoa(g.servers[0].port)+" 2",
			"sentinel down-after-milliseconds "+master+" 2000",
			"sentinel failover-timeout "+master+" 4000",
		)
		s.start()
		g.sentinels = append(g.sentinels, s)
	}
	g.awaitReplica()
	return g
}

// now returns the server that the sentinels say is the master, and the other; nil if they do
// not answer.
func (g *guarded) now() (active, other *server) {
	answer, err := g.sentinels[0].admin.Do(context.Background(), "SENTINEL", "GET-MASTER-ADDR-BY-NAME", master).StringSlice()
	switch {
	case err != nil || len(answer) != 2:
		return nil, nil
	case net.JoinHostPort(answer[0], answer[1]) == g.servers[0].address():
		return g.servers[0], g.servers[1]
	default:
		return g.servers[1], g.servers[0]
	}
}

// awaitReplica waits until there is a replica to fail over to, and every sentinel knows of
// that and of the others. It returns the master.
func (g *guarded) awaitReplica() *server {
	g.t.Helper()
	var active, other *server
	require.Eventually(g.t, func() bool {
		if active, other = g.now(); active == nil {
			return false
		}
		role, err := other.admin.Do(context.Background(), "ROLE").Slice()
		if err != nil || role[0] != "slave" || role[2] != int64(active.port) || role[3] != "connected" {
			return false
		}
		for _, s := range g.sentinels {
			if err := s.admin.Do(context.Background(), "SENTINEL", "CKQUORUM", master).Err(); err != nil {
				return false
			}
			known, err := s.admin.Do(context.Background(), "SENTINEL", "REPLICAS", master).Slice()
			if err != nil || len(known) == 0 {
				return false
			}
		}
		return true
	}, 2*time.Minute, 50*time.Millisecond, "the replica does not follow")
	return active
}

// failover ends when the sentinels have made the other server the master.
func (g *guarded) failover(from *server) {
	g.t.Helper()
	require.Eventually(g.t, func() bool {
		active, _ := g.now()
		return active != nil && active != from
	}, 2*time.Minute, 20*time.Millisecond, "the sentinels do not fail over")
}

// faults are those of a master that its replica takes the place of. What it has acknowledged
// and not copied is lost.
func (g *guarded) faults() []fault {
	var old *server
	take := func(how func(*server)) func() {
		return func() {
			old = g.awaitReplica()
			how(old)
			g.failover(old)
		}
	}
	return []fault{
		{
			name: "killed and failed over", loses: true, before: 2 * time.Second,
			begin: take((*server).kill), end: func() { old.start(); g.awaitReplica() },
		},
		{
			name: "frozen and failed over", loses: true, before: 2 * time.Second, lasts: time.Second,
			begin: take(func(s *server) { s.freeze(true) }), end: func() { old.freeze(false); g.awaitReplica() },
		},
		{
			name: "failed over by hand", loses: true, before: 2 * time.Second,
			begin: take(func(*server) { g.sentinels[0].do("SENTINEL", "FAILOVER", master) }), end: func() { g.awaitReplica() },
		},
	}
}

// Three replicas over a master that sentinels replace.
func TestFailover(t *testing.T) {
	g := newGuarded(t)
	var sentinels []string
	for _, s := range g.sentinels {
		sentinels = append(sentinels, s.address())
	}
	var options []redis.Options
	for range replicas {
		options = append(options, redis.Options{Addresses: sentinels, SentinelMaster: master})
	}
	f := newFleet(t, options, mistake{})
	h := f.run(*operations/4, g.faults())
	v := h.check()
	report(t, h, v)
	requireNone(t, v)
	require.NotZero(t, v.healthy)
}
