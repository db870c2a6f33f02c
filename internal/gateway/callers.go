package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/config"
)

// Authenticator returns the authenticator of the configured callers, nil if there are none. It reads key
// sets that are in files; a mistake in one is an error.
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

// authentication is the authenticator of one configuration, or of several in a row that agree about
// callers.
type authentication struct {
	*callers.Authenticator // nil if there are no callers

	fingerprint string
	// ended is closed when another configuration replaces it.
	ended chan struct{}
}

// authenticate returns the authentication of the configuration. If nothing about callers is different, it
// is the one before, which remembers the tokens that it has verified.
func authenticate(cfg *config.Config, before *authentication, log *zap.Logger) (*authentication, error) {
	text := callersText(cfg)
	if before != nil && before.fingerprint == text {
		return before, nil
	}
	authenticator, err := Authenticator(cfg, log)
	if err != nil {
		return nil, err
	}
	authenticator.Inherit(before.of())
	return &authentication{authenticator, text, make(chan struct{})}, nil
}

// of returns the authenticator, nil if there are no callers.
func (a *authentication) of() *callers.Authenticator {
	if a == nil {
		return nil
	}
	return a.Authenticator
}

func (a *authentication) end() {
	if a != nil {
		close(a.ended)
	}
}

// callersText is a fingerprint of everything by which callers are identified: what the configuration says
// about them, and what was read from the files with keys.
func callersText(cfg *config.Config) string {
	hash := sha256.New()
	for i := range cfg.Callers {
		identity := identityOf(&cfg.Callers[i])
		_, _ = fmt.Fprintf(hash, "%q %t %q %q %x %q\n", identity.Name, identity.Admin, identity.URIs, identity.DNSNames, identity.APIKeys, identity.Tokens)
	}
	for _, issuer := range cfg.JWTIssuers() {
		_, _ = fmt.Fprintf(hash, "%q %q %q %q %q %v\n", issuer.Issuer, issuer.Audience, issuer.Algorithms, issuer.CallerClaim, issuer.JWKS.File, issuer.JWKS.URL)
		for _, file := range []string{issuer.JWKS.File, issuer.JWKS.CAFile} {
			_, _ = fmt.Fprintf(hash, "%x\n", cfg.Held().Of(file).SHA256)
		}
	}
	return string(hash.Sum(nil))
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

// keepKeySets renews the key sets of the running configuration until ctx ends.
func (g *Gateway) keepKeySets(ctx context.Context) {
	for ctx.Err() == nil {
		g.keepKeySetsOf(ctx, g.current.Load().authentication)
	}
}

func (g *Gateway) keepKeySetsOf(ctx context.Context, a *authentication) {
	running, stop := context.WithCancel(ctx)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer stop()
	reading.Go(func() { a.of().Run(running) })
	select {
	case <-a.ended:
	case <-ctx.Done():
	}
}
