package format

import (
	"net"
	"net/netip"
	"strconv"
)

// ListenProblem returns what is wrong with an address to listen on, which must be on
// loopback unless it may be anywhere; "" if nothing is.
func ListenProblem(address string, anywhere bool) string {
	host, port, err := net.SplitHostPort(address)
	_, notANumber := strconv.ParseUint(port, 10, 16)
	_, notAnIP := netip.ParseAddr(host)
	switch {
	case address == "": // it has a mistake already
		return ""
	case err != nil || notANumber != nil || notAnIP != nil && host != "localhost" && host != "":
		return "must be host:port, the host an IP address, localhost or left out, the port 0 to 65535"
	case !anywhere && !IsLoopback(host):
		return "must be on loopback: callers are not authenticated; allow_unauthenticated: true permits it"
	default:
		return ""
	}
}

// IsLoopback reports whether nobody but this machine is reached at host.
func IsLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
