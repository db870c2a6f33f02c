package faulttest

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// usualDelay is how long a vendor takes for its answer while nothing is wrong with it.
const usualDelay = 20 * time.Millisecond

// standIn is a vendor's server of package sandbox.
type standIn interface {
	http.Handler
	Ledger() []sandbox.Entry
}

// vendor is a stand-in behind a server that faults make fail.
type vendor struct {
	name     string
	standIn  standIn
	listener *listener
	server   *http.Server
	url      string

	handler atomic.Pointer[http.Handler]
	// certificate is nil if the vendor speaks plain HTTP.
	certificate atomic.Pointer[tls.Certificate]
	authority   *authority
	// mainRevoked says that the first of the credentials is accepted no more.
	mainRevoked atomic.Bool
	seed        uint64
	rate        float64 // of the calls in a second
}

// startVendor serves the stand-in that newStandIn makes. With an authority it speaks TLS.
func startVendor(name string, o Options, authority *authority, newStandIn func(sandbox.Options) standIn) (*vendor, error) {
	v := &vendor{name: name, seed: o.Seed, rate: o.Rate, authority: authority}
	v.standIn = newStandIn(sandbox.Options{
		Credentials: sandbox.NewCredentials(map[string]string{mainKey: mainSecret, spareKey: spareSecret}),
		Revoked:     func(key string) bool { return v.mainRevoked.Load() && key == mainKey },
	})
	v.handle(v.usual())
	v.server = &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*v.handler.Load()).ServeHTTP(w, r) }),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // it would tell of every fault
		ConnContext:       countRequests,
	}
	scheme, serve := "http", v.server.Serve
	if authority != nil {
		v.certificate.Store(&authority.valid)
		v.server.TLSConfig = &tls.Config{
			MinVersion:     tls.VersionTLS12,
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return v.certificate.Load(), nil },
		}
		scheme, serve = "https", func(l net.Listener) error { return v.server.ServeTLS(l, "", "") }
	}
	v.listener = newListener(serve)
	v.server.ConnState = v.listener.track
	if err := v.listener.open(); err != nil {
		return nil, fmt.Errorf("vendor %s: %w", name, err)
	}
	v.url = scheme + "://" + v.listener.address
	return v, nil
}

func (v *vendor) close() {
	v.listener.close()
	v.listener.disconnect()
	_ = v.server.Close()
}

// handle answers the requests to come with h.
func (v *vendor) handle(h http.Handler) { v.handler.Store(&h) }

// usual is the vendor as it is without a fault.
func (v *vendor) usual() http.Handler { return after(usualDelay, v.standIn) }

// after is a handler that takes that much longer.
func after(d time.Duration, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timing.Pause(r.Context(), d)
		h.ServeHTTP(w, r)
	})
}

// newRandom returns the random numbers of one use of a run's seed.
func newRandom(seed uint64, use string) *rand.Rand {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(use) {
		h = (h ^ uint64(use[i])) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, h))
}
