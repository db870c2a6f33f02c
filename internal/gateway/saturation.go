package gateway

import "github.com/liveness-gateway/gateway/internal/telemetry/metrics"

// saturation is the metrics of everything bounded, except connections and what belongs to a caller or a
// vendor.
func (g *Gateway) saturation() *metrics.Saturation {
	s := &metrics.Saturation{
		Calls: func() (held, bound int64) {
			held, _ = g.controller.InFlight()
			return held, int64(g.controller.Limits().MaxCalls)
		},
		PhotoBytes: func() (held, bound int64) {
			_, held = g.controller.InFlight()
			return held, g.controller.Limits().MaxPhotoBytes
		},
		Keys: func() (held, bound int64) {
			records, _ := g.keys.Held()
			return int64(records), int64(g.config.Idempotency.MaxKeys)
		},
		KeyBytes: func() (held, bound int64) {
			_, bytes := g.keys.Held()
			return int64(bytes), int64(g.config.Idempotency.MaxBytes)
		},
	}
	if g.lines != nil {
		s.LogBytes = g.lines.Waiting
	}
	if g.spanQueue != nil {
		s.Spans = g.spanQueue.Waiting
	}
	return s
}
