package gateway

import (
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway/accounts"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/outofservice"
	"github.com/liveness-gateway/gateway/internal/quota"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/settings"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

// snapshot is everything that belongs to one configuration. It is not changed once it is in use.
type snapshot struct {
	config         *config.Config
	accounts       accounts.Set
	authentication *authentication
	routes         *route.Table
}

// live is what outlives configurations. Each new one is applied to it, for calls that begin from then on.
type live struct {
	current atomic.Pointer[snapshot]

	router     *routing.Router
	dispatcher *server.Dispatcher
	controller *admission.Controller
	rates      rates
	limits     vendorlimit.Store
	keys       *idempotency.Memory
	keeper     *idempotency.Keeper
	scenarios  *accesslog.Scenarios
	metrics    *metrics.Metrics
	// outOfService is what operators have taken out, in addition to the configuration.
	outOfService *outofservice.List
	// level is nil if the level of the log cannot be set.
	level *zap.AtomicLevel
}

// rates are the callers' rates, which a configuration can change.
type rates interface {
	quota.Rates
	Use(map[string]quota.Rate)
}

// use applies a configuration, or leaves everything as it was. Calls that have begun end under the one
// before. It must not be called concurrently with itself.
func (l *live) use(cfg *config.Config, log *zap.Logger) error {
	before := l.current.Load()
	if before == nil {
		before = &snapshot{}
	}
	sealing, err := sealingOf(cfg)
	if err != nil {
		return err
	}
	authentication, err := authenticate(cfg, before.authentication, log)
	if err != nil {
		return err
	}
	if sealing != nil {
		l.keeper.UseSealing(sealing)
	}
	l.controller.Use(callLimits(cfg))
	l.rates.Use(callRates(cfg))
	l.keys.LimitCallers(callerKeys(cfg))
	l.route(before, cfg, authentication)
	l.setLevel(before.config, cfg)
	if before.authentication != authentication {
		before.authentication.end()
	}
	return nil
}

// route sets how calls that begin from now on are routed, by the configuration and by what is out of
// service. It must not be called concurrently with itself.
func (l *live) route(before *snapshot, cfg *config.Config, authentication *authentication) {
	opened := accounts.Open(cfg, before.accounts, l.limits, time.Now())
	routes := opened.Routes(cfg, l.outOfService)
	table := route.NewTable(routes, Narrowed(cfg)...)

	l.scenarios.Use(routes)
	l.metrics.Use(routes, callerNames(cfg))
	l.router.Use(table)
	l.dispatcher.Use(&settings.Settings{
		Authenticator: authentication.of(), Permissions: Permissions(cfg),
		AllowPrivateCallbacks: cfg.AllowPrivateCallbacks, Routes: table,
	})
	l.current.Store(&snapshot{cfg, opened, authentication, table})
	before.accounts.CloseOthers(opened)
}

// setLevel sets the level of the log if the configuration has changed it. Otherwise it leaves the one that
// operators may have set.
func (l *live) setLevel(before, now *config.Config) {
	if l.level == nil || before == nil || before.Log.Level == now.Log.Level {
		return
	}
	if level, err := zap.ParseAtomicLevel(now.Log.Level); err == nil { // the file was checked
		l.level.SetLevel(level.Level())
	}
}
