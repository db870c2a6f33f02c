package config

import (
	"crypto/x509"
	"net/url"

	"github.com/liveness-gateway/gateway/internal/config/format"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// Authentication says by whose word callers are known beside the file's own.
type Authentication struct {
	// JWT are whose tokens callers show.
	JWT []JWTIssuer `yaml:"jwt"`
}

// JWTIssuer is who issues JWTs that name callers.
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

// JWKS is where an issuer's keys are: in a file or behind a URL.
type JWKS struct {
	// File is an absolute path.
	File string `yaml:"file,omitempty"`
	// URL has the scheme http only on loopback.
	URL *url.URL `yaml:"url,omitempty"`
	// CAFile is the absolute path of the PEM bundle behind RootCAs, "" for none.
	CAFile string `yaml:"ca_file,omitempty"`
	// RootCAs are trusted for URL instead of the system's; nil for those.
	RootCAs *x509.CertPool `yaml:"-"`
}

// Caller is an authenticated client of the gateway, and what shows that a call comes from it:
// at least one thing, and none that shows another's.
type Caller struct {
	Name string `yaml:"-"`
	// Admin lets it see the operators' pages.
	Admin bool `yaml:"admin"`
	// Certificates are names in client certificates, byte by byte.
	Certificates []CertificateName `yaml:"certificates,omitempty"`
	// APIKeys has two at most.
	APIKeys []APIKey `yaml:"api_keys,omitempty"`
	// JWT are by what the issuers' tokens name it.
	JWT []TokenName `yaml:"jwt,omitempty"`

	// What it may; an empty list allows everything, 0 is no bound. Of Scenarios, "" is the default
	// route of a flow.
	Flows            []providers.Flow `yaml:"flows,omitempty"`
	Scenarios        []string         `yaml:"scenarios,omitempty"`
	Products         []string         `yaml:"products,omitempty"`
	Regions          []string         `yaml:"regions,omitempty"`
	AcceptedProducts []string         `yaml:"accepted_products,omitempty"`
	// CallbackHosts are as permissions.ParseHost reads them.
	CallbackHosts []string `yaml:"callback_hosts,omitempty"`
	// Rate is in calls a second. Burst is not 0 if it is not.
	Rate          float64     `yaml:"rate,omitempty"`
	Burst         int         `yaml:"burst,omitempty"`
	MaxCalls      int         `yaml:"max_calls,omitempty"`
	MaxPhotoBytes format.Size `yaml:"max_photo_bytes,omitempty"`
	// MaxIdempotencyKeys are those in flight and those that are remembered.
	MaxIdempotencyKeys int `yaml:"max_idempotency_keys,omitempty"`
}

// CertificateName is a subject alternative name, one of the two.
type CertificateName struct {
	URI string `yaml:"uri,omitempty"`
	DNS string `yaml:"dns,omitempty"`
}

// APIKey is an active API key. Its secret is not in the file.
type APIKey struct {
	// Name is the operator's, unique with the caller; ID is part of the key, unique.
	Name string `yaml:"name"`
	ID   string `yaml:"id"`
	// SHA256 is that of the secret, in lower-case hexadecimal.
	SHA256 string `yaml:"sha256"`
}

// TokenName is the value of the claim by which an issuer's tokens name a caller.
type TokenName struct {
	Issuer string `yaml:"issuer"`
	Value  string `yaml:"value"`
}

// NoCaller is what metrics call those who are no caller; no caller has the name.
const NoCaller = "unauthenticated"

// Known reports whether gRPC and REST may listen off loopback: callers are authenticated, or
// need not be.
func (c *Config) Known() bool { return len(c.Callers) > 0 || c.AllowUnauthenticated }

// JWTIssuers are whose tokens callers show.
func (c *Config) JWTIssuers() []JWTIssuer {
	if c.Authentication == nil {
		return nil
	}
	return c.Authentication.JWT
}
