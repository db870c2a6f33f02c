package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Edge is what is turned away before it is a call.
type Edge struct {
	// Connections returns of each listener how many are open, how many were closed for
	// others, and how many were refused.
	Connections map[string]func() (open int, closed, refused int64)
	// Refused returns how often RPCs were refused, and connections closed, before there was a
	// call, by reason.
	Refused func() map[string]int64
	// Unheard returns of each HTTP listener how many requests net/http refused itself.
	Unheard map[string]func() int64
	// DroppedLines returns how many lines of the log were dropped.
	DroppedLines func() int64
}

var (
	connections       = desc("connections", "Connections that are open.", "listener")
	connectionsClosed = desc("connections_closed_total",
		"Connections closed at the listener's bound: idle ones for others, or new ones because none was idle.", "listener", "which")
	grpcRefused = desc("grpc_refused_total",
		"RPCs refused and connections closed before there was a call, by reason.", "reason")
	httpRefused = desc("http_refused_total",
		"HTTP requests whose head was refused, or did not come whole, before there was a call.", "listener")
	linesDropped = desc("log_lines_dropped_total",
		"Lines of the log that could not be written.")
)

// Describe sends the descriptions of all that Collect sends.
func (e *Edge) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{connections, connectionsClosed, grpcRefused, httpRefused, linesDropped} {
		descs <- d
	}
}

// Collect sends the counts as they are now.
func (e *Edge) Collect(metrics chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, value int64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(value), labels...)
	}
	for listener, count := range e.Connections {
		open, closed, refused := count()
		metrics <- prometheus.MustNewConstMetric(connections, prometheus.GaugeValue, float64(open), listener)
		counter(connectionsClosed, closed, listener, "idle")
		counter(connectionsClosed, refused, listener, "new")
	}
	for reason, n := range e.Refused() {
		counter(grpcRefused, n, reason)
	}
	for listener, count := range e.Unheard {
		counter(httpRefused, count(), listener)
	}
	counter(linesDropped, e.DroppedLines())
}
