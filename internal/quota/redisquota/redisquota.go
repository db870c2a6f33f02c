// Package redisquota holds callers to rates that replicas share over Redis. It must not know
// how Redis is reached, nor what a call is.
//
// A caller has one key: when its next call is due at its rate (GCRA), by Redis's own clock, in
// microseconds. Beside them there is a sorted set of the replicas, by when each was last seen:
// while Redis is down, a replica holds callers to its share.
package redisquota

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/quota"
	"github.com/liveness-gateway/gateway/internal/redis"
)

const (
	// folder is before all names.
	folder = "quota:"
	// seenEvery is how often a replica reports that it is alive, and seenFor how long that counts.
	seenEvery = time.Second
	seenFor   = 10 * time.Second
)

var errReply = errors.New("the answer of Redis is none of the script's")

// take returns 0 for a call that was taken, or the microseconds until there is one. What is due later
// than calls can have made it is of a clock that has been set back, or was ahead before a failover.
var take = redis.NewScript("quota_take", `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local function set(due) redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000) + 1) end
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
if due > now + burst * interval then
  due = now + burst * interval
  set(due)
end
local wait = due - now - (burst - 1) * interval
if wait > 0 then return math.ceil(wait) end
set(due + interval)
return 0`)

// seen reports that a replica is alive, and returns how many are. None can have been seen later than now.
var seen = redis.NewScript("quota_seen", `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + ARGV[2]), '+inf')
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[2] / 1000))
return redis.call('ZCARD', KEYS[1])`)

// Operations are the names of the operations on Redis, for metrics.
var Operations = []string{"quota_take", "quota_seen"}

// Rates are the quota.Rates that all clients with the same Redis and prefix share. They are safe
// for concurrent use.
type Rates struct {
	client    *redis.Client
	impatient runner // a *redis.Impatient
	process   string
	rates     atomic.Pointer[map[string]shared]
	// own are the replica's rates while Redis is down. What Redis grants counts there too, so that
	// a caller has its rate once, not twice, if Redis is late now and then.
	own *quota.InMemory
}

type runner interface {
	Run(ctx context.Context, script *redis.Script, keys []string, args ...any) (any, error)
}

// shared is a caller's rate and its key.
type shared struct {
	keys     []string
	interval int64
	burst    int
}

// New returns the rates by the names of the callers. Run must follow.
func New(client *redis.Client, rates map[string]quota.Rate) *Rates {
	r := &Rates{client: client, impatient: client.Impatient(), process: rand.Text(), own: quota.NewInMemory(nil)}
	r.Use(rates)
	return r
}

// Use has the rates be these from now on. A caller who had a rate keeps what it has saved up,
// as far as its burst allows. It must not be called concurrently with itself.
func (r *Rates) Use(rates map[string]quota.Rate) {
	r.own.Use(rates)
	all := make(map[string]shared, len(rates))
	for caller, rate := range rates {
		if rate.PerSecond > 0 {
			interval := time.Duration(float64(time.Second) / rate.PerSecond)
			all[caller] = shared{keysOf(caller), max(1, interval.Microseconds()), rate.Burst}
		}
	}
	r.rates.Store(&all)
}

// Run reports until ctx ends that the replica is alive, and learns how many replicas there are.
func (r *Rates) Run(ctx context.Context) {
	every := time.NewTicker(seenEvery)
	defer every.Stop()
	for {
		r.beSeen(ctx)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

func (r *Rates) beSeen(ctx context.Context) {
	reply, err := r.client.Run(ctx, seen, []string{folder + "replicas"}, r.process, seenFor.Microseconds())
	if replicas, ok := reply.(int64); err == nil && ok {
		r.own.Share(int(replicas))
	}
}

// Take takes one call of the caller's. While Redis is down or late it takes one of what is left
// of the replica's share: the rate by as many as there were replicas when Redis was last up. It
// never fails.
func (r *Rates) Take(ctx context.Context, caller string) (wait time.Duration, err error) {
	rate, bounded := (*r.rates.Load())[caller]
	if !bounded {
		return 0, nil
	}
	wait, err = r.takeShared(ctx, rate)
	if err != nil {
		return r.own.Take(ctx, caller)
	}
	if wait == 0 {
		r.own.Granted(caller)
	}
	return wait, nil
}

func (r *Rates) takeShared(ctx context.Context, rate shared) (time.Duration, error) {
	reply, err := r.impatient.Run(ctx, take, rate.keys, rate.interval, rate.burst)
	if err != nil {
		return 0, err
	}
	wait, ok := reply.(int64)
	if !ok {
		return 0, errReply
	}
	return time.Duration(wait) * time.Microsecond, nil
}

// keysOf returns the key of a caller, whose name may have any characters.
func keysOf(caller string) []string {
	sum := sha256.Sum256([]byte(caller))
	return []string{folder + "of:" + base64.RawURLEncoding.EncodeToString(sum[:12])}
}
