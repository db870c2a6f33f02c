// Package hostname tells which hosts of URLs are names or addresses by their grammar: those that all
// clients read in one way. It must not know whose URLs they are, nor who may go there.
package hostname

import (
	"cmp"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Of returns the host of a URL in its canonical form, and whether it is a name or an address by its
// grammar, with a port or none: net/url takes more for a host than clients do, who then go elsewhere.
func Of(u *url.URL) (name string, ok bool) {
	port, err := strconv.ParseUint(cmp.Or(u.Port(), "443"), 10, 16)
	if err != nil || port == 0 || !IsASCII(u.Host) || strings.HasSuffix(u.Host, ":") {
		return "", false
	}
	if strings.HasPrefix(u.Host, "[") {
		address, err := netip.ParseAddr(u.Hostname())
		return address.String(), err == nil && address.Is6()
	}
	name = Canonical(u.Hostname())
	if address, err := netip.ParseAddr(name); err == nil {
		return address.String(), address.Is4()
	}
	return name, IsName(name)
}

// Canonical returns a name in lower case and without a final dot, which lead to the same host.
func Canonical(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

// IsASCII reports whether clients agree on what host the text would be.
func IsASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > '~' })
}

// IsName reports whether it is a host name in ASCII, and no number that programs take for an
// address, be it decimal, octal or hexadecimal.
func IsName(name string) bool {
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
