package gateway

import (
	"net/http"

	"go.uber.org/zap"
)

// WithLogLevel lets operators see and set the level of the log. Theirs holds until the gateway ends, or a
// new configuration has a different level than the one before.
func WithLogLevel(level zap.AtomicLevel) Option {
	return func(g *Gateway) {
		g.level = &level
		g.logLevel = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			before := level.Level()
			level.ServeHTTP(w, r)
			if now := level.Level(); now != before {
				g.log.Warn("the level of the log was set", zap.Stringer("now", now), zap.Stringer("before", before))
			}
		})
	}
}
