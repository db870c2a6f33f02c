package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/state"
)

// State is the state of routing, as gauges that are computed at each scrape.
type State struct {
	status                                             func() state.Status
	inFlight, limit, clockOffset, breakers, credential *prometheus.Desc
	rotation, queue, most, outOfService                *prometheus.Desc
	targets, available                                 *prometheus.Desc
}

// NewState returns the collector of what status returns.
func NewState(status func() state.Status) *State {
	return &State{
		status: status,
		inFlight: desc("vendor_inflight",
			"Attempts in flight.", "provider", "account"),
		limit: desc("vendor_concurrency_limit",
			"Attempts that may be in flight, as learnt from the vendor's limit answers.", "provider", "account"),
		clockOffset: desc("vendor_clock_offset_seconds",
			"How far the vendor's clock is ahead, 0 within the precision of its answers.", "provider", "account"),
		queue: desc("vendor_queue",
			"Attempts that wait for a slot; there are no more of them than may be in flight.", "provider", "account"),
		most: desc("vendor_max_inflight",
			"Attempts that may be in flight as the configuration says.", "provider", "account"),
		outOfService: desc("vendor_out_of_service",
			"1 if an operator has taken the product on the account out of service.", "provider", "product", "account"),
		targets: desc("route_targets",
			"Targets of the route of that flow and scenario (_default without one); of several the one with the fewest available.", "flow", "scenario"),
		available: desc("route_targets_available",
			"Those of them that may be tried: breakers closed, a usable credential, in service, and the vendor has not asked to be left alone.", "flow", "scenario"),
		breakers: desc("vendor_breaker_state",
			"0 closed, 1 half open, 2 open: the worst of a product's and of its targets' own.", "provider", "product", "account"),
		credential: desc("vendor_credential_state",
			"0 usable, 1 probing, 2 ejected; for one product or, as such, for the product \"all\".", "provider", "account", "credential", "product"),
		rotation: desc("vendor_credential_rotation_state",
			"Of a new credential that has not served: 0 untried, 1 refused by the vendor, so that those before it go on.", "provider", "account", "credential"),
	}
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

// allProducts is the product label of a credential's state as such. No product has this
// name: theirs have a dot.
const allProducts = "all"

// stateValues are the values of breakers' and credentials' states.
var stateValues = map[string]float64{
	"closed": 0, "half_open": 1, "open": 2,
	"ok": 0, "probing": 1, "ejected": 2,
}

// credentialValue is 0 for a credential that only waits for its first probe, because nobody has
// refused it.
func credentialValue(c *state.Credential) float64 {
	if c.Rotation == guard.Untried.String() {
		return 0
	}
	return stateValues[c.State]
}

// rotationValues are the values of new credentials' rotations.
var rotationValues = map[string]float64{guard.Untried.String(): 0, guard.Rejected.String(): 1}

// Describe sends the descriptions of all that Collect sends.
func (s *State) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.inFlight, s.limit, s.clockOffset, s.breakers, s.credential, s.rotation, s.queue, s.most, s.outOfService, s.targets, s.available} {
		descs <- d
	}
}

// Collect sends the state as it is now.
func (s *State) Collect(metrics chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	status := s.status()
	for target, is := range worstOf(status.Routes) {
		gauge(s.breakers, is.breaker, target.provider, target.product, target.account)
		gauge(s.outOfService, is.outOfService, target.provider, target.product, target.account)
	}
	for route, is := range availability(&status) {
		gauge(s.targets, float64(is.targets), route.flow, route.scenario)
		gauge(s.available, float64(is.available), route.flow, route.scenario)
	}
	for _, a := range status.Accounts {
		gauge(s.inFlight, float64(a.InFlight), a.Provider, a.Account)
		gauge(s.limit, float64(a.Limit), a.Provider, a.Account)
		gauge(s.most, float64(a.MaxInFlight), a.Provider, a.Account)
		gauge(s.queue, float64(a.Waiting), a.Provider, a.Account)
		gauge(s.clockOffset, a.ClockOffset, a.Provider, a.Account)
		for _, c := range a.Credentials {
			gauge(s.credential, credentialValue(&c), a.Provider, a.Account, c.Name, allProducts)
			if value, ok := rotationValues[c.Rotation]; ok {
				gauge(s.rotation, value, a.Provider, a.Account, c.Name)
			}
			for product, bench := range c.Products {
				gauge(s.credential, stateValues[bench.State], a.Provider, a.Account, c.Name, product)
			}
		}
	}
}

type productOnAccount struct{ provider, product, account string }

// targetState is the worst state of the targets of a product on an account.
type targetState struct{ breaker, outOfService float64 }

// worstOf returns one state for all targets of a product on an account, in whichever routes
// they are.
func worstOf(routes []state.Route) map[productOnAccount]targetState {
	worst := map[productOnAccount]targetState{}
	for i := range routes {
		for _, t := range routes[i].Targets {
			key := productOnAccount{t.Provider, t.Product, t.Account}
			is := worst[key]
			is.breaker = max(is.breaker, stateValues[t.Breaker.State], stateValues[t.ProductBreaker.State])
			if t.OutOfService != "" {
				is.outOfService = 1
			}
			worst[key] = is
		}
	}
	return worst
}
