package config

import "reflect"

// Replacing refuses a file that changes what cannot be changed without a restart. It compares what
// the files say, without flags.
func Replacing(running *Config) Option { return func(c *checker) { c.running = running } }

// checkRestart reports every change that only a restart can make.
func (c *checker) checkRestart() {
	if c.running == nil {
		return
	}
	listen, before := &c.Listen, &c.running.origin.listen
	c.wantSame(before.GRPC, listen.GRPC, "listen", "grpc")
	c.wantSame(before.REST, listen.REST, "listen", "rest")
	c.wantSame(before.Admin, listen.Admin, "listen", "admin")
	c.wantSame(before.Operator, listen.Operator, "listen", "operator")
	c.wantSame(before.TLS, listen.TLS, "listen", "tls")
	c.wantSame(before.AdminTLS, listen.AdminTLS, "listen", "admin_tls")
	c.wantSame(before.Hosts, listen.Hosts, "listen", "hosts")
	c.wantSame(before.Reflection, listen.Reflection, "listen", "reflection")
	c.wantSame(before.Docs, listen.Docs, "listen", "docs")
	c.wantSame(before.Pprof, listen.Pprof, "listen", "pprof")
	c.wantSame(c.running.Limits.MaxConnections, c.Limits.MaxConnections, "limits", "max_connections")
	c.wantSameKeys()
	c.wantSameRedis()
}

func (c *checker) wantSameKeys() {
	keys, before := &c.Idempotency, &c.running.Idempotency
	c.wantSame(before.MaxKeys, keys.MaxKeys, "idempotency", "max_keys")
	c.wantSame(before.MaxBytes, keys.MaxBytes, "idempotency", "max_bytes")
	c.wantSame(before.ReplayMargin, keys.ReplayMargin, "idempotency", "replay_margin")
	c.wantSame(before.ReplayTime, keys.ReplayTime, "idempotency", "replay_time")
	c.wantSame(before.NamingKey.text(), keys.NamingKey.text(), "idempotency", "naming_key")
}

func (c *checker) wantSameRedis() {
	redis, before := c.Redis, c.running.Redis
	if redis == nil || before == nil {
		c.wantSame(before == nil, redis == nil, "redis")
		return
	}
	c.wantSame(before.Addresses, redis.Addresses, "redis", "addresses")
	c.wantSame(before.Cluster, redis.Cluster, "redis", "cluster")
	c.wantSame(before.SentinelMaster, redis.SentinelMaster, "redis", "sentinel_master")
	c.wantSame(before.SentinelPassword.text(), redis.SentinelPassword.text(), "redis", "sentinel_password")
	c.wantSame(before.Timeout, redis.Timeout, "redis", "timeout")
	c.wantSame(before.KeyPrefix, redis.KeyPrefix, "redis", "key_prefix")
	c.wantSame(before.TLS == nil, redis.TLS == nil, "redis", "tls")
}

func (c *checker) wantSame(before, now any, path ...string) {
	at := c.root.At(path...)
	if !at.Wrong() && !reflect.DeepEqual(before, now) {
		at.Fail("%s cannot change while the gateway runs: restart it, or leave this as it was", at.Name)
	}
}

// text is the secret itself, to be compared and never shown.
func (s *Secret) text() string { return s.Value().Reveal() }
