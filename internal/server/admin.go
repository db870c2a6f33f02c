package server

import (
	"io"
	"log"
	"net/http"
)

// NewAdmin returns the operators' HTTP server: /metrics, /healthz while the process
// lives, /readyz while it takes calls. A vendor being down does not make it unready.
func NewAdmin(metrics http.Handler, ready func() bool, errorLog *log.Logger) *http.Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if !ready() {
			http.Error(w, "shutting down", http.StatusServiceUnavailable)
			return
		}
		healthz(w, r)
	})
	return newHTTPServer(mux, errorLog)
}

func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}
