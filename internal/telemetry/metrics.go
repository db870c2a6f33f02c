// Package telemetry is what operators see: metrics and the access log, fed by the
// server with calls and by routing with attempts. It decides nothing.
package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"

	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/server"
)

const namespace = "liveness_gateway"

// durationBuckets span a call from an answer of the gateway's own to the longest
// deadline, in seconds.
var durationBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// overheadBuckets span the gateway's own share of a call, in seconds.
var overheadBuckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1}

// Metrics counts calls and attempts. Every label has a closed set of values: those of
// the contract and those of the configuration. It is safe for concurrent use.
type Metrics struct {
	requests        *prometheus.CounterVec
	requestDuration *prometheus.HistogramVec
	overhead        *prometheus.HistogramVec
	attempts        *prometheus.CounterVec
	attemptDuration *prometheus.HistogramVec
}

// NewMetrics registers the metrics with registerer.
func NewMetrics(registerer prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "requests_total",
			Help: "Calls that ended, by transport, flow, gRPC code and reason (OK on success).",
		}, []string{"transport", "flow", "code", "reason"}),
		requestDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "request_duration_seconds",
			Help: "Time from a call's arrival to its answer.", Buckets: durationBuckets,
		}, []string{"transport", "flow", "code"}),
		overhead: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "overhead_seconds",
			Help: "Time of a call that was not spent in attempts: the gateway's own.", Buckets: overheadBuckets,
		}, []string{"flow"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "vendor_attempts_total",
			Help: "Attempts that ended, by target, reason (OK on success) and kind (first, failover).",
		}, []string{"provider", "product", "account", "reason", "kind"}),
		attemptDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "vendor_attempt_duration_seconds",
			Help: "Time of an attempt: one HTTP request to a vendor.", Buckets: durationBuckets,
		}, []string{"provider", "product", "account"}),
	}
	for _, collector := range []prometheus.Collector{
		m.requests, m.requestDuration, m.overhead, m.attempts, m.attemptDuration,
	} {
		if err := registerer.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// ObserveCall counts a call that has ended.
func (m *Metrics) ObserveCall(call *server.Call) {
	transport, flow, code := string(call.Transport), flowLabel(call), codeName(call.Code())
	m.requests.WithLabelValues(transport, flow, code, string(call.Reason())).Inc()
	m.requestDuration.WithLabelValues(transport, flow, code).Observe(call.Duration.Seconds())
	m.overhead.WithLabelValues(flow).Observe((call.Duration - call.VendorTime()).Seconds())
}

// ObserveAttempt counts an attempt that has ended.
func (m *Metrics) ObserveAttempt(attempt *routing.Attempt) {
	provider, product, account := attempt.Target.Provider, attempt.Target.Product.ID, attempt.Target.Account
	m.attempts.WithLabelValues(provider, product, account, string(attempt.Reason), string(attempt.Kind)).Inc()
	m.attemptDuration.WithLabelValues(provider, product, account).Observe(attempt.Duration.Seconds())
}

// flowLabel is "none" for a call refused before its flow was known.
func flowLabel(call *server.Call) string {
	if call.Flow == 0 {
		return "none"
	}
	return call.Flow.String()
}

// codeName is the code's canonical name, for example "INVALID_ARGUMENT".
func codeName(c codes.Code) string { return code.Code_name[int32(c)] }
