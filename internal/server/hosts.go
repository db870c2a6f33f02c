package server

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Hosts are the names that a listener answers to; nil stands for all names. Any web site can
// make its own name resolve to loopback, and then read what listeners there answer as if it came
// from its own origin (DNS rebinding). The name that the browser sends gives it away.
type Hosts struct{ others []string }

// HostsOf returns the names that a listener with the address answers to: on loopback, the names
// of loopback and others; elsewhere all.
func HostsOf(listener net.Addr, others []string) *Hosts {
	address, err := netip.ParseAddrPort(listener.String())
	if err != nil || !address.Addr().IsLoopback() {
		return nil
	}
	return &Hosts{others}
}

// Allow reports whether the listener answers to a Host header or :authority. An empty one is
// allowed: HTTP/1.0 has none, and every browser sends it.
func (h *Hosts) Allow(host string) bool {
	if h == nil || host == "" {
		return true
	}
	name := host
	if colon := strings.LastIndexByte(host, ':'); colon > strings.LastIndexByte(host, ']') {
		name = host[:colon]
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		name, ok = strings.CutSuffix(inner, "]")
		address, err := netip.ParseAddr(name)
		return ok && err == nil && address.Zone() == "" && address.IsLoopback()
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "localhost" || slices.Contains(h.others, name) {
		return true
	}
	address, err := netip.ParseAddr(name)
	return err == nil && address.Is4() && address.IsLoopback()
}

// Misdirected is the failure of a call sent to a name that its listener does not answer to.
func Misdirected() *providers.Error {
	return &providers.Error{
		Reason:  providers.CallerNotAllowed,
		Message: "this listener is on loopback and answers only to localhost, 127.0.0.1 and [::1], and to the names in listen.hosts",
	}
}
