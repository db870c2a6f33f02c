package interceptor

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// callbackRules are the rules for callbacks' hosts. Vendors send users and results to a
// callback's URLs, so a caller could make them call what only they reach, or only whoever runs
// the gateway.
type callbackRules struct {
	// allowPrivate lets callbacks have private and loopback addresses and local names.
	allowPrivate bool
}

// badCallbacks returns what is wrong with the hosts of a callback's URLs, which are URLs by
// the contract's rules.
func (r callbackRules) badCallbacks(callback *livenessv1.Callback) (violations []providers.Violation) {
	if callback == nil {
		return nil
	}
	for _, u := range []struct {
		path string
		text *string
	}{{"callback.return_url", callback.ReturnUrl}, {"callback.notify_url", callback.NotifyUrl}} { //nolint:protogetter // absent is not empty
		if u.text == nil {
			continue
		}
		if what := r.badURL(*u.text); what != "" {
			violations = append(violations, providers.Violation{Path: providers.Path(u.path), Reason: providers.InvalidRequest, Description: what})
		}
	}
	return violations
}

// badURL says what is wrong with a URL's host or port, "" if nothing is.
func (r callbackRules) badURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "must be a URL with a name or an address as host"
	case u.User != nil:
		return "must not hold a user or a password"
	case u.Hostname() == "":
		return "needs a host"
	case strings.HasSuffix(u.Host, ":") || u.Port() != "" && !isPort(u.Port()):
		return "must have a port from 1 to 65535, or none"
	case strings.HasPrefix(u.Host, "["):
		return r.badAddress(u.Hostname())
	default:
		return r.badHostName(strings.TrimSuffix(u.Hostname(), "."))
	}
}

func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}

const badHost = "must have a name or a public address as host"

// badHostName says what is wrong with a host that is not an address in brackets.
func (r callbackRules) badHostName(name string) string {
	const maxName, maxLabel = 253, 63
	labels := strings.Split(strings.ToLower(name), ".")
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || strings.ContainsFunc(label, notInHost) || label[0] == '-' || label[len(label)-1] == '-' {
			return badHost
		}
	}
	last := labels[len(labels)-1]
	switch {
	case len(name) > maxName:
		return badHost
	case isNumber(last): // an address, of which only one spelling is taken
		return r.badAddress(name)
	case r.allowPrivate:
		return ""
	case last == "localhost" || last == "local" || last == "internal":
		return badHost
	default:
		return ""
	}
}

func notInHost(c rune) bool { return notInName(c) && c != '_' }

func notInName(c rune) bool {
	return c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z')
}

// isNumber reports whether programs take the last label of a name for a decimal, octal or
// hexadecimal number, and so the whole name for an address (WHATWG URL, "ends in a number").
func isNumber(label string) bool {
	if digits, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

// badAddress says what is wrong with an address. IPv4 in any form but four decimal numbers counts
// as no address.
func (r callbackRules) badAddress(text string) string {
	address, err := netip.ParseAddr(text)
	if err != nil || address.Zone() != "" || address.Is4In6() {
		return badHost
	}
	private := address.IsPrivate() || address.IsLoopback() || within(address, sharedAddresses)
	if private && r.allowPrivate {
		return ""
	}
	if private || !address.IsGlobalUnicast() || within(address, noHosts) || address.Is6() && !globalIPv6.Contains(address) {
		return badHost
	}
	return ""
}

// Special-purpose networks (RFC 6890) that net/netip does not know. Those for documentation are
// taken: they lead nowhere.
var (
	sharedAddresses = []netip.Prefix{
		netip.MustParsePrefix("100.64.0.0/10"), // RFC 6598
		netip.MustParsePrefix("198.18.0.0/15"), // RFC 2544
	}
	noHosts = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("2001::/32"), // holds an IPv4 address (Teredo), as the next
		netip.MustParsePrefix("2002::/16"), // 6to4
	}
	globalIPv6 = netip.MustParsePrefix("2000::/3")
)

func within(address netip.Addr, networks []netip.Prefix) bool {
	for _, network := range networks {
		if network.Contains(address) {
			return true
		}
	}
	return false
}
