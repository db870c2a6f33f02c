package format

import (
	"net"
	"net/netip"
	"strconv"
)

// ListenProblem returns what is wrong with an address to listen on, "" if nothing is, and
// whether others than this machine reach it there.
func ListenProblem(address string) (wrong string, exposed bool) {
	host, port, err := net.SplitHostPort(address)
	_, notANumber := strconv.ParseUint(port, 10, 16)
	_, notAnIP := netip.ParseAddr(host)
	switch {
	case address == "": // it has a mistake already
		return "", false
	case err != nil || notANumber != nil || notAnIP != nil && host != "localhost" && host != "":
		return "must be host:port, the host an IP address, localhost or left out, the port 0 to 65535", false
	default:
		return "", !IsLoopback(host)
	}
}

// IsLoopback reports whether nobody but this machine is reached at host.
func IsLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
