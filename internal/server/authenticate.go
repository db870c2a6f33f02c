package server

import (
	"context"
	"net/http"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// HeaderChallenge says in an answer how a caller shows who it is (RFC 9110, section 11.6.1).
const (
	HeaderChallenge = "www-authenticate"
	Challenge       = "Bearer"
)

// Callers has every call come from a caller that the authenticator knows. It must be called
// before the first call.
func (d *Dispatcher) Callers(authenticator *callers.Authenticator) { d.authenticator = authenticator }

// Authenticate notes in the call who makes it, or has it refused. It is for the listeners,
// before they read of a call anything but its header: nothing else that a client sends can
// say who it is.
func (d *Dispatcher) Authenticate(ctx context.Context, c *call.Call, shown callers.Shown) {
	if c.Caller, c.Fault = d.authenticator.Authenticate(ctx, shown); c.Fault != "" {
		c.Refuse(unauthenticated())
	}
}

// ShownBy returns what a request over HTTP shows of who sends it.
func ShownBy(r *http.Request) callers.Shown {
	shown := callers.Shown{Authorization: r.Header["Authorization"]}
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		shown.Certificate = r.TLS.VerifiedChains[0][0]
	}
	return shown
}

// unauthenticated is the failure of every call that does not show which caller it comes from,
// whatever is wrong with what it shows.
func unauthenticated() *providers.Error {
	return &providers.Error{
		Reason:  providers.CallerUnauthenticated,
		Message: "it must show an API key or a token, as Authorization: Bearer, or a client certificate",
	}
}
