package metrics

import (
	"cmp"
	"slices"

	"github.com/liveness-gateway/gateway/internal/routing/state"
)

// routeName is how series name a route: callers that have routes of their own share it.
type routeName struct{ flow, scenario string }

// targetCount is how many targets a route has, and how many of them may be tried.
type targetCount struct{ targets, available int }

// availability returns of each flow and scenario the route that has the fewest targets which may
// be tried.
func availability(status *state.Status) map[routeName]targetCount {
	accounts := make(map[string]*state.Account, len(status.Accounts))
	for i := range status.Accounts {
		accounts[status.Accounts[i].Account] = &status.Accounts[i]
	}
	fewest := map[routeName]targetCount{}
	for i := range status.Routes {
		r := &status.Routes[i]
		name, count := routeName{r.Flow, cmp.Or(r.Scenario, defaultScenario)}, targetCount{targets: len(r.Targets)}
		for j := range r.Targets {
			if mayBeTried(&r.Targets[j], accounts[r.Targets[j].Account]) {
				count.available++
			}
		}
		if other, ok := fewest[name]; !ok || count.available < other.available {
			fewest[name] = count
		}
	}
	return fewest
}

// mayBeTried reports whether nothing is held against a target. Slots are not looked at: they
// come and go with each attempt.
func mayBeTried(target *state.Target, account *state.Account) bool {
	if target.OutOfService != "" || !closed(target.Breaker) || !closed(target.ProductBreaker) || !account.RestUntil.IsZero() {
		return false
	}
	return len(account.Credentials) == 0 || slices.ContainsFunc(account.Credentials, func(c state.Credential) bool {
		ejection, ok := c.Products[target.Product]
		return c.State == usable && (!ok || ejection.State == usable)
	})
}

// usable is the state of a credential that nobody has refused.
const usable = "ok"

func closed(breaker state.Breaker) bool { return breaker.State == "closed" }
