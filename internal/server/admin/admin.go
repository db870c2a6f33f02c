// Package admin is the operators' HTTP server. It makes no calls.
package admin

import (
	"context"
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

// Pages is what the operators' pages show and do.
type Pages struct {
	Metrics http.Handler
	// Ready reports whether the gateway takes calls.
	Ready func() bool
	// Status is the state of targets and accounts.
	Status func() state.Status
	// Callers is the state of those that are configured; nil is none.
	Callers func() []Caller
	// Configuration says which configuration is running and which was refused; it may be nil. Reload
	// reads it again, and returns an error if it cannot be used.
	Configuration func() reload.Status
	Reload        func() (reload.Status, error)
	// LogLevel shows and sets what is logged.
	LogLevel http.Handler
	// Hosts are the names that the listener answers to.
	Hosts *server.Hosts
	// Pprof says that /debug/pprof is switched on.
	Pprof bool
	// Operator reports whether a request is an operator's, and whose, "" if nobody had to say. If
	// it is nil there are no operators, and everything that is theirs is refused.
	Operator func(*http.Request) (name string, ok bool)

	// OutOfService is what operators have taken out of service. TakeOut and PutBack change it. With
	// Replicas, the list is shared, and they return whether the change already is.
	Replicas     bool
	OutOfService func() []outofservice.Entry
	TakeOut      func(ctx context.Context, entry outofservice.Entry) (shared bool, err error)
	PutBack      func(ctx context.Context, account, product string) (shared bool, err error)
	// Recent is what the last minutes came to.
	Recent func() recent.Snapshot
	// Plan explains how a request that an operator describes would be routed for the caller.
	Plan func(ctx context.Context, caller string, description []byte) (any, error)
	// Version is the gateway's.
	Version string
}

// New returns the operators' HTTP server. Everybody may read /metrics, /healthz, which answers while
// the process lives, and /readyz, which does while it takes calls; a vendor being down does not make
// the gateway unready. For operators alone are the page at /, what it shows and does (/routes,
// /recent, /plan, /out-of-service), /reload, /log-level and, if switched on, /debug/pprof.
func New(p Pages, errorLog *log.Logger) *http.Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", p.Metrics)
	mux.HandleFunc("GET /healthz", server.Healthz)
	mux.HandleFunc("GET /readyz", p.readyz)
	mux.HandleFunc("GET /routes", p.operators(p.routes))
	mux.HandleFunc("GET /recent", p.operators(p.recent))
	mux.HandleFunc("POST /plan", p.operators(ownOrigin(p.plan)))
	mux.HandleFunc("GET /out-of-service", p.operators(p.outOfService))
	mux.HandleFunc("POST /out-of-service", p.operators(ownOrigin(p.takeOut)))
	mux.HandleFunc("DELETE /out-of-service", p.operators(ownOrigin(p.putBack)))
	mux.HandleFunc("POST /reload", p.operators(ownOrigin(p.reload)))
	mux.HandleFunc("GET /log-level", p.operators(p.logLevel))
	mux.HandleFunc("PUT /log-level", p.operators(ownOrigin(p.logLevel)))
	mux.HandleFunc("GET /debug/pprof/", p.operators(p.profile(pprof.Index))) // heap, goroutine, allocs and the like
	mux.HandleFunc("GET /debug/pprof/profile", p.operators(p.profile(pprof.Profile)))
	mux.HandleFunc("GET /debug/pprof/trace", p.operators(p.profile(pprof.Trace)))
	for path, file := range page.Files() {
		mux.HandleFunc("GET "+path, p.operators(file.ServeHTTP))
	}
	return server.NewHTTP(p.named(mux), errorLog)
}

// Anybody is Pages.Operator for a listener that only operators can reach.
func Anybody(*http.Request) (name string, ok bool) { return "", true }

// named refuses requests to names that the listener does not answer to.
func (p Pages) named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.Hosts.Allow(r.Host) {
			http.Error(w, server.Misdirected().Message, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// profile refuses profiles, which slow the gateway down and show what is in its memory,
// unless they are switched on.
func (p Pages) profile(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !p.Pprof {
			http.Error(w, r.URL.Path+" is served only where listen.pprof is true", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

// operators lets only operators through.
func (p Pages) operators(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if _, ok := p.operator(r); !ok {
			http.Error(w, r.URL.Path+" is for operators: listen.operator serves it, on loopback", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

func (p Pages) operator(r *http.Request) (name string, ok bool) {
	if p.Operator == nil {
		return "", false
	}
	return p.Operator(r)
}

// otherOrigins recognizes requests from pages of other web sites, which browsers let send a POST
// unasked.
var otherOrigins = http.NewCrossOriginProtection()

// ownOrigin refuses requests that a page of another origin made a browser send.
func ownOrigin(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := otherOrigins.Check(r); err != nil {
			http.Error(w, r.URL.Path+" is not for pages of other origins", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}
