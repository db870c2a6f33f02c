package gateway

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
	"github.com/liveness-gateway/gateway/internal/outofservice"
	"github.com/liveness-gateway/gateway/internal/outofservice/redislist"
)

// outOfServiceInterval is how often the list is read again, so that other replicas' changes hold and
// entries whose time is over end.
const outOfServiceInterval = time.Second

// listOutOfService makes the list of what operators have taken out of service. If replicas share it, it
// begins with theirs.
func (g *Gateway) listOutOfService() {
	var store outofservice.Store
	if g.redis != nil {
		store = redislist.New(g.redis)
	}
	g.outOfService = outofservice.New(store)
	if err := g.outOfService.Sync(context.Background()); err != nil {
		g.log.Warn("what operators have taken out of service is not known yet", zap.Error(err))
	}
	g.tellOutOfService()
}

// takeOut takes something out of service for a time. On this replica this holds at once; shared says
// whether it does on all.
func (g *Gateway) takeOut(ctx context.Context, entry outofservice.Entry) (shared bool, err error) {
	if err := knownTarget(g.current.Load().config, entry.Account, entry.Product); err != nil {
		return false, err
	}
	shared, err = g.outOfService.Put(ctx, entry)
	g.applyOutOfService()
	return shared, err
}

// putBack puts it back into service before that time is over.
func (g *Gateway) putBack(ctx context.Context, account, product string) (shared bool, err error) {
	shared, err = g.outOfService.Remove(ctx, account, product)
	g.applyOutOfService()
	return shared, err
}

// watchOutOfService applies other replicas' changes, and ends entries whose time is over, until ctx ends.
func (g *Gateway) watchOutOfService(ctx context.Context) {
	ticker := time.NewTicker(outOfServiceInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = g.outOfService.Sync(ctx) // if it fails the list stays; the client logs that Redis is down
			g.applyOutOfService()
		}
	}
}

// applyOutOfService makes routing follow the list, if that has changed.
func (g *Gateway) applyOutOfService() {
	g.applying.Lock()
	defer g.applying.Unlock()
	if g.tellOutOfService() {
		running := g.current.Load()
		g.route(running, running.config, running.authentication)
	}
}

// tellOutOfService logs what was taken out and put back since the last time, and reports whether there was
// anything.
func (g *Gateway) tellOutOfService() (changed bool) {
	before, now := g.out, g.outOfService.Entries()
	for i := range now {
		if !slices.ContainsFunc(before, now[i].Equal) {
			e := &now[i]
			g.log.Warn("taken out of service", zap.String("account", e.Account), zap.String("product", e.Product),
				zap.String("why", e.Reason), zap.Time("until", e.Until), zap.String("by", byWhom(e)))
			changed = true
		}
	}
	for i := range before {
		if !slices.ContainsFunc(now, before[i].Same) {
			e := &before[i]
			g.log.Warn("back in service", zap.String("account", e.Account), zap.String("product", e.Product),
				zap.Bool("early", time.Now().Before(e.Until)))
			changed = true
		}
	}
	g.out = now
	return changed
}

// byWhom is the caller's name, or the listener on which nobody needs one.
func byWhom(e *outofservice.Entry) string {
	if e.By == "" {
		return "the operator listener"
	}
	return e.By
}

// knownTarget fails unless some target has both names; "" fits any.
func knownTarget(cfg *config.Config, account, product string) error {
	var accounts, products []string
	for _, r := range cfg.Routes {
		for _, t := range r.Targets {
			if (account == "" || account == t.Account) && (product == "" || product == t.Product) {
				return nil
			}
			accounts, products = append(accounts, t.Account), append(products, t.Product)
		}
	}
	switch {
	case account != "" && !slices.Contains(accounts, account):
		return errors.New("account: " + suggest.Unknown("account", account, distinct(accounts)))
	case product != "" && !slices.Contains(products, product):
		return errors.New("product: " + suggest.Unknown("product", product, distinct(products)))
	default:
		return errors.New("product: no target has the product on the account")
	}
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
