// Package admin is the operators' HTTP server. It makes no calls.
package admin

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"net/http/pprof"

	"github.com/liveness-gateway/gateway/internal/outofservice"
	"github.com/liveness-gateway/gateway/internal/recent"
	"github.com/liveness-gateway/gateway/internal/reload"
	"github.com/liveness-gateway/gateway/internal/routing/state"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/admin/page"
)

// Pages is what operators look at.
type Pages struct {
	Metrics http.Handler
	// Ready reports whether the gateway takes calls.
	Ready func() bool
	// Status is what routing knows.
	Status func() state.Status
	// Callers is the state of those that are configured; nil is none.
	Callers func() []Caller
	// Configuration is which one is running, and which was refused; nil if nobody knows. Reload
	// reads it anew, or says that it cannot be used.
	Configuration func() reload.Status
	Reload        func() (reload.Status, error)
	// LogLevel shows and sets what is logged.
	LogLevel http.Handler
	// Hosts are the names that the listener answers to.
	Hosts *server.Hosts
	// Pprof says that /debug/pprof is switched on.
	Pprof bool
	// Operator returns who the operator is whose request it is, "" if nobody asked, and whether
	// it is an operator's; nil is nobody's. All that is for operators is refused to others.
	Operator func(*http.Request) (name string, ok bool)

	// OutOfService is what operators have taken out of service. TakeOut and PutBack change it,
	// and return whether all replicas share the change, where Replicas do.
	Replicas     bool
	OutOfService func() []outofservice.Entry
	TakeOut      func(ctx context.Context, entry outofservice.Entry) (shared bool, err error)
	PutBack      func(ctx context.Context, account, product string) (shared bool, err error)
	// Recent is what the last minutes came to.
	Recent func() recent.Snapshot
	// Plan explains how a request of the caller would be routed that an operator describes.
	Plan func(ctx context.Context, caller string, description []byte) (any, error)
	// Version is the gateway's.
	Version string
}

// New returns the operators' HTTP server: /metrics, /healthz while the process lives and
// /readyz while it takes calls for everybody; the page at /, what it shows and does (/routes,
// /recent, /plan, /out-of-service), /reload, /log-level and, if it is switched on, /debug/pprof
// for operators. A vendor being down does not make the gateway unready.
func New(a Pages, errorLog *log.Logger) *http.Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.Metrics)
	mux.HandleFunc("GET /healthz", server.Healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("GET /routes", a.operators(a.routes))
	mux.HandleFunc("GET /recent", a.operators(a.recent))
	mux.HandleFunc("POST /plan", a.operators(ownOrigin(a.plan)))
	mux.HandleFunc("GET /out-of-service", a.operators(a.outOfService))
	mux.HandleFunc("POST /out-of-service", a.operators(ownOrigin(a.takeOut)))
	mux.HandleFunc("DELETE /out-of-service", a.operators(ownOrigin(a.putBack)))
	mux.HandleFunc("POST /reload", a.operators(ownOrigin(a.reload)))
	mux.HandleFunc("GET /log-level", a.operators(a.logLevel))
	mux.HandleFunc("PUT /log-level", a.operators(ownOrigin(a.logLevel)))
	mux.HandleFunc("GET /debug/pprof/", a.operators(a.profile(pprof.Index))) // heap, goroutine, allocs and the like
	mux.HandleFunc("GET /debug/pprof/profile", a.operators(a.profile(pprof.Profile)))
	mux.HandleFunc("GET /debug/pprof/trace", a.operators(a.profile(pprof.Trace)))
	for path, file := range page.Files() {
		mux.HandleFunc("GET "+path, a.operators(file.ServeHTTP))
	}
	return server.NewHTTP(a.named(mux), errorLog)
}

// Anybody is Operator of a listener that operators alone reach.
func Anybody(*http.Request) (name string, ok bool) { return "", true }

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

// operators refuses to others what is for operators.
func (a Pages) operators(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if _, ok := a.operator(r); !ok {
			http.Error(w, r.URL.Path+" is for operators: listen.operator serves it, on loopback", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

func (a Pages) operator(r *http.Request) (name string, ok bool) {
	if a.Operator == nil {
		return "", false
	}
	return a.Operator(r)
}

// otherOrigins are pages of web sites, which browsers let send a POST unasked.
var otherOrigins = http.NewCrossOriginProtection()

// ownOrigin refuses what the page of another origin has a browser send.
func ownOrigin(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := otherOrigins.Check(r); err != nil {
			http.Error(w, r.URL.Path+" is not for pages of other origins", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

// maxLogLevelBytes is what a level takes, as JSON or as a form.
const maxLogLevelBytes = 256

// logLevel shows the level, or sets it.
func (a Pages) logLevel(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLogLevelBytes)
	a.LogLevel.ServeHTTP(w, r)
}

// routes writes which configuration is running, and the state of every target, account and
// caller.
func (a Pages) routes(w http.ResponseWriter, _ *http.Request) {
	shown := struct {
		Version       string         `json:"version,omitempty"`
		Configuration *reload.Status `json:"configuration,omitempty"`
		state.Status

		OutOfService []outofservice.Entry `json:"out_of_service,omitempty"`
		Callers      []Caller             `json:"callers,omitempty"`
	}{Version: a.Version, Status: a.Status()}
	if a.OutOfService != nil {
		shown.OutOfService = a.OutOfService()
	}
	if a.Callers != nil {
		shown.Callers = a.Callers()
	}
	if a.Configuration != nil {
		configuration := a.Configuration()
		shown.Configuration = &configuration
	}
	writeJSON(w, http.StatusOK, shown)
}

// reload reloads the configuration, and answers with what is running then and what was
// refused: 200 if nothing was, otherwise 409.
func (a Pages) reload(w http.ResponseWriter, _ *http.Request) {
	switch status, err := a.Reload(); {
	case err == nil:
		writeJSON(w, http.StatusOK, status)
	case status.Refused != nil:
		writeJSON(w, http.StatusConflict, status)
	default:
		http.Error(w, err.Error(), http.StatusConflict)
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	encoded, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(encoded, '\n'))
}
