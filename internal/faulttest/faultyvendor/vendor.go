// Package faultyvendor is the vendors' side of the fault tests: the stand-ins of package
// sandbox behind servers that can be made to fail. A Fault makes a Vendor fail until it is
// ended: on the network (a socket that is closed, filled up or kept silent, a certificate)
// or in its answers. It knows no call, no caller and no gateway.
package faultyvendor

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// UsualDelay is how long a vendor takes for its answer while nothing is wrong with it.
const UsualDelay = 20 * time.Millisecond

// standIn is a vendor's server of package sandbox.
type standIn interface {
	http.Handler
	Ledger() []sandbox.Entry
}

// Vendor is a stand-in behind a server that faults make fail.
type Vendor struct {
	name     string
	standIn  standIn
	listener *listener
	server   *http.Server
	url      string

	handler atomic.Pointer[http.Handler]
	// certificate is nil if the vendor speaks plain HTTP.
	certificate atomic.Pointer[tls.Certificate]
	authority   *authority
	// revoked is how many of the credentials, from the first on, are accepted no more.
	revoked atomic.Int32
	// takes is how long it takes for an answer while nothing is wrong with it.
	takes  time.Duration
	random func(name string) *rand.Rand
	rate   float64 // of the calls in a second
}

// startVendor serves the stand-in that newStandIn makes. With an authority it speaks TLS.
func startVendor(name string, o Options, authority *authority, newStandIn func(sandbox.Options) standIn) (*Vendor, error) {
	v := &Vendor{name: name, random: o.Random, rate: o.Rate, authority: authority, takes: UsualDelay}
	if name == First && o.FirstTakes > 0 {
		v.takes = o.FirstTakes
	}
	accepted := map[string]string{}
	for _, c := range Credentials() {
		accepted[c.Key] = c.Secret
	}
	v.standIn = newStandIn(sandbox.Options{
		Credentials: sandbox.NewCredentials(accepted),
		Revoked: func(key string) bool {
			return slices.ContainsFunc(Credentials()[:v.revoked.Load()], func(c Credential) bool { return c.Key == key })
		},
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

// URL returns the base URL of the vendor.
func (v *Vendor) URL() string { return v.url }

// Authority returns the certificate, as PEM, of the authority that the gateway has to trust.
func (v *Vendor) Authority() []byte { return v.authority.pem }

func (v *Vendor) close() {
	v.listener.close()
	v.listener.disconnect()
	_ = v.server.Close()
}

// handle answers the requests to come with h.
func (v *Vendor) handle(h http.Handler) { v.handler.Store(&h) }

// usual is the vendor as it is without a fault.
func (v *Vendor) usual() http.Handler { return after(v.takes, v.standIn) }

// after is a handler that takes that much longer.
func after(d time.Duration, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timing.Pause(r.Context(), d)
		h.ServeHTTP(w, r)
	})
}
