package config

import (
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/liveness-gateway/gateway/internal/config/format"
	"github.com/liveness-gateway/gateway/internal/config/schema"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
)

// CheckListen returns what is wrong with the addresses, which flags may have changed since
// the file was read.
func (c *Config) CheckListen() error {
	var failed []error
	for _, p := range c.listenProblems() {
		failed = append(failed, fmt.Errorf("%s %s", p.key, p.message))
	}
	return errors.Join(failed...)
}

// ServesDocs reports whether the REST listener has the API page. That names every field of a call
// to whoever reaches it, so off loopback it is served only if the file says so.
func (l *Listen) ServesDocs() bool {
	if l.Docs != nil {
		return *l.Docs
	}
	_, exposed := format.ListenProblem(l.REST)
	return !exposed
}

// problem is what is wrong with the value of a key.
type problem struct{ key, message string }

const (
	unauthenticated = "must be on loopback: callers are not authenticated; callers says who may call, client_certificates: required in listen.tls lets in whom client_ca vouches for, allow_unauthenticated: true lets in everybody"
	unencrypted     = "must be on loopback: it is in plaintext; listen.%s encrypts it, allow_plaintext: true permits it"
	operators       = "must be on loopback: it asks nobody who they are, and shows and changes how the gateway runs; kubectl port-forward and ssh -L reach it there"
)

func (c *Config) listenProblems() (found []problem) {
	fail := func(key, message string) { found = append(found, problem{key, message}) }
	for _, listener := range []struct {
		key, address, tlsKey string
		tls                  *TLS
		forCallers           bool
	}{
		{"grpc", c.Listen.GRPC, "tls", c.Listen.TLS, true},
		{"rest", c.Listen.REST, "tls", c.Listen.TLS, true},
		{"admin", c.Listen.Admin, "admin_tls", c.Listen.AdminTLS, false},
	} {
		wrong, exposed := format.ListenProblem(listener.address)
		if wrong != "" {
			fail(listener.key, wrong)
		}
		if exposed && listener.forCallers && !c.Known() && !listener.tls.ClientsRequired() {
			fail(listener.key, unauthenticated)
		}
		if exposed && listener.tls == nil && !c.AllowPlaintext {
			fail(listener.key, fmt.Sprintf(unencrypted, listener.tlsKey))
		}
	}
	switch wrong, exposed := format.ListenProblem(c.Listen.Operator); {
	case wrong != "":
		fail("operator", wrong)
	case exposed:
		fail("operator", operators)
	}
	return append(found, c.sharedAddresses()...)
}

// sharedAddresses are the listeners that find their addresses taken by another one.
func (c *Config) sharedAddresses() (found []problem) {
	listeners := []struct{ key, address string }{
		{"grpc", c.Listen.GRPC}, {"rest", c.Listen.REST}, {"admin", c.Listen.Admin}, {"operator", c.Listen.Operator},
	}
	for i, listener := range listeners {
		for _, before := range listeners[:i] {
			if format.SameAddress(listener.address, before.address) {
				found = append(found, problem{listener.key, "must be another address: " + before.key + " is at " + before.address})
			}
		}
	}
	return found
}

// operatorAddress is the default address for operators. If admin is on any free port, so is this:
// then there are several gateways on the machine, as in tests.
func operatorAddress(admin string) string {
	if _, port, err := net.SplitHostPort(admin); err == nil && port == "0" {
		return "127.0.0.1:0"
	}
	return "127.0.0.1:9092"
}

// Check returns an error if the level, which a flag may have changed, is none.
func (l Log) Check() error {
	root, err := written()
	if err != nil {
		return err
	}
	if levels := schema.Words(root, "#/properties/log/properties/level"); !slices.Contains(levels, l.Level) {
		return errors.New(suggest.Unknown("log level", l.Level, levels))
	}
	return nil
}
