package config

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const maxMaxInFlight = 100_000

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

func (r *reader) credentials(v value, keys []string) []Credential {
	var credentials []Credential
	lines := map[string]int{}
	for _, element := range r.list(v) {
		o := r.object(element, append([]string{"name"}, keys...)...)
		name := o.required("name")
		c := Credential{Name: r.name(name), Secrets: map[string]sensitive.String{}, References: map[string]Reference{}}
		if c.Name != "" {
			r.once(lines, fmt.Sprintf("credential %q", c.Name), name)
		}
		for _, key := range keys {
			c.Secrets[key], c.References[key] = r.secret(o.required(key))
		}
		credentials = append(credentials, c)
	}
	return credentials
}

// settings reads the value of the key in o as options or parameters, of which the
// provider declares the names and which values they may have.
func (r *reader) settings(o object, key, thing string, declared []providers.Parameter) map[string]string {
	known := make([]string, len(declared))
	for i := range declared {
		known[i] = declared[i].Name
	}
	given := r.keyed(o.optional(key), thing, known)
	settings := map[string]string{}
	for i := range declared {
		p, v := &declared[i], given.optional(known[i])
		switch text, ok := r.textOrNumber(v); {
		case ok && (text == "" || p.Allows != nil && !p.Allows(text)):
			r.fail(v, "%s %q does not take this value: %s", thing, p.Name, p.Text)
		case ok:
			settings[p.Name] = text
		case p.Required && given.lacks(p.Name):
			r.fail(o.value, "missing %s %q: %s", thing, p.Name, p.Text)
		}
	}
	return settings
}

// certificates reads the PEM bundle that v names.
func (r *reader) certificates(v value) (string, *x509.CertPool) {
	name, ok := r.text(v)
	if !ok {
		return "", nil
	}
	file := r.path(name)
	bundle, err := os.ReadFile(file)
	if err != nil {
		r.fail(v, "%s: file %s cannot be read: %s", v.name, file, cause(err))
		return "", nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(bundle) {
		r.fail(v, "%s: file %s holds no PEM certificate", v.name, file)
	}
	return file, pool
}
