package format

import (
	"cmp"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ParseURL returns the URL of a server, nil if text is none. One slash behind the host means none.
// Neither do capitals in the host and the scheme's own port: signers leave them out, and the Host of
// a request must be what was signed.
func ParseURL(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		return nil
	}
	if u.Path == "/" {
		u.Path = ""
	}
	if u.Hostname() != "" {
		u.Host = strings.TrimSuffix(strings.ToLower(u.Host), ownPorts[u.Scheme])
	}
	return u
}

var ownPorts = map[string]string{"https": ":443", "http": ":80"}

// urlProblem tells what find finds wrong with a URL, without the URL, which may hold a password.
func urlProblem(find func(*url.URL) string) func(text string) string {
	return func(text string) string {
		if u := ParseURL(text); u != nil {
			return find(u)
		}
		return "is not a URL"
	}
}

func baseURLProblem(u *url.URL) string {
	if u.Path != "" {
		return cmp.Or(schemeProblem(u), "must end behind the host: a path belongs into path_prefix")
	}
	return serverURLProblem(u)
}

func serverURLProblem(u *url.URL) string { return cmp.Or(schemeProblem(u), hostProblem(u)) }

func schemeProblem(u *url.URL) string {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return "must begin with https://"
	case u.Scheme == "http" && !IsLoopback(u.Hostname()):
		return "must begin with https:// unless its host is on loopback"
	default:
		return ""
	}
}

func proxyProblem(u *url.URL) string {
	switch {
	case !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme):
		return "must begin with http://, https:// or socks5://"
	case u.User != nil:
		return "must hold no user name or password: a proxy that asks for them is not supported"
	case u.Path != "":
		return "must end behind the host"
	default:
		return hostProblem(u)
	}
}

// hostProblem refuses what is wrong in any URL of a server.
func hostProblem(u *url.URL) string {
	switch {
	case u.Hostname() == "":
		return "must name a host"
	case !isHost(u):
		return "must name a host that can exist: labels of letters, digits and hyphens, or an IP address"
	case u.User != nil:
		return "must hold no user name or password"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "must hold no query and no fragment"
	case strings.HasSuffix(u.Host, ":") || u.Port() != "" && !isPort(u.Port()):
		return "must have a port from 1 to 65535"
	default:
		return ""
	}
}

// hostLabel is a label of a host name (RFC 1123, section 2.1), with the underscore that
// resolvers take too.
var hostLabel = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$`)

const maxHostBytes = 253 // RFC 1035, section 2.3.4, as text

// isHost reports whether the URL's host is an IP address or a name that can exist. A name
// that ends in a number would be read as an address.
func isHost(u *url.URL) bool {
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		address, err := netip.ParseAddr(host)
		return err == nil && address.Is6()
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Is4()
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := labels[len(labels)-1]
	return len(host) <= maxHostBytes && strings.Trim(last, "0123456789") != "" &&
		!slices.ContainsFunc(labels, func(label string) bool { return !hostLabel.MatchString(label) })
}

func isPort(digits string) bool {
	port, err := strconv.ParseUint(digits, 10, 16)
	return err == nil && port > 0
}
