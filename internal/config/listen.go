package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
)

// Listen holds the addresses of the three listeners as host:port. The host is an
// IP address, localhost, or empty for every interface; port 0 means any free one.
type Listen struct {
	GRPC, REST, Admin string
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
	return isLoopback(host)
}

func (r *reader) listen(v value, allowUnauthenticated bool) Listen {
	o := r.object(v, "grpc", "rest", "admin")
	l := Listen{
		GRPC:  r.address(o.optional("grpc"), DefaultGRPC),
		REST:  r.address(o.optional("rest"), DefaultREST),
		Admin: r.address(o.optional("admin"), DefaultAdmin),
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
