package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/liveness-gateway/gateway/internal/reload"
)

// Reloads is which configuration is running, and whether the last reload succeeded.
type Reloads struct{ status func() reload.Status }

// NewReloads returns the collector of what status returns.
func NewReloads(status func() reload.Status) *Reloads { return &Reloads{status} }

var (
	reloadSuccess = desc("config_last_reload_success",
		"1 if the configuration that was read last is in use, 0 if it was refused and the one before it goes on.")
	reloadTime = desc("config_last_reload_success_timestamp_seconds",
		"When a configuration was taken into use last, as a Unix time.")
	reloadCount = desc("config_reloads_total",
		"Configurations that were taken into use since the start.")
	configInfo = desc("config_info",
		"Which configuration file is in use, by the SHA-256 of its text; always 1.", "hash")
)

// Describe sends the descriptions of all that Collect sends.
func (r *Reloads) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{reloadSuccess, reloadTime, reloadCount, configInfo} {
		descs <- d
	}
}

// Collect sends what is the case now.
func (r *Reloads) Collect(metrics chan<- prometheus.Metric) {
	status := r.status()
	success := 1.0
	if status.Refused != nil {
		success = 0
	}
	metrics <- prometheus.MustNewConstMetric(reloadSuccess, prometheus.GaugeValue, success)
	metrics <- prometheus.MustNewConstMetric(reloadTime, prometheus.GaugeValue, float64(status.Running.Time.Unix()))
	metrics <- prometheus.MustNewConstMetric(reloadCount, prometheus.CounterValue, float64(status.Reloads))
	metrics <- prometheus.MustNewConstMetric(configInfo, prometheus.GaugeValue, 1, status.Running.SHA256)
}
