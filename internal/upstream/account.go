package upstream

import (
	"crypto/rand"
	"net/http"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Open returns the account. Its requests are sent over the given transport: a Transport of the
// account, or a stand-in for its vendor.
func Open(account *config.Account, over http.RoundTripper) providers.Account {
	credentials := make([]map[string]sensitive.String, len(account.Credentials))
	for i, c := range account.Credentials {
		credentials[i] = c.Secrets
	}
	return account.Provider.Open(providers.AccountConfig{
		BaseURL: account.BaseURL, PathPrefix: account.PathPrefix,
		Credentials: credentials, Options: account.Options,
		Transport: over,
		Random:    func(p []byte) { _, _ = rand.Read(p) }, // it never fails
	})
}
