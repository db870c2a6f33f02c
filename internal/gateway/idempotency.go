package gateway

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/idempotency/redisstore"
	"github.com/liveness-gateway/gateway/internal/outofservice/redislist"
	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/vendorlimit/redislimit"
)

// newKeeper returns the keeper of idempotency keys. They are kept in this process, or with a Redis shared
// by all replicas, and then also remembered here.
func newKeeper(cfg *config.Config, own *idempotency.Memory, shared *redis.Client, counts *metrics.Metrics) (*idempotency.Keeper, error) {
	keys := cfg.Idempotency
	options := []idempotency.Option{
		idempotency.WithMargin(keys.ReplayMargin), idempotency.WithReplayTime(keys.ReplayTime),
		idempotency.OnDuplicate(counts.CountDuplicate),
	}
	if shared == nil {
		return idempotency.NewInMemory(own, options...)
	}
	return idempotency.NewKeeper(idempotency.NewReplica(own, redisstore.New(shared)), []byte(keys.NamingKey.Value().Reveal()), options...)
}

// sealingOf returns the sealing of stored answers, nil if the configuration has no keys for it.
func sealingOf(cfg *config.Config) (*idempotency.Sealing, error) {
	configured := cfg.Idempotency.SealingKeys
	if len(configured) == 0 {
		return nil, nil
	}
	keys := make([][]byte, len(configured))
	for i, key := range configured {
		keys[i] = []byte(key.Value().Reveal())
	}
	return idempotency.NewSealing(keys...)
}

// openRedis returns the client of the configured Redis, nil if there is none. New connections are made as
// the running configuration says.
func openRedis(cfg *config.Redis, running func() *config.Redis, registerer prometheus.Registerer, log *zap.Logger) (*redis.Client, error) {
	if cfg == nil {
		return nil, nil
	}
	var client *redis.Client
	observed, err := metrics.NewRedis(registerer, func() bool { return client.Up() }, func() redis.Pool { return client.Pool() },
		slices.Concat(redisstore.Operations, redislimit.Operations, redislist.Operations, []string{redis.Ping}))
	if err != nil {
		return nil, err
	}
	options := redis.Options{
		Addresses: cfg.Addresses, Cluster: cfg.Cluster, SentinelMaster: cfg.SentinelMaster,
		SentinelPassword: cfg.SentinelPassword.Value(),
		Access:           func() redis.Access { return accessOf(running()) },
		Timeout:          cfg.Timeout, Prefix: cfg.KeyPrefix, Log: log,
		Observe: observed.Observe,
	}
	client = redis.Open(options)
	return client, nil
}

func accessOf(cfg *config.Redis) redis.Access {
	access := redis.Access{Username: cfg.Username, Password: cfg.Password.Value()}
	if cfg.TLS != nil {
		access.TLS = cfg.TLS.Config()
	}
	return access
}

// runningRedis is the Redis section of the running configuration.
func (g *Gateway) runningRedis() *config.Redis {
	if running := g.current.Load(); running != nil {
		return running.config.Redis
	}
	return g.config.Redis
}

func (g *Gateway) closeRedis() {
	if g.redis != nil {
		g.redis.Close()
	}
}
