package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
)

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
	return isLoopback(host)
}

// Check returns an error if the level is none of debug, info, warn and error.
func (l Log) Check() error {
	if !slices.Contains(logLevels(), l.Level) {
		return errors.New(Unknown("log level", l.Level, logLevels()))
	}
	return nil
}

func (r *reader) listen(v value, allowUnauthenticated bool) Listen {
	o := r.object(v, "grpc", "rest", "admin", "hosts", "reflection", "pprof")
	l := Listen{
		GRPC:  r.address(o.optional("grpc"), DefaultGRPC),
		REST:  r.address(o.optional("rest"), DefaultREST),
		Admin: r.address(o.optional("admin"), DefaultAdmin),
		Hosts: r.hosts(o.optional("hosts")), Reflection: r.boolean(o.optional("reflection")), Pprof: r.boolean(o.optional("pprof")),
	}
	for _, p := range l.problems(allowUnauthenticated) {
		r.fail(o.optional(p.key), "%s %s", p.key, p.message)
	}
	return l
}

func (r *reader) address(v value, fallback string) string {
	if text, ok := r.text(v); ok {
		return text
	}
	return fallback
}

// hostNames are what a Host header names without a port.
var hostNames = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

func (r *reader) hosts(v value) (hosts []string) {
	if !v.given() {
		return nil
	}
	for _, element := range r.list(v) {
		name, ok := r.text(element)
		if ok && !hostNames.MatchString(name) {
			r.fail(element, "%s must be a host name in lower case, without a port", element.name)
		}
		hosts = append(hosts, name)
	}
	return hosts
}

// problem is what is wrong with the value of a key.
type problem struct{ key, message string }

func (l Listen) problems(allowUnauthenticated bool) []problem {
	found := []problem{
		{"grpc", addressProblem(l.GRPC, allowUnauthenticated)},
		{"rest", addressProblem(l.REST, allowUnauthenticated)},
		{"admin", addressProblem(l.Admin, allowUnauthenticated)},
	}
	return slices.DeleteFunc(found, func(p problem) bool { return p.message == "" })
}

// addressProblem says what is wrong with an address to listen on, which must be on
// loopback unless it may be anywhere.
func addressProblem(address string, anywhere bool) string {
	host, port, err := net.SplitHostPort(address)
	_, notANumber := strconv.ParseUint(port, 10, 16)
	_, notAnIP := netip.ParseAddr(host)
	switch {
	case err != nil || notANumber != nil || notAnIP != nil && host != "localhost" && host != "":
		return "must be host:port, the host an IP address, localhost or left out, the port 0 to 65535"
	case !anywhere && !isLoopback(host):
		return "must be on loopback: callers are not authenticated; allow_unauthenticated: true permits it"
	default:
		return ""
	}
}

// isLoopback reports whether nobody but this machine is reached at host.
func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
