// Package config reads the gateway's one YAML file as a strict contract: an
// unknown key, a wrong type, a name that does not exist or a value that a vendor
// would refuse is an error with its line and column, and all errors of a file are
// reported at once.
//
// The file holds no secret. Each is named as {env: NAME} or {file: path}
// and read when the file is; no error and no print shows its value. Paths in the
// file start from the folder it is in.
//
// Each section of the file has a file here: what its keys mean, what they are when left
// out, and what a value must be. Below, document reads YAML, format says what a text must
// be, secrets reads what the references name, and suggest finds the name that was meant;
// none of them knows a key.
package config

import (
	"time"
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
	// AllowPrivateCallbacks lets callers' callbacks have private addresses.
	AllowPrivateCallbacks bool
	Log                   Log
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
