package upstream

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

const (
	dialTimeout = 2 * time.Second
	// idleTimeout is below the idle limits that load balancers commonly have, so that a
	// pooled connection is seldom a dead one.
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

// Transport makes an account's HTTP requests. It replaces its connections when they
// reach the account's maximum age, so that a change of the vendor's addresses is
// noticed: a whole generation at a time, on whose old connections requests in flight end
// undisturbed.
type Transport struct {
	generation func() *generation
	current    atomic.Pointer[generation]
}

type generation struct {
	*http.Transport
	end time.Time
}

// NewTransport returns a transport that has no connection yet.
func NewTransport(account *config.Account) *Transport {
	security := &tls.Config{RootCAs: account.RootCAs, MinVersion: tls.VersionTLS12}
	dialer := &vendorhttp.Dialer{Dialer: net.Dialer{Timeout: dialTimeout}, TLS: security}
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
	t := &Transport{generation: func() *generation {
		return &generation{template.Clone(), time.Now().Add(account.MaxConnectionAge)}
	}}
	t.current.Store(t.generation())
	return t
}

// RoundTrip makes one request and follows no redirect.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	current := t.current.Load()
	if time.Now().After(current.end) && t.current.CompareAndSwap(current, t.generation()) {
		current.CloseIdleConnections() // and each other connection once its call has ended
	}
	return t.current.Load().RoundTrip(request)
}

// Close closes the connections that no request is using.
func (t *Transport) Close() { t.current.Load().CloseIdleConnections() }
