package metrics

import (
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

// scenarios are the counters of configured scenarios.
type scenarios map[scenario]prometheus.Counter

type scenario struct {
	flow, name string
	blame      call.Blame
}

// scenarioCounter returns the counter of a call. A scenario that is not configured has no series of
// its own, because its name is the caller's content.
func (m *Metrics) scenarioCounter(flow, name string, blame call.Blame) prometheus.Counter {
	if counter := (*m.configured.Load())[scenario{flow, name, blame}]; counter != nil {
		return counter
	}
	return m.scenarios.WithLabelValues(flow, unknownScenario, string(blame))
}

// Use creates the series of everything that is configured, at 0. A series that began with its first
// fault would hide that fault from rate and increase, and a panel without series shows nothing.
// Series of what is no longer configured stay as they are. It must not be called concurrently with
// itself.
func (m *Metrics) Use(routes []route.Route, callers []string) {
	endings, flows := call.Endings(), map[string]bool{noFlow: true}
	known := make(scenarios)
	for i := range routes {
		flow := routes[i].Flow.String()
		flows[flow] = true
		for _, blame := range call.Blames {
			label := routes[i].Scenario
			if label == "" {
				label = defaultScenario
			}
			known[scenario{flow, routes[i].Scenario, blame}] = m.scenarios.WithLabelValues(flow, label, string(blame))
		}
		for j := range routes[i].Targets {
			m.beginTarget(&routes[i].Targets[j], endings)
		}
	}
	for flow := range flows {
		m.beginFlow(flow, endings)
	}
	for _, caller := range append(callers, unauthenticated) {
		m.callerRequests.WithLabelValues(caller, string(providers.OK), string(call.NoBlame))
	}
	for _, outcome := range idempotency.Outcomes {
		m.idempotency.WithLabelValues(string(outcome))
	}
	m.configured.Store(&known)
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
func (m *Metrics) beginTarget(target *route.Target, endings []call.Ending) {
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
	m.attemptDuration.WithLabelValues(provider, product, account)
	for _, billed := range []providers.Billed{providers.BilledUnknown, providers.BilledYes, providers.BilledNo} {
		m.issued.WithLabelValues(product, account, billed.String())
	}
	m.orphaned.WithLabelValues(product, account)
	m.unrecognized.WithLabelValues(provider)
	for _, why := range whys {
		m.unavailable.WithLabelValues(provider, product, account, string(why))
	}
}

// whys are why targets may not be tried.
var whys = []guard.Why{
	route.OutOfService, guard.BreakerOpen, guard.LimitReached, guard.VendorLimitReached,
	guard.RateLimited, guard.RetryAfter, guard.CredentialsEjected,
}
