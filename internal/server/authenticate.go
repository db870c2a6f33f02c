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

// Authenticate gives the call its settings and its caller, or refuses it. Listeners do this
// before they read anything but the header: nothing else that a client sends says who it is.
func (d *Dispatcher) Authenticate(ctx context.Context, c *call.Call, shown callers.Shown) {
	c.Settings = d.settings.Load()
	if c.Caller, c.Fault = c.Settings.Callers().Authenticate(ctx, shown); c.Fault != "" {
		c.Refuse(unauthenticated())
	}
}

// ShownBy returns the credentials that an HTTP request shows.
func ShownBy(r *http.Request) callers.Shown {
	shown := callers.Shown{Authorization: r.Header["Authorization"]}
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		shown.Certificate = r.TLS.VerifiedChains[0][0]
	}
	return shown
}

// unauthenticated is the failure of every call whose credentials name no caller, whatever is
// wrong with them.
func unauthenticated() *providers.Error {
	return &providers.Error{
		Reason:  providers.CallerUnauthenticated,
		Message: "it must show an API key or a token, as Authorization: Bearer, or a client certificate",
	}
}
