package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/liveness-gateway/gateway/internal/redis"
)

// redisBuckets are in seconds, from an answer on loopback to the longest timeout.
var redisBuckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5}

// Redis counts what is asked of the Redis that replicas share. It is safe for concurrent
// use.
type Redis struct {
	durations map[string]prometheus.Observer
	errors    map[redisError]prometheus.Counter
}

type redisError struct {
	operation string
	failure   redis.Failure
}

// NewRedis registers the metrics of the operations; up tells whether Redis answers.
func NewRedis(registerer prometheus.Registerer, up func() bool, operations []string) (*Redis, error) {
	gauge := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "redis_up", Help: "Whether the shared Redis answers.",
	}, func() float64 {
		if up() {
			return 1
		}
		return 0
	})
	durations := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: "redis_operation_duration_seconds",
		Help: "Time of an operation of Redis that was tried.", Buckets: redisBuckets,
	}, []string{"operation"})
	failed := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: namespace, Name: "redis_errors_total",
		Help: "Operations of Redis that failed: down ones were not tried.",
	}, []string{"operation", "kind"})
	for _, collector := range []prometheus.Collector{gauge, durations, failed} {
		if err := registerer.Register(collector); err != nil {
			return nil, err
		}
	}
	r := &Redis{durations: make(map[string]prometheus.Observer), errors: make(map[redisError]prometheus.Counter)}
	for _, operation := range operations {
		r.durations[operation] = durations.WithLabelValues(operation)
		for _, failure := range redis.Failures {
			r.errors[redisError{operation, failure}] = failed.WithLabelValues(operation, string(failure))
		}
	}
	return r, nil
}

// Observe counts an operation that has ended.
func (r *Redis) Observe(operation string, took time.Duration, failure redis.Failure) {
	if duration := r.durations[operation]; duration != nil && failure != redis.Down {
		duration.Observe(took.Seconds())
	}
	if counter := r.errors[redisError{operation, failure}]; counter != nil {
		counter.Inc()
	}
}
