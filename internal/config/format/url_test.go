package format

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHosts(t *testing.T) {
	label := strings.Repeat("a", 63)
	for text, usable := range map[string]bool{
		"https://api.example":                                 true,
		"HTTPS://API.Example":                                 true,
		"https://api.example/":                                true,
		"https://api.example.":                                true,
		"https://api.example:8443":                            true,
		"https://localhost":                                   true,
		"https://a_b.example":                                 true,
		"https://xn--fsqu00a.xn--0zwm56d":                     true,
		"https://192.0.2.7:443":                               true,
		"https://[2001:db8::7]:443":                           true,
		"https://[fe80::1%25eth0]":                            true,
		"https://" + label + ".example":                       true,
		"https://" + label + "a.example":                      false,
		"https://" + strings.Repeat(label+".", 4) + "example": false,
		"https://":                          false,
		"https:///":                         false,
		"https://:443":                      false,
		"https://.":                         false,
		"https://a..example":                false,
		"https://.example":                  false,
		"https://api.example..":             false,
		"https://-a.example":                false,
		"https://a-.example":                false,
		"https://a%20b.example":             false,
		"https://a*b.example":               false,
		"https://例子.example":                false,
		"https://api.example:":              false,
		"https://api.example:0":             false,
		"https://api.example:65536":         false,
		"https://api.example:99999":         false,
		"https://999.1.1.1":                 false,
		"https://1.2.3":                     false,
		"https://2130706433":                false,
		"https://[192.0.2.7]":               false,
		"https://[api.example]":             false,
		"https://user@api.example":          false,
		"https://user:password@api.example": false,
		"https://@api.example":              false,
	} {
		u, err := url.Parse(text)
		if err != nil {
			require.False(t, usable, text)
			continue
		}
		u.Path = strings.TrimSuffix(u.Path, "/")
		require.Equal(t, usable, baseURLProblem(u) == "", "%s: %s", text, baseURLProblem(u))
		require.Equal(t, usable, proxyProblem(u) == "", "%s: %s", text, proxyProblem(u))
	}
}

// The host is as it is sent and signed, however it is written.
func TestUsualSpelling(t *testing.T) {
	for text, want := range map[string]string{
		"https://api.example":        "https://api.example",
		"HTTPS://API.Example/":       "https://api.example",
		"https://api.example:443":    "https://api.example",
		"https://api.example:443/":   "https://api.example",
		"https://api.example:8443":   "https://api.example:8443",
		"https://api.example:80":     "https://api.example:80",
		"https://api.example.:443":   "https://api.example.",
		"http://127.0.0.1:80":        "http://127.0.0.1",
		"http://127.0.0.1:443":       "http://127.0.0.1:443",
		"https://[2001:db8::7]:443":  "https://[2001:db8::7]",
		"https://[2001:DB8::443]":    "https://[2001:db8::443]",
		"https://:443":               "https://:443",
		"https://api.example:443/v2": "https://api.example/v2",
	} {
		require.Equal(t, want, ParseURL(text).String(), text)
	}
}
