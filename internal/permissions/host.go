package permissions

import (
	"cmp"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// Host is a host of callbacks that is allowed: a name, a name with all below it, or an address.
type Host struct {
	// name is in lower case, in ASCII, without a final dot; an address is as it is usually
	// written, without brackets.
	name string
	// below says that the names below it are meant, and not itself.
	below bool
}

// ParseHost reads a host as the configuration has it: a name (shop.example), a suffix
// (*.shop.example: all names below it, at any depth, and not itself), or an address. Names may
// be in any script: they are compared in ASCII (xn--…). It has no scheme and no port.
func ParseHost(text string) (h Host, ok bool) {
	rest, below := strings.CutPrefix(text, "*.")
	if address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(rest, "["), "]")); err == nil {
		return Host{name: address.String()}, !below && address.Zone() == "" && !address.Is4In6()
	}
	if !isASCII(rest) {
		ascii, err := idna.Lookup.ToASCII(rest)
		if err != nil {
			return Host{}, false
		}
		rest = ascii
	}
	name := canonical(rest)
	return Host{name: name, below: below}, isName(name)
}

// String returns the host as an answer shows it.
func (h Host) String() string {
	if h.below {
		return "*." + h.name
	}
	return h.name
}

// allowed reports whether one of the hosts is that of the URL, which keeps the contract's
// rules. Neither case nor a final dot nor a port makes a difference: they lead to the same
// machines, or to the same name's. What is not ASCII is no host: clients do not agree on what
// it would be. Nor is one behind a user: of two signs @ some take the first, others the last.
func allowed(hosts []Host, text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || !isASCII(u.Host) {
		return false
	}
	name, ok := hostOf(u)
	return ok && slices.ContainsFunc(hosts, func(h Host) bool { return h.matches(name) })
}

// hostOf returns the host of a URL, and whether it is a name or an address by its grammar, with a
// port or none: net/url takes more for a host than clients do, who then go elsewhere.
func hostOf(u *url.URL) (name string, ok bool) {
	port, err := strconv.ParseUint(cmp.Or(u.Port(), "443"), 10, 16)
	if err != nil || port == 0 || strings.HasSuffix(u.Host, ":") {
		return "", false
	}
	if strings.HasPrefix(u.Host, "[") {
		address, err := netip.ParseAddr(u.Hostname())
		return address.String(), err == nil && address.Is6()
	}
	name = canonical(u.Hostname())
	if address, err := netip.ParseAddr(name); err == nil {
		return address.String(), address.Is4()
	}
	return name, isName(name)
}

func (h Host) matches(name string) bool {
	if h.below {
		label, ok := strings.CutSuffix(name, "."+h.name)
		return ok && label != ""
	}
	return name == h.name
}

func canonical(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > '~' })
}

// isName reports whether it is a host name in ASCII, and no number that programs take for an
// address, be it decimal, octal or hexadecimal.
func isName(name string) bool {
	const maxName, maxLabel = 253, 63
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	last, digits := labels[len(labels)-1], "0123456789"
	if hexadecimal, ok := strings.CutPrefix(last, "0x"); ok {
		last, digits = hexadecimal, "0123456789abcdef"
	}
	return len(name) <= maxName && strings.Trim(last, digits) != ""
}
