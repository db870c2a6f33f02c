package gateway

import (
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/telemetry"
)

// newKeeper returns the keeper of idempotency keys.
func newKeeper(cfg *config.Config, metrics *telemetry.Metrics) (*idempotency.Keeper, error) {
	keys := cfg.Idempotency
	return idempotency.NewInMemory(keys.MaxKeys, int(keys.MaxBytes), idempotency.WithMargin(keys.ReplayMargin),
		idempotency.WithReplayTime(keys.ReplayTime), idempotency.OnDuplicate(metrics.CountDuplicate))
}
