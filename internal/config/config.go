// Package config reads the gateway's one YAML file as a strict contract: an
// unknown key, a wrong type, a name that does not exist or a value that a vendor
// would refuse is an error with its line and column, and all errors of a file are
// reported at once.
//
// The file holds no secret. Each is named as {env: NAME} or {file: path}
// and read when the file is; no error and no print shows its value. Paths in the
// file start from the folder it is in.
//
// Anchors, aliases, merge keys, tags and several documents in one file are
// refused.
package config

import (
	"crypto/x509"
	"net/url"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Values of what the file leaves out. A path prefix left out is the provider's.
const (
	DefaultGRPC  = "127.0.0.1:9090"
	DefaultREST  = "127.0.0.1:8080"
	DefaultAdmin = "127.0.0.1:9091"

	DefaultLogLevel         = "info"
	DefaultShutdownGrace    = 10 * time.Second
	DefaultTimeout          = 3 * time.Second
	DefaultMaxConnectionAge = 5 * time.Minute
	DefaultMaxInFlight      = 10_000
)

// Config is a checked configuration file with its defaults filled in.
type Config struct {
	Listen Listen
	// AllowUnauthenticated permits gRPC and REST off loopback although callers are
	// not authenticated.
	AllowUnauthenticated bool
	Log                  Log
	// ShutdownGrace is how long running calls may take to end after SIGTERM, 100 ms
	// to 5 min.
	ShutdownGrace time.Duration
	Limits        Limits
	Idempotency   Idempotency
	// Accounts and Routes are in the order of the file; there is at least one of
	// each.
	Accounts []Account
	Routes   []Route
	// OutOfService is what no attempt is made on for now.
	OutOfService []OutOfService
}

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

// Account returns the account of that name, nil if there is none.
func (c *Config) Account(name string) *Account {
	for i := range c.Accounts {
		if c.Accounts[i].Name == name {
			return &c.Accounts[i]
		}
	}
	return nil
}

// Listen holds the addresses of the three listeners as host:port. The host is an
// IP address, localhost, or empty for every interface; port 0 means any free one.
type Listen struct {
	GRPC, REST, Admin string
	// Hosts are names, beside those of loopback, by which listeners on loopback may be
	// called: those of a proxy on the same machine.
	Hosts []string
	// Reflection has the gRPC listener describe its services to whoever asks.
	Reflection bool
	// Pprof has the admin listener serve /debug/pprof while it is on loopback.
	Pprof bool
}

// Log says what is logged.
type Log struct {
	// Level is debug, info, warn or error.
	Level string
}

// Limits says how much the gateway takes on at once, before it sheds calls.
type Limits struct {
	// MaxCalls is how many calls may be in flight, 1 to 1,000,000.
	MaxCalls int
	// MaxPhotoBytes is how many bytes of their messages may be in flight, 64 MiB, which
	// any one message fits into, to 1 TiB.
	MaxPhotoBytes Size
	// MaxConnections is how many connections the gRPC and the REST listener may have each,
	// 16 to 1,000,000.
	MaxConnections int
}

// Idempotency bounds the memory for idempotency keys. A key takes its part until its
// answer expires; when none is left, calls with new keys are refused.
type Idempotency struct {
	// MaxKeys is how many there are at most, 1 to 100,000,000.
	MaxKeys int
	// MaxBytes is what they and their answers take together, 16 MiB to 1 TiB.
	MaxBytes Size
}

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

// Credential is one set of the secrets that an account is used with.
type Credential struct {
	// Name is unique in its account.
	Name string
	// Secrets holds a value for each of the provider's CredentialKeys, References
	// where each was read from.
	Secrets    map[string]sensitive.String
	References map[string]Reference
}

// Route says which targets serve a flow and scenario. No two routes share both.
type Route struct {
	Flow providers.Flow
	// Scenario is empty for the flow's default route.
	Scenario string
	// Weighted spreads users over the targets by weight; otherwise they are tried in
	// order.
	Weighted bool
	// AcceptedProducts is the list of calls that leave out theirs; each is the product
	// of a target. Nil if the route has none.
	AcceptedProducts []string
	// StopAfterAmbiguous ends a call on an attempt that the vendor may have
	// processed, where otherwise another account would be tried.
	StopAfterAmbiguous bool
	// Targets has at least one element, and no two alike.
	Targets []Target
}

// Target is a product on an account.
type Target struct {
	// Account is the name of one of the Accounts, Product a product of its provider
	// with the route's flow.
	Account, Product string
	// Weight is 1 to 10000 in a weighted route, 0 in an ordered one.
	Weight int
	// Parameters are those that the Product allows, by the vendor's names.
	Parameters map[string]string
}

// OutOfService takes an account, a product, or a product on an account out of service.
type OutOfService struct {
	// Account and Product are those of some target; one of them may be "", which is all.
	Account, Product string
	// Reason is for operators, 1 to 200 bytes.
	Reason string
}
