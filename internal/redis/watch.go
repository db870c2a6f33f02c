package redis

import (
	"context"
	"strings"
	"time"

	"go.uber.org/zap"
)

// Ping is the name in metrics of the operation that finds out whether Redis is up.
const Ping = "ping"

const (
	// pingEvery is how often Redis is asked whether it is up, and pingDownEvery how often while it
	// is not, which is how soon its return is noticed.
	pingEvery     = time.Second
	pingDownEvery = 250 * time.Millisecond
)

// watch asks whether Redis is up until ctx ends.
func (c *Client) watch(ctx context.Context) {
	defer close(c.finished)
	timer := time.NewTimer(pingEvery)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-timer.C:
			c.ping(ctx)
		}
		if c.Up() {
			timer.Reset(pingEvery)
		} else {
			timer.Reset(pingDownEvery)
		}
	}
}

// ping finds out whether Redis is up. A single ping without an answer does not count, because the
// trouble may last only a moment.
func (c *Client) ping(ctx context.Context) Failure {
	start := time.Now()
	bounded, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	failure := failureOf(ctx, c.redis.Ping(bounded).Err())
	c.observe(Ping, time.Since(start), failure)
	if failure == None {
		c.ponged.Store(time.Now().UnixNano())
	}
	switch {
	case failure == Left:
	case failure.silent():
		c.learn(failure)
	case failure != None:
		if c.up.CompareAndSwap(true, false) {
			c.logDown(failure)
		}
	case !c.Up():
		c.silent.Store(0)
		c.up.Store(true)
		c.log.Info("Redis is up")
		c.checkEviction(ctx)
	default:
		c.silent.Store(0)
	}
	return failure
}

func (c *Client) logDown(failure Failure) {
	c.log.Warn("Redis is down", zap.String("failure", string(failure)))
}

// checkEviction warns of a Redis that evicts keys when memory is short: an evicted idempotency key
// may get a second token.
func (c *Client) checkEviction(ctx context.Context) {
	bounded, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	info, err := c.redis.Info(bounded, "memory").Result()
	const field = "maxmemory_policy:"
	_, policy, found := strings.Cut(info, field)
	policy, _, _ = strings.Cut(policy, "\r\n")
	switch {
	case err != nil || !found:
		c.log.Warn("whether Redis drops keys could not be checked: its maxmemory-policy should be noeviction")
	case policy != "noeviction":
		c.log.Warn("Redis drops keys when its memory is full: set its maxmemory-policy to noeviction")
	}
}
