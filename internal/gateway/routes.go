package gateway

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway/accounts"
	"github.com/liveness-gateway/gateway/internal/outofservice"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

// Routes returns the configured routes over newly opened accounts. Nothing is dialled until a route is
// used.
func Routes(cfg *config.Config) []route.Route {
	return accounts.Open(cfg, nil, vendorlimit.NewMemory(), time.Now()).Routes(cfg, outofservice.New(nil))
}
