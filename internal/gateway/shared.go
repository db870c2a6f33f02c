package gateway

import (
	"github.com/liveness-gateway/gateway/internal/quota"
	"github.com/liveness-gateway/gateway/internal/quota/redisquota"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
	"github.com/liveness-gateway/gateway/internal/vendorlimit/redislimit"
)

// countLimits decides where callers' rates and vendors' limits are counted: in this process, or with a
// Redis by all replicas together.
func (g *Gateway) countLimits() {
	if g.redis == nil {
		g.rates, g.limits = quota.NewInMemory(nil), vendorlimit.NewMemory()
		return
	}
	shared := redisquota.New(g.redis, nil)
	g.rates, g.limits, g.beSeen = shared, redislimit.New(g.redis), shared.Run
}
