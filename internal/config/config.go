// Package config reads the gateway's one YAML file as a strict contract: an
// unknown key, a wrong type, a name that does not exist or a value that a vendor
// would refuse is an error with its line and column, and all errors of a file are
// reported at once.
//
// The file holds no secret. Each is named as {env: NAME} or {file: path}
// and read when the file is; no error and no print shows its value. Paths in the
// file start from the folder it is in.
//
// To add a key, say in schema.yaml what it is, what it may be and its default, and give the
// struct here a field whose yaml tag is the key. What a schema cannot say is checked in a file
// named check, and a default that depends on the machine is set in machine.go.
//
// Below, document reads YAML, schema checks it, format says what a text must be, secrets reads
// what the references name, and suggest finds the name that was meant; none of them knows a key.
package config

import (
	"crypto/x509"
	"net/url"
	"time"

	"github.com/liveness-gateway/gateway/internal/config/format"
	"github.com/liveness-gateway/gateway/internal/config/secrets"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Config is a checked configuration file with its defaults filled in. What a key means and
// which values it may have, schema.yaml says.
type Config struct {
	Listen Listen `yaml:"listen"`
	// AllowUnauthenticated permits gRPC and REST off loopback although callers are
	// not authenticated.
	AllowUnauthenticated bool `yaml:"allow_unauthenticated"`
	// AllowPlaintext permits listeners off loopback without TLS.
	AllowPlaintext        bool          `yaml:"allow_plaintext"`
	AllowPrivateCallbacks bool          `yaml:"allow_private_callbacks"`
	Log                   Log           `yaml:"log"`
	ShutdownDelay         time.Duration `yaml:"shutdown_delay"`
	ShutdownGrace         time.Duration `yaml:"shutdown_grace"`
	Limits                Limits        `yaml:"limits"`
	Idempotency           Idempotency   `yaml:"idempotency"`
	// Redis is nil for one replica that shares nothing.
	Redis *Redis `yaml:"redis,omitempty"`
	// Authentication is nil if nobody else vouches for callers.
	Authentication *Authentication `yaml:"authentication,omitempty"`
	// Callers are in the order of the file. If there are any, every call comes from one.
	Callers []Caller `yaml:"callers,omitempty"`
	// Accounts and Routes are in the order of the file; there is at least one of
	// each.
	Accounts []Account `yaml:"accounts"`
	Routes   []Route   `yaml:"routes"`
	// OutOfService is what is out of service: no attempts are made on it.
	OutOfService []OutOfService `yaml:"out_of_service,omitempty"`

	origin origin
}

// Listen says where and how the four listeners listen. Addresses are host:port.
type Listen struct {
	GRPC  string `yaml:"grpc"`
	REST  string `yaml:"rest"`
	Admin string `yaml:"admin"`
	// Operator is on loopback.
	Operator string `yaml:"operator"`
	// TLS is for gRPC and REST, AdminTLS for admin; nil is plaintext.
	TLS      *TLS `yaml:"tls,omitempty"`
	AdminTLS *TLS `yaml:"admin_tls,omitempty"`
	// Hosts are further names, in addition to loopback's, by which listeners on loopback may be
	// called.
	Hosts      []string `yaml:"hosts,omitempty"`
	Reflection bool     `yaml:"reflection"`
	// Docs says whether the API page /docs is served; nil means only on loopback.
	Docs *bool `yaml:"docs,omitempty"`
	// Pprof serves /debug/pprof to operators.
	Pprof bool `yaml:"pprof"`
}

// Log says what is logged.
type Log struct {
	// Level is debug, info, warn or error.
	Level string `yaml:"level"`
}

// Limits says how much the gateway takes on at once, before it sheds calls.
type Limits struct {
	// MaxCalls is how many calls may be in flight.
	MaxCalls int `yaml:"max_calls"`
	// MaxPhotoBytes is how many bytes of their messages may be in flight.
	MaxPhotoBytes format.Size `yaml:"max_photo_bytes"`
	// MaxConnections is how many connections the gRPC and the REST listener may have each.
	MaxConnections int `yaml:"max_connections"`
}

// Idempotency bounds the memory for idempotency keys. A key takes its part until its
// answer expires; when none is left, calls with new keys are refused.
type Idempotency struct {
	MaxKeys int `yaml:"max_keys"`
	// MaxBytes bounds what they and their answers take together.
	MaxBytes format.Size `yaml:"max_bytes"`
	// ReplayMargin is how much life an answer must have left to be repeated.
	ReplayMargin time.Duration `yaml:"replay_margin"`
	// ReplayTime bounds how long an answer is repeated, and its key kept.
	ReplayTime time.Duration `yaml:"replay_time"`
	// NamingKey is the key with which keys and messages are hashed if replicas share a Redis, nil
	// if they do not. The first of SealingKeys seals answers, and all of them open answers.
	NamingKey   *Secret   `yaml:"naming_key,omitempty"`
	SealingKeys []*Secret `yaml:"sealing_keys,omitempty"`
}

// VendorLimit bounds the attempts of an account in all replicas together. At least one of the two
// is not 0.
type VendorLimit struct {
	Concurrency int     `yaml:"concurrency,omitempty"`
	PerSecond   float64 `yaml:"per_second,omitempty"`
}

// Account is one contract with a provider.
type Account struct {
	Name     string              `yaml:"-"`
	Provider *providers.Provider `yaml:"provider"`
	// Region is what a caller's constraint on regions is compared with; an account
	// without one serves only callers without a constraint.
	Region string `yaml:"region,omitempty"`
	// BaseURL has a scheme and a host only; the scheme is http only on loopback.
	BaseURL *url.URL `yaml:"base_url"`
	// PathPrefix is empty, or begins with a slash and does not end with one.
	PathPrefix string `yaml:"path_prefix"`
	// Timeout bounds one attempt.
	Timeout time.Duration `yaml:"timeout"`
	// MaxConnectionAge is when a connection to the vendor is replaced.
	MaxConnectionAge time.Duration `yaml:"max_connection_age"`
	// MaxInFlight bounds the attempts in flight, until the vendor has shown a lower limit.
	MaxInFlight int `yaml:"max_in_flight"`
	// VendorLimit is what the vendor allows the account, nil if it does not say.
	VendorLimit *VendorLimit `yaml:"vendor_limit,omitempty"`
	// Proxy is the HTTP, HTTPS or SOCKS5 proxy to the vendor, nil for none.
	Proxy *url.URL `yaml:"proxy,omitempty"`
	// CAFile is the absolute path of RootCAs' PEM bundle, "" for none.
	CAFile string `yaml:"ca_file,omitempty"`
	// RootCAs are trusted for this account instead of the system's; nil for those.
	RootCAs *x509.CertPool `yaml:"-"`
	// Options are the provider's own settings of an account.
	Options map[string]string `yaml:"options,omitempty"`
	// Credentials has at least one element.
	Credentials []Credential `yaml:"credentials"`
}

// Credential is one set of the secrets that an account is used with.
type Credential struct {
	// Name is unique in its account.
	Name string `yaml:"name"`
	// References holds where each of the provider's CredentialKeys is read from, Secrets what
	// was read there.
	References map[string]secrets.Reference `yaml:",remain"`
	Secrets    map[string]sensitive.String  `yaml:"-"`
}

// Route says which targets serve a flow and scenario. No two routes share both.
type Route struct {
	Flow providers.Flow `yaml:"flow"`
	// Scenario is empty for the flow's default route.
	Scenario string `yaml:"scenario,omitempty"`
	// Callers are the names of those for whom the route is, before one that is for everybody.
	// Empty if it is for everybody.
	Callers []string `yaml:"callers,omitempty"`
	// Order is "ordered" or "weighted", AfterAmbiguous "stop" or "continue".
	Order          string `yaml:"order"`
	AfterAmbiguous string `yaml:"after_ambiguous"`
	// AcceptedProducts is the list of calls that leave out theirs; each is the product
	// of a target. Nil if the route has none.
	AcceptedProducts []string `yaml:"accepted_products,omitempty"`
	// Targets has at least one element, and no two alike.
	Targets []Target `yaml:"targets"`
}

// Target is a product on an account.
type Target struct {
	// Account is the name of one of the Accounts, Product a product of its provider
	// with the route's flow.
	Account string `yaml:"account"`
	Product string `yaml:"product"`
	// Weight is 0 unless the route is weighted.
	Weight int `yaml:"weight,omitempty"`
	// Parameters are those that the Product allows, by the vendor's names.
	Parameters map[string]string `yaml:"parameters,omitempty"`
}

// OutOfService takes an account, a product, or a product on an account out of service.
type OutOfService struct {
	// Reason is for operators, 1 to 200 bytes.
	Reason string `yaml:"reason"`
	// Account and Product are those of some target; one of them may be "", which is all.
	Account string `yaml:"account,omitempty"`
	Product string `yaml:"product,omitempty"`
}

// Weighted reports whether users are spread over the targets by weight; otherwise these are
// tried in order.
func (r *Route) Weighted() bool { return r.Order == "weighted" }

// StopAfterAmbiguous reports whether a call ends after an ambiguous attempt, instead of trying
// another account.
func (r *Route) StopAfterAmbiguous() bool { return r.AfterAmbiguous == "stop" }

// OutOfServiceReason returns why a target of the account and product is out of service,
// "" if it is not.
func (c *Config) OutOfServiceReason(account, product string) string {
	for _, out := range c.OutOfService {
		if (out.Account == "" || out.Account == account) && (out.Product == "" || out.Product == product) {
			return out.Reason
		}
	}
	return ""
}

// Caller returns the caller of that name, nil if there is none.
func (c *Config) Caller(name string) *Caller {
	return find(c.Callers, func(caller *Caller) bool { return caller.Name == name })
}

// Account returns the account of that name, nil if there is none.
func (c *Config) Account(name string) *Account {
	return find(c.Accounts, func(account *Account) bool { return account.Name == name })
}

func find[T any](all []T, is func(*T) bool) *T {
	for i := range all {
		if is(&all[i]) {
			return &all[i]
		}
	}
	return nil
}

// CredentialNames returns the names of the credentials in their order.
func (a *Account) CredentialNames() []string {
	return names(a.Credentials, func(c Credential) string { return c.Name })
}
