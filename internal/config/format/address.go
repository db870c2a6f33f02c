package format

import (
	"errors"
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

// SameAddress reports whether the system lets only one of two listen that have these addresses. One
// for all addresses of the machine takes the port of each; for port 0 the system chooses one that is free.
func SameAddress(one, other string) bool {
	host, port, err := net.SplitHostPort(one)
	otherHost, otherPort, otherErr := net.SplitHostPort(other)
	number, wrong := strconv.ParseUint(port, 10, 16) // "09090" is 9090
	otherNumber, otherWrong := strconv.ParseUint(otherPort, 10, 16)
	if errors.Join(err, otherErr, wrong, otherWrong) != nil || number != otherNumber || number == 0 {
		return false
	}
	address, otherAddress := addressOf(host), addressOf(otherHost)
	return address == otherAddress || address.IsUnspecified() || otherAddress.IsUnspecified()
}

func addressOf(host string) netip.Addr {
	switch host {
	case "":
		return netip.IPv6Unspecified()
	case "localhost":
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	address, _ := netip.ParseAddr(host) // others see to what is none
	return address.Unmap()
}

// IsLoopback reports whether host can only be this machine.
func IsLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
