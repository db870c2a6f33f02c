package gateway

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/gateway/accounts"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

// rotationInterval is how often new credentials are checked for having served. Calls do not wait for that:
// they use the new ones as soon as they serve.
const rotationInterval = time.Second

// watchRotations logs what becomes of new credentials, and forgets those that they have replaced, until
// ctx ends.
func (g *Gateway) watchRotations(ctx context.Context) {
	ticker := time.NewTicker(rotationInterval)
	defer ticker.Stop()
	told := map[string]guard.Rotation{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			told = g.tellRotations(told)
			g.forgetReplaced()
		}
	}
}

// tellRotations logs what has changed since told, and returns the new state.
func (g *Gateway) tellRotations(told map[string]guard.Rotation) map[string]guard.Rotation {
	now := map[string]guard.Rotation{}
	for _, a := range g.current.Load().accounts {
		credentials := a.Credentials(time.Now())
		rotating := slices.ContainsFunc(credentials, func(c accounts.Credential) bool { return c.Rotation == guard.Replaced })
		for _, c := range credentials {
			id, rotation := c.ID+"\x00"+a.Name, c.Rotation
			log := g.log.With(zap.String("account", a.Name), zap.String("credential", c.Name))
			switch before := told[id]; {
			case rotation == guard.Untried && before != rotation:
				log.Info("a new credential waits for its probe, those before it serve")
			case rotation == guard.Rejected && before != rotation && rotating:
				log.Error("the vendor refuses a new credential, those that it replaces go on")
			case rotation == guard.Rejected && before != rotation:
				log.Error("the vendor refuses a new credential")
			case rotation == guard.NoRotation && (before == guard.Untried || before == guard.Rejected):
				log.Info("a new credential serves")
			}
			if rotation != guard.NoRotation {
				now[id] = rotation
			}
		}
	}
	return now
}

// forgetReplaced applies the running configuration again if an account no longer needs credentials that
// were replaced.
func (g *Gateway) forgetReplaced() {
	g.applying.Lock()
	defer g.applying.Unlock()
	running := g.current.Load()
	for _, a := range running.accounts {
		if a.HasReplaced() {
			if err := g.use(running.config, g.log); err != nil {
				g.log.Error("credentials that were replaced cannot be forgotten yet", zap.Error(err))
			}
			return
		}
	}
}
