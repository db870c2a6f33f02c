package metrics

import "github.com/prometheus/client_golang/prometheus"

// Saturation is how much the process holds of everything bounded. Each function returns how much,
// and the bound; 0 is no bound.
type Saturation struct {
	// Calls in flight, and the bytes of their messages.
	Calls, PhotoBytes func() (held, bound int64)
	// Keys are the idempotency keys that are held, and KeyBytes what they take.
	Keys, KeyBytes func() (held, bound int64)
	// LogBytes wait for whoever reads the log.
	LogBytes func() (held, bound int64)
	// Spans wait for the collector; nil if calls are not traced.
	Spans func() (held, bound int64)
}

var (
	calls         = desc("calls_inflight", "Calls in flight.")
	callsLimit    = desc("calls_limit", "Calls that may be in flight; beyond, they are shed with OVERLOADED. 0 is no bound.")
	photos        = desc("photo_bytes_inflight", "Bytes of messages in flight: nearly all photos.")
	photosLimit   = desc("photo_bytes_limit", "Bytes of messages that may be in flight; beyond, calls are shed with OVERLOADED. 0 is no bound.")
	keys          = desc("idempotency_keys", "Idempotency keys that this process holds.")
	keysLimit     = desc("idempotency_keys_limit", "Idempotency keys that it may hold; beyond, calls with a new key get IDEMPOTENCY_UNAVAILABLE.")
	keyBytes      = desc("idempotency_bytes", "Bytes that the idempotency keys of this process take.")
	keyBytesLimit = desc("idempotency_bytes_limit", "Bytes that they may take; beyond, calls with a new key get IDEMPOTENCY_UNAVAILABLE.")
	logBytes      = desc("log_buffer_bytes", "Bytes of log lines that are not written yet.")
	logBytesLimit = desc("log_buffer_bytes_limit", "Bytes of log lines that may wait; beyond, lines are dropped.")
	spans         = desc("spans_queued", "Spans that are not sent yet, where calls are traced.")
	spansLimit    = desc("spans_queued_limit", "Spans that may wait; beyond, spans are dropped.")
)

// Describe sends the descriptions of all that Collect sends.
func (s *Saturation) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		calls, callsLimit, photos, photosLimit, keys, keysLimit, keyBytes, keyBytesLimit, logBytes, logBytesLimit, spans, spansLimit,
	} {
		descs <- d
	}
}

// Collect sends what is held now.
func (s *Saturation) Collect(metrics chan<- prometheus.Metric) {
	for _, of := range []struct {
		held, bound *prometheus.Desc
		now         func() (held, bound int64)
	}{
		{calls, callsLimit, s.Calls},
		{photos, photosLimit, s.PhotoBytes},
		{keys, keysLimit, s.Keys},
		{keyBytes, keyBytesLimit, s.KeyBytes},
		{logBytes, logBytesLimit, s.LogBytes},
		{spans, spansLimit, s.Spans},
	} {
		if of.now == nil {
			continue
		}
		held, bound := of.now()
		metrics <- prometheus.MustNewConstMetric(of.held, prometheus.GaugeValue, float64(held))
		metrics <- prometheus.MustNewConstMetric(of.bound, prometheus.GaugeValue, float64(bound))
	}
}
