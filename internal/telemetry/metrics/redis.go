package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/liveness-gateway/gateway/internal/redis"
)

// redisBuckets are in seconds, from an answer on loopback to the longest timeout.
var redisBuckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5}

// Redis counts the operations on the Redis that replicas share. It is safe for concurrent use.
type Redis struct {
	durations map[string]prometheus.Observer
	errors    map[redisError]prometheus.Counter
}

type redisError struct {
	operation string
	failure   redis.Failure
}

// NewRedis registers the metrics of the operations; up tells whether Redis answers, pool what its
// connections are doing.
func NewRedis(registerer prometheus.Registerer, up func() bool, pool func() redis.Pool, operations []string) (*Redis, error) {
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
	for _, collector := range []prometheus.Collector{gauge, durations, failed, redisPool(pool)} {
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
	if failure == redis.None {
		return
	}
	if counter := r.errors[redisError{operation, failure}]; counter != nil {
		counter.Inc()
	}
}

// redisPool collects what the connections are doing.
type redisPool func() redis.Pool

var (
	redisConnections      = desc("redis_connections", "Open connections to the shared Redis.")
	redisConnectionsIdle  = desc("redis_connections_idle", "Open connections that no operation uses.")
	redisConnectionsLimit = desc("redis_connections_limit", "Connections that operations and pings use at most, to one server of Redis.")
	redisWaits            = desc("redis_connection_waits_total", "Operations that waited for a connection and got one, in a cluster: elsewhere they wait for a batch.")
	redisWaitTimeouts     = desc("redis_connection_wait_timeouts_total", "Operations that waited for a connection in vain.")
)

// Describe sends the descriptions of all that Collect sends.
func (redisPool) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{redisConnections, redisConnectionsIdle, redisConnectionsLimit, redisWaits, redisWaitTimeouts} {
		descs <- d
	}
}

// Collect sends the state of the pool.
func (p redisPool) Collect(metrics chan<- prometheus.Metric) {
	pool := p()
	metrics <- prometheus.MustNewConstMetric(redisConnections, prometheus.GaugeValue, float64(pool.Open))
	metrics <- prometheus.MustNewConstMetric(redisConnectionsIdle, prometheus.GaugeValue, float64(pool.Idle))
	metrics <- prometheus.MustNewConstMetric(redisConnectionsLimit, prometheus.GaugeValue, float64(pool.Limit))
	metrics <- prometheus.MustNewConstMetric(redisWaits, prometheus.CounterValue, float64(pool.Waits))
	metrics <- prometheus.MustNewConstMetric(redisWaitTimeouts, prometheus.CounterValue, float64(pool.Timeouts))
}
