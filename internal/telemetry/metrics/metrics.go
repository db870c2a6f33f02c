// Package metrics is what Prometheus scrapes: counts of calls and attempts, and the state at the
// moment. It must not know how calls are served, nor who scrapes.
package metrics

import (
	"cmp"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/telemetry"
)

const namespace = "liveness_gateway"

// durationBuckets are in seconds, from an answer without any attempt to the longest
// deadline.
var durationBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// overheadBuckets are in seconds, for the gateway's own share of a call.
var overheadBuckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1}

// Metrics counts calls and attempts. Every label has a closed set of values: those of
// the contract and those of the configuration. It is safe for concurrent use.
type Metrics struct {
	requests        *prometheus.CounterVec
	requestDuration *prometheus.HistogramVec
	overhead        *prometheus.HistogramVec
	attempts        *prometheus.CounterVec
	attemptDuration *prometheus.HistogramVec
	failovers       *prometheus.CounterVec
	issued          *prometheus.CounterVec
	orphaned        *prometheus.CounterVec
	unrecognized    *prometheus.CounterVec
	idempotency     *prometheus.CounterVec
	duplicates      prometheus.Counter
	callerRequests  *prometheus.CounterVec
	scenarios       *prometheus.CounterVec
	unavailable     *prometheus.CounterVec

	configured atomic.Pointer[configured]
	exemplars  exemplars
}

// New registers the metrics with registerer.
func New(registerer prometheus.Registerer, build telemetry.Build) (*Metrics, error) {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "requests_total",
			Help: "Calls that ended, by transport, flow, gRPC code, reason (OK on success) and blame (none on success): whose it is.",
		}, []string{"transport", "flow", "code", "reason", "blame"}),
		requestDuration: newHistogram("request_duration_seconds",
			"Time from a call's arrival to its answer.", durationBuckets, "transport", "flow", "code"),
		overhead: newHistogram("overhead_seconds",
			"Time of a call without its message's arrival, attempts, pauses before retries and waiting for a slot: the gateway's own.", overheadBuckets, "flow"),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "vendor_attempts_total",
			Help: "Attempts that ended, by target, reason (OK on success) and kind (first, retry, failover, probe).",
		}, []string{"provider", "product", "account", "reason", "kind"}),
		attemptDuration: newHistogram("vendor_attempt_duration_seconds",
			"Time of an attempt: one HTTP request to a vendor.", durationBuckets, "provider", "product", "account"),
		failovers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "failovers_total",
			Help: "Attempts on another target than the one before, from and to as account/product, and why the one before failed.",
		}, []string{"from", "to", "reason"}),
		issued: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "tokens_issued_total",
			Help: "Tokens that vendors issued, and whether they bill them (yes, no, unknown).",
		}, []string{"product", "account", "billed"}),
		orphaned: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "tokens_orphaned_total",
			Help: "Attempts after which a token may exist that nobody holds.",
		}, []string{"product", "account"}),
		unrecognized: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "unrecognized_codes_total",
			Help: "Refusals of vendors that no document explains.",
		}, []string{"provider"}),
		idempotency: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "idempotency_total",
			Help: "Calls with an idempotency key: issued or failed; replayed or joined, which repeat another call; left by their caller; reused, in_progress or unavailable, which are reasons.",
		}, []string{"outcome"}),
		duplicates: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "idempotency_duplicates_total",
			Help: "Times that an idempotency key turned out to have come to another token elsewhere: a call outlived its lease, or the shared store lost what it held.",
		}),
		callerRequests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "caller_requests_total",
			Help: "Calls that ended, by caller (unauthenticated if there is none), reason (OK on success) and blame.",
		}, []string{"caller", "reason", "blame"}),
		scenarios: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "scenario_requests_total",
			Help: "Calls that ended, by flow, scenario (_default without one, _unknown if it is not configured) and blame.",
		}, []string{"flow", "scenario", "blame"}),
		unavailable: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "vendor_unavailable_total",
			Help: "Times that a target could have served a call and might not be tried, and why.",
		}, []string{"provider", "product", "account", "why"}),
	}
	m.configured.Store(newConfigured())
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "What is running; always 1.",
	}, []string{"version", "commit", "goversion"})
	info.WithLabelValues(build.Version, build.Commit, build.GoVersion).Set(1)
	for _, collector := range []prometheus.Collector{
		m.requests, m.requestDuration, m.overhead, m.attempts, m.attemptDuration,
		m.failovers, m.issued, m.orphaned, m.unrecognized, m.idempotency, m.duplicates, m.callerRequests, m.scenarios, m.unavailable, info,
	} {
		if err := registerer.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// ObserveCall counts a call that has ended.
func (m *Metrics) ObserveCall(c *call.Call) {
	series := m.seriesOf(c)
	series.requests.Inc()
	series.scenario.Inc()
	m.callerCounter(c).Inc()
	m.exemplars.observe(series.duration, c)
	if c.Idempotency != "" {
		m.idempotency.WithLabelValues(string(c.Idempotency)).Inc()
	}
	if c.Repeats() || c.Idempotency == idempotency.Left {
		return // the attempts are counted with another call, or have not ended
	}
	series.overhead.Observe((c.Duration - c.Arrival - c.VendorTime() - c.Outcome.Waited).Seconds())
	m.observeOutcome(&c.Outcome)
}

// seriesOf returns the series of a call. A scenario that is not configured has none of its own,
// because its name is the caller's content.
func (m *Metrics) seriesOf(c *call.Call) callSeries {
	scenario := unknownScenario
	if r := m.configured.Load().routes[routeKey{c.Flow, c.Request.GetScenario()}]; r != nil {
		if series, ok := r.issued[c.Transport]; ok && c.Err == nil {
			return series
		}
		scenario = r.scenario
	}
	return m.callSeries(c.Transport, c.FlowName(), scenario, call.Ending{Reason: c.Reason(), Code: c.CodeName(), Blame: c.Blame()})
}

// callSeries returns the series of calls that end so.
func (m *Metrics) callSeries(transport call.Transport, flow, scenario string, e call.Ending) callSeries {
	return callSeries{
		requests: m.requests.WithLabelValues(string(transport), flow, e.Code, string(e.Reason), string(e.Blame)),
		scenario: m.scenarios.WithLabelValues(flow, scenario, string(e.Blame)),
		duration: m.requestDuration.WithLabelValues(string(transport), flow, e.Code),
		overhead: m.overhead.WithLabelValues(flow),
	}
}

// callerCounter returns the counter of a call's caller.
func (m *Metrics) callerCounter(c *call.Call) prometheus.Counter {
	caller := cmp.Or(c.CallerName(), unauthenticated)
	if counter := m.configured.Load().callers[caller]; counter != nil && c.Err == nil {
		return counter
	}
	return m.callerRequests.WithLabelValues(caller, string(c.Reason()), string(c.Blame()))
}

// unauthenticated, which no caller is called, stands for the caller of a call without one.
const unauthenticated = "unauthenticated"

// observeOutcome counts failovers, and targets that were unavailable.
func (m *Metrics) observeOutcome(outcome *routing.Outcome) {
	for i := 1; i < len(outcome.Attempts); i++ {
		before := &outcome.Attempts[i-1]
		if from, to := before.Target.Name(), outcome.Attempts[i].Target.Name(); from != to {
			m.failovers.WithLabelValues(from, to, string(before.Reason)).Inc()
		}
	}
	for i := range outcome.Unavailable {
		target := outcome.Unavailable[i].Target
		m.unavailable.WithLabelValues(target.Provider, target.Product.ID, target.Account, string(outcome.Unavailable[i].Why)).Inc()
	}
}

// CountDuplicate counts an idempotency key that turned out to have another token.
func (m *Metrics) CountDuplicate() { m.duplicates.Inc() }

// ObserveAttempt counts an attempt that has ended.
func (m *Metrics) ObserveAttempt(attempt *routing.Attempt) {
	target := keyOf(attempt.Target)
	if series := m.configured.Load().targets[target]; series != nil && attempt.Kind == routing.First && attempt.Err == nil {
		series.attempts.Inc()
		series.duration.Observe(attempt.Duration.Seconds())
		series.issued[attempt.Exchange.Billed].Inc()
	} else {
		m.observeAttempt(target, attempt)
	}
	if attempt.Exchange.UnknownCode || attempt.Reason == providers.VendorErrorUnrecognized {
		m.unrecognized.WithLabelValues(target.provider).Inc()
	}
}

// observeAttempt counts an attempt that may be of any kind and have failed.
func (m *Metrics) observeAttempt(of productOnAccount, attempt *routing.Attempt) {
	m.attempts.WithLabelValues(of.provider, of.product, of.account, string(attempt.Reason), string(attempt.Kind)).Inc()
	m.attemptDuration.WithLabelValues(of.provider, of.product, of.account).Observe(attempt.Duration.Seconds())
	switch {
	case attempt.Err == nil:
		m.issued.WithLabelValues(of.product, of.account, attempt.Exchange.Billed.String()).Inc()
	case attempt.Err.Ambiguous:
		m.orphaned.WithLabelValues(of.product, of.account).Inc()
	}
}
