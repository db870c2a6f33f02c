package config

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/format"
)

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

// Check returns what is wrong with the addresses, which flags may have changed
// since the file was read. As long as callers are not authenticated, they may leave
// loopback only if allowUnauthenticated.
func (l Listen) Check(allowUnauthenticated bool) error {
	var failed []error
	for _, p := range l.problems(allowUnauthenticated) {
		failed = append(failed, fmt.Errorf("%s %s", p.key, p.message))
	}
	return errors.Join(failed...)
}

// AdminOnLoopback reports whether nobody but this machine reaches the admin listener.
func (l Listen) AdminOnLoopback() bool {
	host, _, _ := net.SplitHostPort(l.Admin)
	return format.IsLoopback(host)
}

func readListen(v document.Value, allowUnauthenticated bool) Listen {
	o := v.Object("grpc", "rest", "admin", "hosts", "reflection", "pprof")
	l := Listen{
		GRPC:  readAddress(o.Optional("grpc"), DefaultGRPC),
		REST:  readAddress(o.Optional("rest"), DefaultREST),
		Admin: readAddress(o.Optional("admin"), DefaultAdmin),
		Hosts: readHosts(o.Optional("hosts")), Reflection: o.Optional("reflection").Boolean(), Pprof: o.Optional("pprof").Boolean(),
	}
	for _, p := range l.problems(allowUnauthenticated) {
		o.Optional(p.key).Fail("%s %s", p.key, p.message)
	}
	return l
}

func readAddress(v document.Value, fallback string) string {
	if text, ok := v.Text(); ok {
		return text
	}
	return fallback
}

// hostNames are what a Host header names without a port.
var hostNames = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

func readHosts(v document.Value) (hosts []string) {
	if !v.Given() {
		return nil
	}
	for _, element := range v.List() {
		name, ok := element.Text()
		if ok && !hostNames.MatchString(name) {
			element.Fail("%s must be a host name in lower case, without a port", element.Name)
		}
		hosts = append(hosts, name)
	}
	return hosts
}

// problem is what is wrong with the value of a key.
type problem struct{ key, message string }

func (l Listen) problems(allowUnauthenticated bool) []problem {
	found := []problem{
		{"grpc", format.ListenProblem(l.GRPC, allowUnauthenticated)},
		{"rest", format.ListenProblem(l.REST, allowUnauthenticated)},
		{"admin", format.ListenProblem(l.Admin, allowUnauthenticated)},
	}
	return slices.DeleteFunc(found, func(p problem) bool { return p.message == "" })
}
