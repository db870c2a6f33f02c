package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Edge is the metrics of connections, and of what is turned away before it is a call.
type Edge struct {
	// Connections returns for each listener how many are open, how many were closed for others, and
	// how many were refused.
	Connections map[string]func() (open int, closed, refused int64)
	// MaxConnections returns for each listener how many may be open; Awaited returns for callers'
	// listeners how many calls wait for their messages.
	MaxConnections map[string]func() int
	Awaited        map[string]func() int
	// TLS is for each listener with TLS.
	TLS map[string]TLS
	// Refused returns how often RPCs were refused, and connections closed, before there was a
	// call, by reason.
	Refused func() map[string]int64
	// Unheard returns for each HTTP listener how many requests net/http refused itself.
	Unheard map[string]func() int64
	// DroppedLines returns how many lines of the log were dropped.
	DroppedLines func() int64
	// DroppedSpans returns how many spans were dropped, by reason.
	DroppedSpans func() map[string]int64
}

// TLS is the state of a listener's TLS.
type TLS struct {
	// Failures returns how often handshakes failed, by reason.
	Failures func() map[string]int64
	// NotAfter returns when the first of its certificates expires.
	NotAfter func() time.Time
	// Failing reports whether its files at present cannot be used.
	Failing func() bool
}

var (
	connections       = desc("connections", "Connections that are open.", "listener")
	connectionsLimit  = desc("connections_limit", "Connections that may be open; beyond, those that are needed least are closed.", "listener")
	awaited           = desc("messages_awaited", "Calls whose messages have not arrived.", "listener")
	connectionsClosed = desc("connections_closed_total",
		"Connections closed at the listener's bound: idle ones for others, or new ones because none was idle.", "listener", "which")
	grpcRefused = desc("grpc_refused_total",
		"RPCs refused and connections closed before there was a call, by reason.", "reason")
	httpRefused = desc("http_refused_total",
		"HTTP requests whose head was refused, or did not come whole, before there was a call.", "listener")
	tlsFailures = desc("tls_handshake_failures_total",
		"TLS handshakes that failed, by reason.", "listener", "reason")
	tlsExpiry = desc("tls_certificate_expiry_timestamp_seconds",
		"When the first of the certificates that the listener shows expires, as a Unix time.", "listener")
	tlsReload = desc("tls_last_reload_success",
		"1 if the listener uses what its certificate files hold, 0 if that cannot be used and what they held before goes on.", "listener")
	linesDropped = desc("log_lines_dropped_total",
		"Lines of the log that could not be written.")
	spansDropped = desc("spans_dropped_total",
		"Spans that no collector got: queue_full found no place among those that wait, not_sent could not be sent.", "reason")
)

// Describe sends the descriptions of all that Collect sends.
func (e *Edge) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{connections, connectionsLimit, awaited, connectionsClosed, grpcRefused, httpRefused, tlsFailures, tlsExpiry, tlsReload, linesDropped, spansDropped} {
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
	for listener, most := range e.MaxConnections {
		metrics <- prometheus.MustNewConstMetric(connectionsLimit, prometheus.GaugeValue, float64(most()), listener)
	}
	for listener, n := range e.Awaited {
		metrics <- prometheus.MustNewConstMetric(awaited, prometheus.GaugeValue, float64(n()), listener)
	}
	for reason, n := range e.Refused() {
		counter(grpcRefused, n, reason)
	}
	for listener, count := range e.Unheard {
		counter(httpRefused, count(), listener)
	}
	for listener, tls := range e.TLS {
		for reason, n := range tls.Failures() {
			counter(tlsFailures, n, listener, reason)
		}
		success := 1.0
		if tls.Failing() {
			success = 0
		}
		metrics <- prometheus.MustNewConstMetric(tlsExpiry, prometheus.GaugeValue, float64(tls.NotAfter().Unix()), listener)
		metrics <- prometheus.MustNewConstMetric(tlsReload, prometheus.GaugeValue, success, listener)
	}
	counter(linesDropped, e.DroppedLines())
	for reason, n := range e.DroppedSpans() {
		counter(spansDropped, n, reason)
	}
}
