// Package admin is the operators' HTTP server. It makes no calls.
package admin

import (
	"encoding/json"
	"log"
	"net/http"
	"net/http/pprof"

	"github.com/liveness-gateway/gateway/internal/routing/state"
	"github.com/liveness-gateway/gateway/internal/server"
)

// Pages is what operators look at.
type Pages struct {
	Metrics http.Handler
	// Ready reports whether the gateway takes calls.
	Ready func() bool
	// Status is what routing knows.
	Status func() state.Status
	// Loopback says that the listener is on loopback; otherwise /routes and /debug/pprof
	// are refused.
	Loopback bool
	// Hosts are the names that the listener answers to.
	Hosts *server.Hosts
	// Pprof says that /debug/pprof is switched on.
	Pprof bool
}

// New returns the operators' HTTP server: /metrics, /healthz while the process lives,
// /readyz while it takes calls, /routes and, if it is switched on, /debug/pprof for who is on
// the machine. A
// vendor being down does not make the gateway unready.
func New(a Pages, errorLog *log.Logger) *http.Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.Metrics)
	mux.HandleFunc("GET /healthz", server.Healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("GET /routes", a.local(a.routes))
	mux.HandleFunc("GET /debug/pprof/", a.local(a.profile(pprof.Index))) // heap, goroutine, allocs and the like
	mux.HandleFunc("GET /debug/pprof/profile", a.local(a.profile(pprof.Profile)))
	mux.HandleFunc("GET /debug/pprof/trace", a.local(a.profile(pprof.Trace)))
	return server.NewHTTP(a.named(mux), errorLog)
}

// named refuses requests under names that the listener does not answer to.
func (a Pages) named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.Hosts.Allow(r.Host) {
			http.Error(w, server.Misdirected().Message, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// profile refuses profiles, which slow the gateway down and show what is in its memory,
// unless they are switched on.
func (a Pages) profile(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !a.Pprof {
			http.Error(w, r.URL.Path+" is served only where listen.pprof is true", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

func (a Pages) readyz(w http.ResponseWriter, r *http.Request) {
	if !a.Ready() {
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return
	}
	server.Healthz(w, r)
}

// local refuses what only the machine's own users may see: nobody is asked who they are.
func (a Pages) local(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !a.Loopback {
			http.Error(w, r.URL.Path+" is served only while the admin listener is on loopback", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

// routes writes the state of every target and account.
func (a Pages) routes(w http.ResponseWriter, _ *http.Request) {
	encoded, err := json.MarshalIndent(a.Status(), "", "  ")
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(encoded, '\n'))
}
