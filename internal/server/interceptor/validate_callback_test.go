package interceptor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/settings"
)

// refusedFor returns the descriptions of what is wrong with a message.
func refusedFor(t *testing.T, held *settings.Settings, request *livenessv1.IssueLivenessTokenRequest) (descriptions []string) {
	t.Helper()
	c := call.New(call.GRPC)
	c.Settings = held
	refused := validateMessage(call.With(t.Context(), c), request)
	if refused == nil {
		return nil
	}
	for _, v := range refused.Violations {
		descriptions = append(descriptions, string(v.Path)+" "+v.Description)
	}
	require.NotEmpty(t, descriptions)
	return descriptions
}

func withCallback(url string) *livenessv1.IssueLivenessTokenRequest {
	return &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, Callback: &livenessv1.Callback{NotifyUrl: &url}}
}

func TestCallbacksThatAreTaken(t *testing.T) {
	for _, url := range []string{
		"https://shop.example", "https://shop.example/", "http://shop.example:8080/notify?from=megvii#end", "HTTPS://Shop.Example/r", "hTTp://a/",
		"https://shop.example./r", "https://xn--fiqs8s.example/", "https://a_b.example/", "https://1.a.example/", "https://0x.example/",
		"https://shop.example:1/", "https://shop.example:65535/", "https://shop.example/@me", "https://shop.example/?a=b@c", "https://localhost.example/",
		"https://8.8.8.8/", "https://203.0.113.7:8443/", "https://[2606:4700::1111]/", "https://[2001:db8::1]:8443/r", "https://172.32.0.1/",
		"https://" + strings.Repeat("a", 63) + ".example/", "https://shop.example/" + strings.Repeat("x", 2048-21),
	} {
		require.Empty(t, refusedFor(t, &settings.Settings{}, withCallback(url)), url)
	}
}

func TestCallbacksThatAreRefused(t *testing.T) {
	for says, urls := range map[string][]string{
		"needs a host": {"https://", "https:///x", "http://:8080/x", "https://?a", "https://#a"},
		"must have a port from 1 to 65535, or none": {"https://shop.example:0/", "https://shop.example:65536/", "https://shop.example:99999999/", "https://shop.example:/"},
		"must not hold a user or a password":        {"https://me@shop.example/", "https://me:secret@shop.example/", "https://@shop.example/", "https://shop.example:443@10.0.0.1/"},
		"must be at most 2048 bytes":                {"https://shop.example/" + strings.Repeat("x", 2049-21)},
		"must begin with https:// or http://":       {"ftp://shop.example/", "javascript:alert(1)", "https:shop.example", "file:///etc/passwd"},
		badHost: {
			"https://a..example/", "https://.example/", "https://./", "https://shop.example../", "https://-a.example/", "https://a-.example/", "https://a!b.example/",
			"https://" + strings.Repeat("a", 64) + ".example/", "https://" + strings.Repeat("abc.", 64) + "example/",
			"http://127.0.0.1/", "http://127.1/", "http://127.0.0.1./", "http://10.0.0.1:8080/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data",
			"http://100.64.0.1/", "http://198.18.0.1/", "http://0.0.0.0/", "http://0.1.2.3/", "http://224.0.0.1/", "http://239.255.255.255/", "http://240.0.0.1/", "http://255.255.255.255/",
			"http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/", "http://010.0.0.1/", "http://127.0.0.0x1/", "http://8.8.8/", "http://8.8.8.8.8/", "http://256.1.1.1/", "http://a.1/", "http://a.0x/",
			"http://[::1]/", "http://[::]/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd12::1]:80/", "http://[ff02::1]/", "http://[fec0::1]/",
			"http://[::ffff:7f00:1]/", "http://[::7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001:0:4136::1]/",
			"http://localhost/", "http://LOCALHOST:80/", "http://localhost./", "http://a.localhost/", "http://printer.local/", "http://metadata.google.internal/",
		},
	} {
		for _, url := range urls {
			require.Contains(t, refusedFor(t, &settings.Settings{}, withCallback(url)), "callback.notify_url "+says, url)
		}
	}
	for _, url := range []string{
		"https://exa mple/", "https://shop.example/\r\n", "https://shop.example\\@evil.example/", "https://张三.example/", "https://\u212aelvin.example/", "https://shop.example\u3002/", "//shop.example/", "/r", "",
		"https://[::1", "https://[fe80::1%25eth0]/", "https://%31%32%37.0.0.1/", "https://shop.example/\u202e", "https://[v1.x]/", "https://shop.example:80:80/", "https://shop.example:a/",
		"https://:ay.shop.example:", "https://203.0.113.7:/", "https://[2001:db8::1]:/",
		"https://:a.example/", "https://a:.example/", "https://:a.example:443/", "https://a:1.example:443/", "https://2001:db8::1/", "https://203.0.113.7:80:80/", "https://a].example/", "https://a*b.example/", "https://*.example/",
		"https://a~b.example/", "https://a,b.example/", "https://a;b.example/", "https://a=b.example/", "https://a&b.example/", "https://a'b.example/", "https://(a).example/", "https://a+b.example/", "https://a$b.example/",
		"https://a%20b.example/", "https://a%00b.example/", "https://a%.example/", "https://a b.example/", "https://a\"b.example/", "https://a<b>.example/", "https://a|b.example/", "https://a^b.example/", "https://a`b.example/", "https://a{b}.example/",
		"https://a\x7fb.example/", "https://a\tb.example/", "https://[shop.example]/", "https://[203.0.113.7]/", "https://[2001:db8::1].example/", "https://[[2001:db8::1]]/", "https://[2001:db8::1.]/", "https://a[b.example/",
		"http://[::ffff:127.0.0.1]/", "http://[::ffff:8.8.8.8]/", "http://[::127.0.0.1]/",
	} {
		require.NotEmpty(t, refusedFor(t, &settings.Settings{}, withCallback(url)), url)
	}
}

func TestPrivateCallbacksThatAreAllowed(t *testing.T) {
	rules := &settings.Settings{AllowPrivateCallbacks: true}
	for _, url := range []string{"http://127.0.0.1:8080/r", "http://10.1.2.3/", "http://[::1]:8080/", "http://[fd12::1]/", "http://100.64.0.1/", "http://localhost:3000/", "http://api.internal/"} {
		require.Empty(t, refusedFor(t, rules, withCallback(url)), url)
	}
	for _, url := range []string{"http://169.254.169.254/", "http://[fe80::1]/", "http://0.0.0.0/", "http://224.0.0.1/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/", "http://a..internal/"} {
		require.NotEmpty(t, refusedFor(t, rules, withCallback(url)), url)
	}
}
