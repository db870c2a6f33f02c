package permissions

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/liveness-gateway/gateway/internal/hostname"
)

// Host is an allowed callback host: a name, all names below a name, or an address.
type Host struct {
	// name is in lower case, in ASCII and without a final dot; an address is in its usual form,
	// without brackets.
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
	if !hostname.IsASCII(rest) {
		ascii, err := idna.Lookup.ToASCII(rest)
		if err != nil {
			return Host{}, false
		}
		rest = ascii
	}
	name := hostname.Canonical(rest)
	return Host{name: name, below: below}, hostname.IsName(name)
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
	if err != nil || u.User != nil {
		return false
	}
	name, ok := hostname.Of(u)
	return ok && slices.ContainsFunc(hosts, func(h Host) bool { return h.matches(name) })
}

func (h Host) matches(name string) bool {
	if h.below {
		label, ok := strings.CutSuffix(name, "."+h.name)
		return ok && label != ""
	}
	return name == h.name
}
