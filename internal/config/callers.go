package config

import (
	"crypto/x509"
	"net/url"

	"github.com/liveness-gateway/gateway/internal/config/format"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// Authentication says who else vouches for callers, in addition to the file itself.
type Authentication struct {
	// JWT are the issuers of callers' tokens.
	JWT []JWTIssuer `yaml:"jwt"`
}

// JWTIssuer issues JWTs that name callers.
type JWTIssuer struct {
	// Issuer is the claim iss, unique in the file; Audience is what aud must hold.
	Issuer   string `yaml:"issuer"`
	Audience string `yaml:"audience"`
	JWKS     JWKS   `yaml:"jwks"`
	// Algorithms has at least one of those that need no shared secret.
	Algorithms []string `yaml:"algorithms"`
	// CallerClaim is the claim that names the caller.
	CallerClaim string `yaml:"caller_claim"`
}

// JWKS is where an issuer's keys are: in a file or at a URL.
type JWKS struct {
	// File is an absolute path.
	File string `yaml:"file,omitempty"`
	// URL has the scheme http only on loopback.
	URL *url.URL `yaml:"url,omitempty"`
	// CAFile is the absolute path of RootCAs' PEM bundle, "" for none.
	CAFile string `yaml:"ca_file,omitempty"`
	// RootCAs are trusted for URL instead of the system's; nil for those.
	RootCAs *x509.CertPool `yaml:"-"`
}

// Caller is an authenticated client of the gateway, and its credentials: at least one, and none
// that another caller has.
type Caller struct {
	Name string `yaml:"-"`
	// Admin lets it see the operators' pages.
	Admin bool `yaml:"admin"`
	// Certificates are names in client certificates, byte by byte.
	Certificates []CertificateName `yaml:"certificates,omitempty"`
	// APIKeys has two at most.
	APIKeys []APIKey `yaml:"api_keys,omitempty"`
	// JWT are the issuers' names for it.
	JWT []TokenName `yaml:"jwt,omitempty"`

	// What it may do. An empty list allows everything, and 0 is no bound. In Scenarios, "" is a
	// flow's default route.
	Flows            []providers.Flow `yaml:"flows,omitempty"`
	Scenarios        []string         `yaml:"scenarios,omitempty"`
	Products         []string         `yaml:"products,omitempty"`
	Regions          []string         `yaml:"regions,omitempty"`
	AcceptedProducts []string         `yaml:"accepted_products,omitempty"`
	// CallbackHosts are in the form of permissions.ParseHost.
	CallbackHosts []string `yaml:"callback_hosts,omitempty"`
	// Rate is in calls a second. If it is not 0, neither is Burst.
	Rate          float64     `yaml:"rate,omitempty"`
	Burst         int         `yaml:"burst,omitempty"`
	MaxCalls      int         `yaml:"max_calls,omitempty"`
	MaxPhotoBytes format.Size `yaml:"max_photo_bytes,omitempty"`
	// MaxIdempotencyKeys bounds the keys in flight and those that are remembered.
	MaxIdempotencyKeys int `yaml:"max_idempotency_keys,omitempty"`
}

// CertificateName is a subject alternative name: one of the two.
type CertificateName struct {
	URI string `yaml:"uri,omitempty"`
	DNS string `yaml:"dns,omitempty"`
}

// APIKey is an active API key. Its secret is not in the file.
type APIKey struct {
	// Name is for operators and unique within the caller; ID is part of the key and unique.
	Name string `yaml:"name"`
	ID   string `yaml:"id"`
	// SHA256 is the hash of the secret, in lower-case hexadecimal.
	SHA256 string `yaml:"sha256"`
}

// TokenName is the value of the claim by which an issuer's tokens name a caller.
type TokenName struct {
	Issuer string `yaml:"issuer"`
	Value  string `yaml:"value"`
}

// NoCaller is the metrics' name for calls without a caller. No caller has it.
const NoCaller = "unauthenticated"

// Known reports whether gRPC and REST may listen off loopback: callers are authenticated, or
// need not be.
func (c *Config) Known() bool { return len(c.Callers) > 0 || c.AllowUnauthenticated }

// JWTIssuers returns the issuers of callers' tokens.
func (c *Config) JWTIssuers() []JWTIssuer {
	if c.Authentication == nil {
		return nil
	}
	return c.Authentication.JWT
}
