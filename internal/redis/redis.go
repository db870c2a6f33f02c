// Package redis is the way to the Redis that replicas share: how it is reached, how long
// an operation may take, whether it is up. It must not know what is kept there, nor who
// asks for it.
//
// An operation is a script, which Redis runs whole or not at all. Each ends within the
// client's timeout. After a few in a row that got no answer Redis counts as down, and
// operations fail at once with ErrDown; what finds out that it is up again is a PING of the
// client's own, so that no call pays for that.
package redis

import (
	"context"
	"crypto/tls"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	// DefaultTimeout is the timeout of an operation.
	DefaultTimeout = 200 * time.Millisecond

	dialTimeout = time.Second
	// silences is after how many operations in a row without an answer Redis counts as down.
	silences = 5
)

// Options say where Redis is and how to connect to it.
type Options struct {
	// Addresses are host:port of the one server, of some nodes of a cluster, or of the
	// sentinels of SentinelMaster.
	Addresses      []string
	SentinelMaster string
	Cluster        bool
	// Username and Password are for Redis, SentinelPassword for the sentinels.
	Username                   string
	Password, SentinelPassword sensitive.String
	// TLS is nil for none.
	TLS *tls.Config
	// Access, if there is one, is called for each new connection instead of using Username,
	// Password and TLS.
	Access func() Access
	// Timeout bounds an operation, the wait for a connection included.
	Timeout time.Duration
	// Prefix begins the names of all keys.
	Prefix string
	// Observe is called for every operation that has ended; it must be safe for concurrent use.
	Observe func(operation string, took time.Duration, failure Failure)
	Log     *zap.Logger
}

// Client is a connection pool to Redis, and what is known of it. It is safe for concurrent
// use.
type Client struct {
	redis   goredis.UniversalClient
	cluster bool
	// pipeline is nil for a cluster, where a node that does not answer would hold up the
	// operations of others in its batch.
	pipeline *pipeline
	timeout  time.Duration
	prefix   string
	observe  func(operation string, took time.Duration, failure Failure)
	log      *zap.Logger

	up       atomic.Bool
	silent   atomic.Int32 // operations in a row
	ponged   atomic.Int64 // when a ping was last answered, in Unix nanoseconds
	wake     chan struct{}
	stop     context.CancelFunc
	finished chan struct{}
}

// Open returns a client, whether or not Redis is up. Close must follow.
func Open(o Options) *Client {
	ctx, stop := context.WithCancel(context.Background())
	c := &Client{
		redis: open(&o), cluster: o.Cluster && o.SentinelMaster == "", timeout: o.Timeout, prefix: o.Prefix, observe: o.Observe, log: o.Log,
		wake: make(chan struct{}, 1), stop: stop, finished: make(chan struct{}),
	}
	if !c.cluster {
		c.pipeline = newPipeline(ctx, c.redis, o.Timeout)
	}
	if failure := c.ping(ctx); failure != None {
		c.logDown(failure)
	}
	go c.watch(ctx)
	return c
}

// open leaves out what a cloud service may not support: client names, maintenance notifications,
// the third protocol. Operations are retried only if their connection turns out to be dead.
func open(o *Options) goredis.UniversalClient {
	options := &goredis.UniversalOptions{
		Addrs: o.Addresses, MasterName: o.SentinelMaster, IsClusterMode: o.Cluster && o.SentinelMaster == "",
		SentinelPassword: o.SentinelPassword.Reveal(), Protocol: 2, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		// Without it a server that is frozen holds a call for the time that reading may take.
		ContextTimeoutEnabled: true,
		ReadTimeout:           o.Timeout, WriteTimeout: o.Timeout, PoolTimeout: o.Timeout,
		DialTimeout: dialTimeout, DialerRetries: 1, PoolSize: poolSize(),
		MaxRetries: 1, MinRetryBackoff: time.Millisecond, MaxRetryBackoff: 5 * time.Millisecond,
	}
	access := o.Access
	if access == nil {
		fixed := Access{o.Username, o.Password, o.TLS}
		access = func() Access { return fixed }
	}
	renew(options, access)
	return goredis.NewUniversalClient(options)
}

// Close ends the client's connections.
func (c *Client) Close() {
	c.stop()
	<-c.finished
	c.up.Store(false)
	if c.pipeline != nil {
		c.pipeline.wait()
	}
	_ = c.redis.Close()
}

// Up reports whether Redis answers.
func (c *Client) Up() bool { return c.up.Load() }

// Run runs the script with keys, below the client's prefix, and returns its reply as
// go-redis does: int64, string, []any, or nil. Of several keys all must have the same hash tag.
// Its error is an *Error.
func (c *Client) Run(ctx context.Context, script *Script, keys []string, args ...any) (any, error) {
	if !c.Up() {
		return nil, c.failed(script.name, 0, Down)
	}
	start := time.Now()
	reply, err := c.eval(ctx, start.Add(c.timeout), script, keys, args)
	failure := failureOf(ctx, err)
	c.learn(failure)
	if failure != None {
		return nil, c.failed(script.name, time.Since(start), failure)
	}
	c.observe(script.name, time.Since(start), None)
	return reply, nil
}

// eval runs the script, by its text if Redis has forgotten it.
func (c *Client) eval(ctx context.Context, deadline time.Time, script *Script, keys []string, args []any) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	known := script.byHash(c, keys, args)
	err := c.process(ctx, deadline, known)
	if err == nil {
		reply := known.Val()
		script.done(c, known)
		return reply, nil
	}
	if !goredis.HasErrorPrefix(err, "NOSCRIPT") {
		return nil, err
	}
	ctx, cancel := context.WithDeadline(ctx, deadline) // its batch has more time, as others in it have
	defer cancel()
	whole := script.byText(c, keys, args)
	if err := c.process(ctx, time.Now().Add(c.timeout), whole); err != nil {
		return nil, err
	}
	return whole.Val(), nil
}

func (c *Client) process(ctx context.Context, deadline time.Time, command goredis.Cmder) error {
	if c.pipeline == nil {
		return processBy(ctx, deadline, c.redis, command)
	}
	return c.pipeline.process(ctx, deadline, command)
}

func (c *Client) failed(operation string, took time.Duration, failure Failure) error {
	c.observe(operation, took, failure)
	return &Error{operation, failure}
}

// learn counts operations without an answer, after some of which Redis is down.
func (c *Client) learn(failure Failure) {
	switch {
	case failure == Left:
	case !failure.silent():
		if c.silent.Load() != 0 {
			c.silent.Store(0)
		}
	case c.silent.Add(1) >= silences && c.up.CompareAndSwap(true, false):
		c.logDown(failure)
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
}
