package metrics

import (
	"cmp"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Labels in place of a scenario's name. No scenario can have them, because names have no
// underscore.
const (
	defaultScenario = "_default"
	unknownScenario = "_unknown"
)

// configured are series that Use has created. Calls and attempts that issue a token find theirs here
// without a hash of their labels, which makes both together cost half (BenchmarkPieces, "metrics of").
type configured struct {
	routes map[routeKey]*routeSeries
	// callers are the counters of callers' calls that issue a token.
	callers map[string]prometheus.Counter
	targets map[productOnAccount]*targetSeries
}

type routeKey struct {
	flow     providers.Flow
	scenario string
}

// routeSeries is the label of a route's scenario, and the series of its calls that issue a token.
type routeSeries struct {
	scenario string
	issued   map[call.Transport]callSeries
}

// callSeries are the series that a call counts in, but for its caller's.
type callSeries struct {
	requests, scenario prometheus.Counter
	duration, overhead prometheus.Observer
}

// targetSeries are the series that first attempts on a target count in if they issue a token.
type targetSeries struct {
	attempts prometheus.Counter
	duration prometheus.Observer
	issued   [providers.BilledNo + 1]prometheus.Counter
}

func keyOf(target *route.Target) productOnAccount {
	return productOnAccount{target.Provider, target.Product.ID, target.Account}
}

// Use creates the series of everything that is configured, at 0. A series that began with its first
// fault would hide that fault from rate and increase, and a panel without series shows nothing.
// Series of what is no longer configured stay as they are. It must not be called concurrently with
// itself.
func (m *Metrics) Use(routes []route.Route, callers []string) {
	endings, flows := call.Endings(), map[string]bool{noFlow: true}
	now := newConfigured()
	for i := range routes {
		r := &routes[i]
		flows[r.Flow.String()] = true
		now.routes[routeKey{r.Flow, r.Scenario}] = m.beginRoute(r)
		for j := range r.Targets {
			now.targets[keyOf(&r.Targets[j])] = m.beginTarget(&r.Targets[j], endings)
		}
	}
	for flow := range flows {
		m.beginFlow(flow, endings)
	}
	for _, caller := range append(callers, unauthenticated) {
		now.callers[caller] = m.callerRequests.WithLabelValues(caller, string(providers.OK), string(call.NoBlame))
	}
	for _, outcome := range idempotency.Outcomes {
		m.idempotency.WithLabelValues(string(outcome))
	}
	m.configured.Store(now)
}

func newConfigured() *configured {
	return &configured{
		routes:  make(map[routeKey]*routeSeries),
		callers: make(map[string]prometheus.Counter),
		targets: make(map[productOnAccount]*targetSeries),
	}
}

// beginRoute creates the series of a route's scenario.
func (m *Metrics) beginRoute(r *route.Route) *routeSeries {
	flow, scenario := r.Flow.String(), cmp.Or(r.Scenario, defaultScenario)
	for _, blame := range call.Blames {
		m.scenarios.WithLabelValues(flow, scenario, string(blame))
	}
	issued := call.Ending{Reason: providers.OK, Code: okCode, Blame: call.NoBlame}
	return &routeSeries{scenario, map[call.Transport]callSeries{
		call.GRPC: m.callSeries(call.GRPC, flow, scenario, issued),
		call.REST: m.callSeries(call.REST, flow, scenario, issued),
	}}
}

// noFlow is the flow of calls that are refused before it is known.
const noFlow = "none"

// beginFlow creates the series of a flow: those that are not callers' faults, and those that every
// caller causes.
func (m *Metrics) beginFlow(flow string, endings []call.Ending) {
	for _, transport := range []call.Transport{call.GRPC, call.REST} {
		for _, e := range endings {
			if e.Blame == call.CallersBlame && e.Reason != providers.NoEligibleProduct || flow == noFlow && e.Blame != call.GatewaysBlame {
				continue
			}
			m.requests.WithLabelValues(string(transport), flow, e.Code, string(e.Reason), string(e.Blame))
		}
		if flow != noFlow {
			m.requestDuration.WithLabelValues(string(transport), flow, okCode)
		}
	}
	for _, blame := range call.Blames {
		m.scenarios.WithLabelValues(flow, unknownScenario, string(blame))
	}
	m.overhead.WithLabelValues(flow)
}

// okCode is the gRPC code of success in labels.
const okCode = "OK"

// beginTarget creates the series of a target.
func (m *Metrics) beginTarget(target *route.Target, endings []call.Ending) *targetSeries {
	provider, product, account := target.Provider, target.Product.ID, target.Account
	for _, kind := range []routing.Kind{routing.First, routing.Retry, routing.Failover, routing.Probe} {
		m.attempts.WithLabelValues(provider, product, account, string(providers.OK), string(kind))
		m.attempts.WithLabelValues(provider, product, account, string(providers.Internal), string(kind)) // of which one is an alert
	}
	for _, e := range endings {
		if strings.HasPrefix(string(e.Reason), "VENDOR_") {
			m.attempts.WithLabelValues(provider, product, account, string(e.Reason), string(routing.First))
		}
	}
	m.orphaned.WithLabelValues(product, account)
	m.unrecognized.WithLabelValues(provider)
	for _, why := range whys {
		m.unavailable.WithLabelValues(provider, product, account, string(why))
	}
	series := &targetSeries{
		attempts: m.attempts.WithLabelValues(provider, product, account, string(providers.OK), string(routing.First)),
		duration: m.attemptDuration.WithLabelValues(provider, product, account),
	}
	for billed := range series.issued {
		series.issued[billed] = m.issued.WithLabelValues(product, account, providers.Billed(billed).String())
	}
	return series
}

// whys are why targets may not be tried.
var whys = []guard.Why{
	route.OutOfService, guard.BreakerOpen, guard.LimitReached, guard.VendorLimitReached,
	guard.RateLimited, guard.RetryAfter, guard.CredentialsEjected,
}
