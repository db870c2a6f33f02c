package config

import (
	"cmp"
	"crypto/x509"
	"net/url"
	"time"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/format"
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

func readAccounts(v document.Value, vendors []*providers.Provider) []Account {
	entries, ok := v.Entries()
	if ok && len(entries) == 0 {
		v.Fail("accounts must not be empty")
	}
	accounts := make([]Account, len(entries))
	for i, e := range entries {
		if !names.MatchString(e.Name) {
			e.Key.Fail("an account's name must be %s", namesText)
		}
		accounts[i] = readAccount(e.Value, vendors)
	}
	return accounts
}

func readAccount(v document.Value, vendors []*providers.Provider) Account {
	o := v.Object("provider", "region", "base_url", "path_prefix", "timeout", "credentials",
		"options", "proxy", "ca_file", "max_connection_age", "max_in_flight")
	provider, known := document.OneOf(o.Required("provider"), "provider", vendors,
		func(p *providers.Provider) string { return p.Name })
	a := Account{
		Name:             v.Name,
		Provider:         provider,
		Region:           readName(o.Optional("region")),
		BaseURL:          readFormat(o.Required("base_url"), format.BaseURL),
		Timeout:          o.Optional("timeout").Duration(100*time.Millisecond, 30*time.Second, DefaultTimeout),
		Proxy:            readFormat(o.Optional("proxy"), format.ProxyURL),
		MaxConnectionAge: o.Optional("max_connection_age").Duration(time.Second, 24*time.Hour, DefaultMaxConnectionAge),
		MaxInFlight:      cmp.Or(o.Optional("max_in_flight").Integer(maxMaxInFlight), DefaultMaxInFlight),
	}
	a.CAFile, a.RootCAs = readCertificates(o.Optional("ca_file"))
	prefix := o.Optional("path_prefix")
	a.PathPrefix = readFormat(prefix, format.PathPrefix)
	credentials := o.Required("credentials")
	if !known {
		return a
	}
	if !prefix.Given() {
		a.PathPrefix = provider.PathPrefix
	}
	a.Credentials = readCredentials(credentials, provider.CredentialKeys)
	a.Options = readSettings(o, "options", "option", provider.Options)
	return a
}

// readFormat reads v as text of the format that parse knows.
func readFormat[T any](v document.Value, parse func(text string) (parsed T, problem string)) (parsed T) {
	text, ok := v.Text()
	if !ok {
		return parsed
	}
	parsed, problem := parse(text)
	if problem != "" {
		v.Fail("%s %s", v.Name, problem)
	}
	return parsed
}
