package gateway

import (
	"encoding/hex"

	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/config"
)

// Authenticator returns what tells the configured callers, nil if there are none. Key sets in
// files are read, and what is wrong with one is an error.
func Authenticator(cfg *config.Config, log *zap.Logger) (*callers.Authenticator, error) {
	if len(cfg.Callers) == 0 {
		return nil, nil
	}
	issuers := make([]callers.Issuer, len(cfg.JWTIssuers()))
	for i, from := range cfg.JWTIssuers() {
		issuers[i] = callers.Issuer{
			Name: from.Issuer, Audience: from.Audience, File: from.JWKS.File, URL: from.JWKS.URL,
			RootCAs: from.JWKS.RootCAs, Algorithms: from.Algorithms, CallerClaim: from.CallerClaim,
		}
	}
	identities := make([]callers.Identity, len(cfg.Callers))
	for i := range cfg.Callers {
		identities[i] = identityOf(&cfg.Callers[i])
	}
	return callers.New(identities, issuers, func(issuer string, err error) {
		log.Warn("the keys of an issuer cannot be renewed; the last good ones hold", zap.String("issuer", issuer), zap.Error(err))
	})
}

func identityOf(c *config.Caller) callers.Identity {
	identity := callers.Identity{Caller: &callers.Caller{Name: c.Name, Admin: c.Admin}}
	for _, name := range c.Certificates {
		if name.URI != "" {
			identity.URIs = append(identity.URIs, name.URI)
		} else {
			identity.DNSNames = append(identity.DNSNames, name.DNS)
		}
	}
	for _, key := range c.APIKeys {
		active := callers.APIKey{ID: key.ID}
		_, _ = hex.Decode(active.Hash[:], []byte(key.SHA256)) // the file was checked
		identity.APIKeys = append(identity.APIKeys, active)
	}
	for _, name := range c.JWT {
		identity.Tokens = append(identity.Tokens, callers.TokenName(name))
	}
	return identity
}
