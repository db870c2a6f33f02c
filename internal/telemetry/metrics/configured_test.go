package metrics_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

// maxSeries is what docs/design.md, section 8, promises of 20 callers and 4 accounts.
const maxSeries = 5000

// largeRoutes has every product of two vendors on two accounts each, a route for each flow, and
// for one flow a scenario besides.
func largeRoutes() []route.Route {
	var routes []route.Route
	for flow, products := range map[providers.Flow][]string{
		providers.FlowAppSDK: {"acme.app", "other.app"}, providers.FlowHostedPage: {"acme.page", "acme.lite"},
		providers.FlowJSSDK: {"acme.js"}, providers.FlowSpokenDigits: {"acme.digits"},
	} {
		r := route.Route{Flow: flow}
		for _, product := range products {
			for _, account := range []string{"cn", "sgp"} {
				provider, _, _ := strings.Cut(product, ".")
				target := telemetrytest.Target(product, provider+"-"+account)
				target.Provider = provider
				r.Targets = append(r.Targets, *target)
			}
		}
		routes = append(routes, r)
	}
	login := routes[0]
	login.Scenario = "login"
	return append(routes, login)
}

func callerNames() []string {
	names := make([]string, 20)
	for i := range names {
		names[i] = "caller-" + string(rune('a'+i))
	}
	return names
}

// seriesOf counts what a scrape of text has, so many buckets included.
func seriesOf(t *testing.T, registry *prometheus.Registry) (n int) {
	t.Helper()
	for line := range strings.Lines(telemetrytest.Scrape(t, registry)) {
		if !strings.HasPrefix(line, "#") {
			n++
		}
	}
	return n
}

// What alerts and panels ask for is there before anything happened.
func TestConfiguredSeriesBeginAtZero(t *testing.T) {
	m, registry := telemetrytest.NewMetrics(t)
	m.Use(largeRoutes(), []string{"bank"})
	text := telemetrytest.Scrape(t, registry)
	for _, series := range []string{
		`requests_total{blame="none",code="OK",flow="app_sdk",reason="OK",transport="grpc"} 0`,
		`requests_total{blame="time",code="DEADLINE_EXCEEDED",flow="js_sdk",reason="VENDOR_TIMEOUT",transport="rest"} 0`,
		`requests_total{blame="gateway",code="INTERNAL",flow="none",reason="INTERNAL",transport="grpc"} 0`,
		`requests_total{blame="gateway",code="UNAVAILABLE",flow="none",reason="OVERLOADED",transport="rest"} 0`,
		`requests_total{blame="caller",code="FAILED_PRECONDITION",flow="app_sdk",reason="NO_ELIGIBLE_PRODUCT",transport="rest"} 0`,
		`scenario_requests_total{blame="vendor",flow="app_sdk",scenario="_default"} 0`,
		`scenario_requests_total{blame="gateway",flow="none",scenario="_unknown"} 0`,
		`caller_requests_total{blame="none",caller="bank",reason="OK"} 0`,
		`idempotency_total{outcome="unavailable"} 0`,
		`vendor_attempts_total{account="acme-cn",kind="failover",product="acme.page",provider="acme",reason="OK"} 0`,
		`vendor_attempts_total{account="acme-cn",kind="probe",product="acme.page",provider="acme",reason="INTERNAL"} 0`,
		`vendor_attempts_total{account="other-sgp",kind="first",product="other.app",provider="other",reason="VENDOR_QUOTA_EXHAUSTED"} 0`,
		`vendor_attempt_duration_seconds_count{account="acme-cn",product="acme.js",provider="acme"} 0`,
		`vendor_unavailable_total{account="acme-cn",product="acme.js",provider="acme",why="breaker_open"} 0`,
		`tokens_issued_total{account="acme-cn",billed="yes",product="acme.app"} 0`,
		`tokens_orphaned_total{account="acme-cn",product="acme.app"} 0`,
		`unrecognized_codes_total{provider="other"} 0`,
		`overhead_seconds_count{flow="hosted_page"} 0`,
		`request_duration_seconds_count{code="OK",flow="spoken_digits",transport="grpc"} 0`,
	} {
		require.Contains(t, text, "\nliveness_gateway_"+series+"\n")
	}
}

// A scenario has a series of its own if it is configured; any other is its caller's content.
func TestScenarios(t *testing.T) {
	m, registry := telemetrytest.NewMetrics(t)
	m.Use([]route.Route{{Flow: providers.FlowAppSDK, Scenario: "login"}, {Flow: providers.FlowAppSDK}, {Flow: providers.FlowJSSDK}}, nil)
	for _, scenario := range []string{"login", "login", "", "MARKER"} {
		m.ObserveCall(&call.Call{Flow: providers.FlowAppSDK, Request: &livenessv1.IssueLivenessTokenRequest{Scenario: scenario}})
	}
	m.ObserveCall(&call.Call{Flow: providers.FlowJSSDK, Request: &livenessv1.IssueLivenessTokenRequest{Scenario: "login"}})
	m.ObserveCall(&call.Call{Err: &providers.Error{Reason: providers.Overloaded}})
	text := telemetrytest.Scrape(t, registry)
	for _, series := range []string{
		`blame="none",flow="app_sdk",scenario="login"} 2`, `blame="none",flow="app_sdk",scenario="_default"} 1`,
		`blame="none",flow="app_sdk",scenario="_unknown"} 1`, `blame="none",flow="js_sdk",scenario="_unknown"} 1`,
		`blame="gateway",flow="none",scenario="_unknown"} 1`,
	} {
		require.Contains(t, text, "\nliveness_gateway_scenario_requests_total{"+series+"\n")
	}
	require.NotContains(t, text, "MARKER")
}

// The worst that can happen to 20 callers on 4 accounts: every caller meets every reason, every
// flow every reason over both transports, every target every reason in every kind of attempt,
// and every target of a route hands over to every other for every reason.
func TestSeriesAreBounded(t *testing.T) {
	m, registry := telemetrytest.NewMetrics(t)
	routes, names := largeRoutes(), callerNames()
	m.Use(routes, names)
	for _, r := range routes {
		for _, ending := range call.Endings() {
			for i, name := range names {
				c := &call.Call{Transport: call.GRPC, Caller: &callers.Caller{Name: name}, Flow: r.Flow, Request: &livenessv1.IssueLivenessTokenRequest{Scenario: r.Scenario}}
				if i%2 == 0 {
					c.Transport = call.REST
				}
				if ending.Reason != providers.OK {
					c.Err = &providers.Error{Reason: ending.Reason}
				}
				m.ObserveCall(c)
			}
			if ofAttempts(ending.Reason) {
				fail(m, &r, ending.Reason)
			}
		}
	}
	n := seriesOf(t, registry)
	t.Logf("%d series", n)
	require.LessOrEqual(t, n, maxSeries-400, "the state of targets, callers, listeners and Redis, and the process, have the rest")
}

// ofAttempts reports whether attempts can end so, and another target be tried.
func ofAttempts(reason providers.Reason) bool {
	return strings.HasPrefix(string(reason), "VENDOR_") || reason == providers.Internal || reason == providers.ArgumentRejected
}

// observer is what is told of calls and attempts.
type observer interface {
	ObserveCall(*call.Call)
	ObserveAttempt(*routing.Attempt)
}

// fail has every target of a route fail in every kind of attempt, and hand over to every other.
func fail(m observer, r *route.Route, reason providers.Reason) {
	err := &providers.Error{Reason: reason, Ambiguous: true}
	for i := range r.Targets {
		for _, kind := range []routing.Kind{routing.First, routing.Retry, routing.Failover, routing.Probe} {
			m.ObserveAttempt(&routing.Attempt{Target: &r.Targets[i], Kind: kind, Reason: reason, Err: err})
		}
		for j := range r.Targets {
			outcome := routing.Outcome{Attempts: []routing.Attempt{{Target: &r.Targets[i], Reason: reason}, {Target: &r.Targets[j]}}}
			for _, why := range []guard.Why{route.OutOfService, guard.BreakerOpen, guard.RetryAfter} {
				outcome.Unavailable = append(outcome.Unavailable, route.Unavailable{Target: &r.Targets[i], Why: why})
			}
			m.ObserveCall(&call.Call{Transport: call.GRPC, Flow: r.Flow, Idempotency: idempotency.Issued, Outcome: outcome})
		}
	}
}

// What issues tokens counts in the same series whether it is configured, no longer configured, or never
// was: only its scenario's name is not its own then.
func TestSeriesDoNotDependOnTheConfiguration(t *testing.T) {
	routes := []route.Route{{Flow: providers.FlowAppSDK, Targets: []route.Target{*telemetrytest.Target("acme.app", "acme-cn")}}}
	counted := map[string]string{}
	for name, use := range map[string]func(*metrics.Metrics){
		"never": func(*metrics.Metrics) {},
		"now":   func(m *metrics.Metrics) { m.Use(routes, []string{"bank"}) },
		"before": func(m *metrics.Metrics) {
			m.Use(routes, []string{"bank"})
			m.Use(nil, nil)
		},
	} {
		m, registry := telemetrytest.NewMetrics(t)
		use(m)
		for _, transport := range []call.Transport{call.GRPC, call.REST} {
			c := telemetrytest.IssuedCall()
			c.Transport, c.Request, c.Outcome.Attempts = transport, &livenessv1.IssueLivenessTokenRequest{}, c.Outcome.Attempts[1:]
			c.Outcome.Attempts[0].Kind = routing.First
			m.ObserveAttempt(&c.Outcome.Attempts[0])
			m.ObserveCall(c)
		}
		for line := range strings.Lines(telemetrytest.Scrape(t, registry)) {
			if !strings.HasPrefix(line, "#") && !strings.HasSuffix(line, " 0\n") {
				counted[name] += strings.Replace(line, `scenario="_unknown"`, `scenario="_default"`, 1)
			}
		}
	}
	require.Contains(t, counted["now"], `liveness_gateway_tokens_issued_total{account="acme-cn",billed="yes",product="acme.app"} 2`)
	require.Equal(t, counted["now"], counted["before"])
	require.Equal(t, counted["now"], counted["never"])
}
