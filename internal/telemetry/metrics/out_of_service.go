package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/liveness-gateway/gateway/internal/outofservice"
)

// OutOfService is what operators have taken out of service for a time.
type OutOfService struct {
	entries func() []outofservice.Entry
	until   *prometheus.Desc
}

// NewOutOfService returns the collector of what entries returns.
func NewOutOfService(entries func() []outofservice.Entry) *OutOfService {
	return &OutOfService{entries, desc("out_of_service_until_timestamp_seconds",
		"Until when operators have taken an account or product out of service, as a Unix time; a label that is empty stands for all.", "account", "product")}
}

// Describe sends the description of all that Collect sends.
func (o *OutOfService) Describe(descs chan<- *prometheus.Desc) { descs <- o.until }

// Collect sends what is out of service now.
func (o *OutOfService) Collect(metrics chan<- prometheus.Metric) {
	for _, e := range o.entries() {
		metrics <- prometheus.MustNewConstMetric(o.until, prometheus.GaugeValue, float64(e.Until.Unix()),
			e.Account, e.Product)
	}
}
