package config

import (
	"cmp"
	"crypto/x509"
	"net/url"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const maxMaxInFlight = 100_000

// Account is one contract with a provider.
type Account struct {
	Name     string
	Provider *providers.Provider
	// Region is what a caller's constraint on regions is compared with; an account
	// without one serves only callers without a constraint.
	Region string
	// BaseURL has a scheme and a host only; the scheme is http only on loopback.
	BaseURL *url.URL
	// PathPrefix is empty, or begins with a slash and does not end with one.
	PathPrefix string
	// Timeout bounds one attempt, 100 ms to 30 s.
	Timeout time.Duration
	// Credentials has at least one element.
	Credentials []Credential
	// Options are the provider's own settings of an account.
	Options map[string]string
	// Proxy is the HTTP, HTTPS or SOCKS5 proxy to the vendor, nil for none.
	Proxy *url.URL
	// CAFile is the absolute path of the PEM bundle behind RootCAs, "" for none.
	CAFile string
	// RootCAs are trusted for this account instead of the system's; nil for those.
	RootCAs *x509.CertPool
	// MaxConnectionAge is when a connection to the vendor is replaced, so that a
	// change of its addresses is noticed, 1 s to 24 h.
	MaxConnectionAge time.Duration
	// MaxInFlight bounds the attempts in flight, 1 to 100,000, before the vendor has told
	// its own limit.
	MaxInFlight int
}

// CredentialNames returns the names of the credentials in their order.
func (a *Account) CredentialNames() []string {
	names := make([]string, len(a.Credentials))
	for i := range a.Credentials {
		names[i] = a.Credentials[i].Name
	}
	return names
}

func (r *reader) accounts(v value) []Account {
	entries, ok := r.entries(v)
	if ok && len(entries) == 0 {
		r.fail(v, "accounts must not be empty")
	}
	accounts := make([]Account, len(entries))
	for i, e := range entries {
		if !names.MatchString(e.name) {
			r.fail(e.key, "an account's name must be %s", namesText)
		}
		accounts[i] = r.account(e.value)
	}
	return accounts
}

func (r *reader) account(v value) Account {
	o := r.object(v, "provider", "region", "base_url", "path_prefix", "timeout", "credentials",
		"options", "proxy", "ca_file", "max_connection_age", "max_in_flight")
	provider, known := oneOf(r, o.required("provider"), "provider", r.vendors,
		func(p *providers.Provider) string { return p.Name })
	a := Account{
		Name:             v.name,
		Provider:         provider,
		Region:           r.name(o.optional("region")),
		BaseURL:          r.url(o.required("base_url"), baseURLProblem),
		Timeout:          r.duration(o.optional("timeout"), 100*time.Millisecond, 30*time.Second, DefaultTimeout),
		Proxy:            r.url(o.optional("proxy"), proxyProblem),
		MaxConnectionAge: r.duration(o.optional("max_connection_age"), time.Second, 24*time.Hour, DefaultMaxConnectionAge),
		MaxInFlight:      cmp.Or(r.integer(o.optional("max_in_flight"), maxMaxInFlight), DefaultMaxInFlight),
	}
	a.CAFile, a.RootCAs = r.certificates(o.optional("ca_file"))
	prefix := o.optional("path_prefix")
	a.PathPrefix = r.pathPrefix(prefix)
	credentials := o.required("credentials")
	if !known {
		return a
	}
	if !prefix.given() {
		a.PathPrefix = provider.PathPrefix
	}
	a.Credentials = r.credentials(credentials, provider.CredentialKeys)
	a.Options = r.settings(o, "options", "option", provider.Options)
	return a
}
