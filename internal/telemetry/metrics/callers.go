package metrics

import "github.com/prometheus/client_golang/prometheus"

// Callers is what callers have in flight, beside their bounds. Its labels are the names of the
// configuration.
type Callers struct {
	All []Caller
	// InFlight returns of a caller how many calls it has, and how many bytes of their messages.
	InFlight func(name string) (calls, bytes int64)
	// IdempotencyKeys returns how many keys of a caller with a bound of them are held.
	IdempotencyKeys func(name string) int
}

// Caller is a caller and its bounds; 0 is none.
type Caller struct {
	Name               string
	MaxCalls           int
	MaxPhotoBytes      int64
	MaxIdempotencyKeys int
}

var (
	callerCalls      = desc("caller_calls_inflight", "Calls in flight.", "caller")
	callerCallsLimit = desc("caller_calls_limit", "Calls that the caller may have in flight; left out where it has no bound.", "caller")
	callerBytes      = desc("caller_photo_bytes_inflight", "Bytes of messages in flight: nearly all photos.", "caller")
	callerBytesLimit = desc("caller_photo_bytes_limit", "Bytes of messages that the caller may have in flight; left out where it has no bound.", "caller")
	callerKeys       = desc("caller_idempotency_keys", "Idempotency keys that are held for the caller; left out where it has no bound of them.", "caller")
	callerKeysLimit  = desc("caller_idempotency_keys_limit", "Idempotency keys that the caller may have; left out where it has no bound of them.", "caller")
)

// Describe sends the descriptions of all that Collect sends.
func (c *Callers) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{callerCalls, callerCallsLimit, callerBytes, callerBytesLimit, callerKeys, callerKeysLimit} {
		descs <- d
	}
}

// Collect sends what is in flight now.
func (c *Callers) Collect(metrics chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value int64, caller string) {
		metrics <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value), caller)
	}
	for i := range c.All {
		caller := &c.All[i]
		calls, bytes := c.InFlight(caller.Name)
		gauge(callerCalls, calls, caller.Name)
		gauge(callerBytes, bytes, caller.Name)
		if caller.MaxCalls > 0 {
			gauge(callerCallsLimit, int64(caller.MaxCalls), caller.Name)
		}
		if caller.MaxPhotoBytes > 0 {
			gauge(callerBytesLimit, caller.MaxPhotoBytes, caller.Name)
		}
		if caller.MaxIdempotencyKeys > 0 {
			gauge(callerKeys, int64(c.IdempotencyKeys(caller.Name)), caller.Name)
			gauge(callerKeysLimit, int64(caller.MaxIdempotencyKeys), caller.Name)
		}
	}
}
