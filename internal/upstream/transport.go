package upstream

import (
	"crypto/tls"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
)

const (
	dialTimeout = 2 * time.Second
	// idleTimeout is shorter than the idle limits of common load balancers, so that a pooled
	// connection is seldom dead.
	idleTimeout = 50 * time.Second
	// maxIdlePerAccount is enough for a busy account: with a quarter as many, a call of
	// 1,024 at once costs a quarter more, for connections dialled anew.
	maxIdlePerAccount = 1024
	maxAnswerHeader   = 32 << 10
	// bufferBytes is what every connection, and so every call in flight, has for reading
	// and once more for writing. Most requests without photos are written in one piece;
	// documented answers are read in one.
	bufferBytes = 2 << 10
)

// Transport makes an account's HTTP requests. It replaces its connections before they reach
// the account's maximum age, so that a change of the vendor's addresses is noticed. Over the
// last fifth of a generation's age more and more requests take the next one, so that a busy
// account does not dial all of its connections at once; requests in flight on the old ones
// end undisturbed. Ages differ by chance, so that replicas do not dial together.
type Transport struct {
	current atomic.Pointer[generation]
}

// generation is connections that are replaced together.
type generation struct {
	*http.Transport
	// fade is when requests begin to take the next one, end when all do.
	fade, end time.Time
	next      func() *generation
}

func newGeneration(template *http.Transport, most time.Duration) *generation {
	age := most - rand.N(most/5+1)
	begin := time.Now()
	return &generation{
		Transport: template.Clone(), fade: begin.Add(age - age/5), end: begin.Add(age),
		next: sync.OnceValue(func() *generation { return newGeneration(template, most) }),
	}
}

// NewTransport returns a transport that has no connection yet.
func NewTransport(account *config.Account) *Transport {
	security := &tls.Config{RootCAs: account.RootCAs, MinVersion: tls.VersionTLS12}
	dialer := &bodies.Dialer{Dialer: net.Dialer{Timeout: dialTimeout}, TLS: security}
	template := &http.Transport{
		DialContext:         dialer.DialContext,
		DialTLSContext:      dialer.DialTLSContext,
		TLSHandshakeTimeout: dialTimeout, // behind a proxy
		TLSClientConfig:     security,    // behind a proxy
		MaxIdleConns:        maxIdlePerAccount,
		MaxIdleConnsPerHost: maxIdlePerAccount,
		IdleConnTimeout:     idleTimeout,

		MaxResponseHeaderBytes: maxAnswerHeader,
		ReadBufferSize:         bufferBytes,
		WriteBufferSize:        bufferBytes,
	}
	if account.Proxy != nil {
		template.Proxy = http.ProxyURL(account.Proxy)
	}
	t := &Transport{}
	t.current.Store(newGeneration(template, account.MaxConnectionAge))
	return t
}

// RoundTrip makes one request and follows no redirect.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	return t.pick(time.Now()).RoundTrip(request)
}

// pick returns the generation for a request.
func (t *Transport) pick(now time.Time) *generation {
	current := t.current.Load()
	switch {
	case now.Before(current.fade):
		return current
	case now.Before(current.end):
		if rand.N(current.end.Sub(current.fade)) < now.Sub(current.fade) {
			return current.next()
		}
		return current
	default:
		if t.current.CompareAndSwap(current, current.next()) {
			current.CloseIdleConnections() // and each other connection once its call has ended
		}
		return t.current.Load()
	}
}

// Close closes the connections that no request is using.
func (t *Transport) Close() {
	current := t.current.Load()
	current.CloseIdleConnections()
	if !time.Now().Before(current.fade) {
		current.next().CloseIdleConnections()
	}
}
