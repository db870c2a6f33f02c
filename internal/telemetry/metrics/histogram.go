package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/liveness-gateway/gateway/internal/call"
)

// What a histogram has in addition to its classic buckets, for scrapers that ask for native
// histograms: each bucket is a tenth wider than the one before, and there are at most so many,
// which cover 1 ms to 10 s. Beyond that a histogram starts again, once an hour at most, and
// otherwise its buckets become wider.
const (
	nativeBucketFactor = 1.1
	nativeBuckets      = 100
	nativeReset        = time.Hour
)

// newHistogram returns a histogram with classic and native buckets; the classic ones are in
// seconds.
func newHistogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor: nativeBucketFactor, NativeHistogramMaxBucketNumber: nativeBuckets,
		NativeHistogramMinResetDuration: nativeReset,
	}, labels)
}

// exemplars bounds the exemplars, each of which costs allocations. One a second is still more than
// is scraped.
type exemplars struct {
	// last are the Unix seconds of the last of each class: calls that issued a token, and those
	// that failed for a fault that was not their caller's.
	last [2]atomic.Int64
}

// observe observes how long a call took, with its trace if that is the first of the second. A
// caller's mistakes get none.
func (e *exemplars) observe(histogram prometheus.Observer, c *call.Call) {
	seconds := c.Duration.Seconds()
	blame := c.Blame()
	if c.TraceID == "" || blame == call.CallersBlame {
		histogram.Observe(seconds)
		return
	}
	class := 0
	if blame != call.NoBlame {
		class = 1
	}
	now := c.Start.Add(c.Duration).Unix()
	exemplar, ok := histogram.(prometheus.ExemplarObserver)
	if last := e.last[class].Load(); !ok || last == now || !e.last[class].CompareAndSwap(last, now) {
		histogram.Observe(seconds)
		return
	}
	exemplar.ObserveWithExemplar(seconds, prometheus.Labels{"trace_id": c.TraceID})
}
