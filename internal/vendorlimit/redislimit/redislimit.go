// Package redislimit counts the attempts of all replicas in Redis. It must not know how Redis
// is reached, nor who asks.
//
// Of an account there are two keys, with one hash tag, so that a cluster keeps them together:
// a sorted set of leases by their ends, and when the next attempt is due at the account's pace
// (GCRA). Both are by Redis's own clock, in microseconds.
package redislimit

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

// folder is before all names.
const folder = "vendor_limit:"

// longest is more than any lease lasts.
const longest = time.Minute

var errReply = errors.New("the answer of Redis is none of the script's")

// acquire returns 0 for a lease that was granted, the microseconds until the rate allows one,
// or -1 if there are too many. What ends or is due later than attempts can have made it is of a clock
// that has been set back, or was ahead before a failover: no lease would be over for as long.
var acquire = redis.NewScript("vendor_limit_acquire", `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local lease, ttl, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local interval, burst, longest = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + math.max(ttl, longest)), '+inf')
if not redis.call('ZSCORE', KEYS[1], lease) then
  if most > 0 and redis.call('ZCARD', KEYS[1]) >= most then return -1 end
  if interval > 0 then
    local function set(due) redis.call('SET', KEYS[2], string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000) + 1) end
    local due = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), now)
    if due > now + burst * interval then
      due = now + burst * interval
      set(due)
    end
    local wait = due - now - (burst - 1) * interval
    if wait > 0 then return wait end
    set(due + interval)
  end;
end
redis.call('ZADD', KEYS[1], now + ttl, lease)
if redis.call('PTTL', KEYS[1]) < ttl / 1000 then redis.call('PEXPIRE', KEYS[1], math.ceil(ttl / 1000)) end
return 0`)

var release = redis.NewScript("vendor_limit_release", `return redis.call('ZREM', KEYS[1], ARGV[1])`)

// Operations are the names of the operations on Redis, for metrics.
var Operations = []string{"vendor_limit_acquire", "vendor_limit_release"}

// Store is a vendorlimit.Store in Redis 7.0 or later. It is safe for concurrent use.
type Store struct {
	client    *redis.Client
	impatient *redis.Impatient
}

// New returns the store that all clients with the same Redis and prefix share.
func New(client *redis.Client) *Store { return &Store{client, client.Impatient()} }

// Acquire grants a lease.
func (s *Store) Acquire(ctx context.Context, account, lease string, ttl time.Duration, bounds vendorlimit.Bounds) (vendorlimit.Answer, error) {
	var pace vendorlimit.Pace
	if bounds.PerSecond > 0 {
		pace = bounds.Pace()
	}
	reply, err := s.impatient.Run(ctx, acquire, keysOf(account), lease, ttl.Microseconds(), bounds.Concurrency, pace.Interval.Microseconds(), pace.Burst,
		longest.Microseconds())
	if err != nil {
		return vendorlimit.Answer{}, err
	}
	switch wait, ok := reply.(int64); {
	case !ok:
		return vendorlimit.Answer{}, errReply
	case wait < 0:
		return vendorlimit.Answer{}, nil
	case wait > 0:
		return vendorlimit.Answer{Wait: time.Duration(wait) * time.Microsecond}, nil
	default:
		return vendorlimit.Answer{Granted: true}, nil
	}
}

// Release ends a lease.
func (s *Store) Release(ctx context.Context, account, lease string) error {
	_, err := s.client.Run(ctx, release, keysOf(account)[:1], lease)
	return err
}

// keysOf returns the keys of an account, whose name may have any characters.
func keysOf(account string) []string {
	sum := sha256.Sum256([]byte(account))
	tag := folder + "{" + base64.RawURLEncoding.EncodeToString(sum[:12]) + "}:"
	return []string{tag + "leases", tag + "due"}
}
