package permissions

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/hostname"
)

// What a host of the configuration allows, in every spelling that leads to it, and in none
// that only looks as if.
func TestHosts(t *testing.T) {
	for _, c := range []struct {
		host      string
		allows    []string
		otherwise []string
	}{
		{
			"shop.example",
			[]string{
				"https://shop.example", "https://shop.example/r?x=1#y", "http://shop.example:8443/", "HTTPS://SHOP.Example/r",
				"https://shop.example./r", "https://shop.example.:443/", "https://shop.example/?next=https://evil.example/",
			},
			[]string{
				"https://pay.shop.example/", "https://shop.example.evil.example/", "https://evil-shop.example/", "https://xshop.example/",
				"https://shop.exampl/", "https://shop.example..", "https://evil.example/shop.example", "https://evil.example/#@shop.example",
				"https://evil.example?shop.example", "https://shop.example@evil.example/", "https://shop.example%2eevil.example/",
				"https://shop.example\u3002/", "https://shop\u3002example/", "https://\uff53hop.example/", "https://\u017fhop.example/",
				"https://shop.example\\.evil.example/", "//", "", "shop.example", "https:shop.example",
			},
		},
		{
			"*.shop.example",
			[]string{"https://pay.shop.example/", "https://A.B.Shop.Example.:1/", "https://_x.shop.example/"},
			[]string{
				"https://shop.example/", "https://.shop.example/", "https://payshop.example/", "https://pay.shop.example.evil.example/",
				"https://evil.example/.shop.example", "https://evil.example:80/?.shop.example",
			},
		},
		{"Shop.Example.", []string{"https://shop.example/"}, []string{"https://a.shop.example/"}},
		{"bücher.example", []string{"https://xn--bcher-kva.example/", "https://XN--BCHER-KVA.example/"}, []string{"https://bücher.example/", "https://bucher.example/"}},
		{"*.中国", []string{"https://shop.xn--fiqs8s/"}, []string{"https://xn--fiqs8s/", "https://shop.中国/"}},
		{"kiosk.example", []string{"https://KIOSK.example/"}, []string{"https://\u212aios\u212a.example/"}},
		{"203.0.113.7", []string{"https://203.0.113.7/", "http://203.0.113.7:80/"}, []string{"https://203.0.113.70/", "https://1.203.0.113.7/", "https://[::ffff:203.0.113.7]/"}},
		{"2001:db8::1", []string{"https://[2001:db8::1]/", "https://[2001:DB8:0::1]:8443/r"}, []string{"https://[2001:db8::11]/"}},
		{"[2001:db8::1]", []string{"https://[2001:db8::1]/"}, nil},
	} {
		t.Run(c.host, func(t *testing.T) {
			h, ok := ParseHost(c.host)
			require.True(t, ok)
			for _, url := range c.allows {
				require.True(t, allowed([]Host{{name: "other.example"}, h}, url), url)
			}
			for _, url := range c.otherwise {
				require.False(t, allowed([]Host{h}, url), url)
			}
			again, ok := ParseHost(h.String())
			require.True(t, ok)
			require.Equal(t, h, again, "as it is printed, it is read again")
		})
	}
}

// What net/url takes for a host is none by that: of a URL that is allowed it is a name or an
// address by its grammar, and a port behind it a number.
func TestWhatNoClientTakesForAHost(t *testing.T) {
	below, ok := ParseHost("*.shop.example")
	require.True(t, ok)
	for _, odd := range []string{
		":a", "a:", "a:1", "a::", "[a", "a]", "[a]", "[", "]", "a b", "a%20b", "%61", "%2e", "%", "a%25", "a\"b", "a'b", "a`b", "a<b>", "a|b", "a^b", "a{b}", "a!b", "a$b", "a&b", "a(b)",
		"a*b", "*", "a+b", "a,b", "a;b", "a=b", "a~b", "a\\b", "-a", "a-", "-", "", ".", "a.", ".a", "..", "a..b", "\x7f", "a\tb", "ä", "\uff0e", "a\u3002b", "a\u00adb", "a\u202eb", strings.Repeat("a", 64),
		strings.Repeat("a.", 125) + "a",
	} {
		for _, url := range []string{"https://" + odd + ".shop.example/", "https://" + odd + ".shop.example:443/", "https://" + odd + ".shop.example:"} {
			require.False(t, allowed([]Host{below}, url), "%q", url)
		}
	}
	address, ok := ParseHost("203.0.113.7")
	require.True(t, ok)
	name, ok := ParseHost("shop.example")
	require.True(t, ok)
	ipv6, ok := ParseHost("2001:db8::1")
	require.True(t, ok)
	for _, url := range []string{
		"https://shop.example:", "https://shop.example:/", "https://shop.example.:", "https://shop.example:x/", "https://shop.example:0/", "https://shop.example:65536/", "https://shop.example:99999999999/",
		"https://shop.example:-1/", "https://shop.example:+1/", "https://shop.example:1:1/", "https://:shop.example", "https://::shop.example:1/", "https://shop.example%00/", "https://[shop.example]/", "https://[203.0.113.7]/",
		"https://203.0.113.7:/", "https://203.0.113.07/", "https://0xcb.0.113.7/", "https://3405803783/", "https://203.113.7/", "https://203.0.113.7%25a/",
		"https://2001:db8::1/", "https://[2001:db8::1%25eth0]/", "https://[2001:db8::1]:/", "https://[2001:db8::1].shop.example/", "https://[[2001:db8::1]]/",
	} {
		require.False(t, allowed([]Host{name, below, address, ipv6}, url), "%q", url)
	}
}

func TestWhatIsNoHost(t *testing.T) {
	for _, text := range []string{
		"", "*", "*.", ".", "..", "*.*.example", "a.*.example", "shop.*", "*shop.example", ".shop.example", "shop..example", "shop.example..",
		"https://shop.example", "shop.example/", "shop.example:443", "user@shop.example", "shop example", "-shop.example", "shop-.example",
		"*.7", "1.2.3", "0x7f.1", "127.0.0.0x1", "0x7F000001", "*.0x", "*.203.0.113.7", "::ffff:203.0.113.7", "fe80::1%eth0", "shop.example\n", strings.Repeat("a", 64) + ".example",
		strings.Repeat("a.", 127) + "example", "xn--\u00fc.example", "a\u2028b.example",
	} {
		_, ok := ParseHost(text)
		require.False(t, ok, "%q", text)
	}
}

// led is an authority that leads, for any client, to shop.example or below it.
var led = regexp.MustCompile(`(?i)^([a-z0-9_-]+\.)*shop\.example\.?(:[0-9]+)?$`)

// No URL leads past the hosts: whatever is allowed has, for any client, the host's name at the
// end of its authority.
func FuzzHosts(f *testing.F) {
	f.Add("https://shop.example@evil.example/")
	f.Add("https://pay.shop.example:1/")
	f.Add("https://[::1]/shop.example")
	exact, _ := ParseHost("shop.example")
	below, _ := ParseHost("*.shop.example")
	f.Fuzz(func(t *testing.T, url string) {
		if !allowed([]Host{exact, below}, url) {
			return
		}
		_, authority, ok := strings.Cut(url, "//")
		require.True(t, ok)
		authority = authority[:strings.IndexFunc(authority+"/", func(r rune) bool { return strings.ContainsRune("/?#\\", r) })]
		require.True(t, hostname.IsASCII(authority) && led.MatchString(authority), url)
	})
}
