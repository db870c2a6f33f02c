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

// Authenticate notes in the call what it is held to and who makes it, or has it refused. It is
// for the listeners, before they read of a call anything but its header: nothing else that a
// client sends can say who it is.
func (d *Dispatcher) Authenticate(ctx context.Context, c *call.Call, shown callers.Shown) {
	c.Settings = d.settings.Load()
	if c.Caller, c.Fault = c.Settings.Callers().Authenticate(ctx, shown); c.Fault != "" {
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
