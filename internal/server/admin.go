package server

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/pprof"

	"github.com/liveness-gateway/gateway/internal/routing"
)

// Admin is what operators look at.
type Admin struct {
	Metrics http.Handler
	// Ready reports whether the gateway takes calls.
	Ready func() bool
	// Status is what routing knows.
	Status func() routing.Status
	// Loopback says that the listener is on loopback; otherwise /routes and /debug/pprof
	// are refused.
	Loopback bool
}

// NewAdmin returns the operators' HTTP server: /metrics, /healthz while the process
// lives, /readyz while it takes calls, /routes and /debug/pprof for who is on the machine.
// A vendor being down does not make the gateway unready.
func NewAdmin(a Admin, errorLog *log.Logger) *http.Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.Metrics)
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("GET /routes", a.local(a.routes))
	mux.HandleFunc("GET /debug/pprof/", a.local(pprof.Index)) // heap, goroutine, allocs and the like
	mux.HandleFunc("GET /debug/pprof/profile", a.local(pprof.Profile))
	mux.HandleFunc("GET /debug/pprof/trace", a.local(pprof.Trace))
	return newHTTPServer(mux, errorLog)
}

func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}

func (a Admin) readyz(w http.ResponseWriter, r *http.Request) {
	if !a.Ready() {
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return
	}
	healthz(w, r)
}

// local refuses what only the machine's own users may see: nobody is asked who they are.
func (a Admin) local(next http.HandlerFunc) http.HandlerFunc {
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
func (a Admin) routes(w http.ResponseWriter, _ *http.Request) {
	encoded, err := json.MarshalIndent(a.Status(), "", "  ")
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(encoded, '\n'))
}
