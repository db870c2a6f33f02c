package main

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/liveness-gateway/gateway/internal/callers/callerstest"
)

// heldVendor is a vendor whose requests wait while it is held.
type heldVendor struct {
	*keyedVendor

	mu      sync.Mutex
	release chan struct{}
	arrived chan struct{}
}

func startHeldVendor(t *testing.T) *heldVendor {
	t.Helper()
	v := &heldVendor{keyedVendor: startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1"), arrived: make(chan struct{}, 100)}
	issue := v.Config.Handler
	v.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		release := v.release
		v.mu.Unlock()
		if release != nil {
			v.arrived <- struct{}{}
			<-release
		}
		issue.ServeHTTP(w, r)
	})
	return v
}

// during has the vendor hold one call of the caller's while something else happens.
func (v *heldVendor) during(t *testing.T, g *reloading, token string, happens func()) {
	t.Helper()
	held := make(chan struct{})
	release := sync.OnceFunc(func() { close(held) })
	defer release() // also where what happens fails the test
	v.mu.Lock()
	v.release = held
	v.mu.Unlock()
	ended := make(chan error, 1)
	go func() {
		_, err := g.as(t, token, "")
		ended <- err
	}()
	<-v.arrived
	v.mu.Lock()
	v.release = nil
	v.mu.Unlock()
	happens()
	release()
	require.NoError(t, <-ended)
}

// What callers are held to changes with the next call, either way, and so does what all are.
func TestLimitsAreReloaded(t *testing.T) {
	vendor := startHeldVendor(t)
	g := newReloading(t, vendor.URL)
	shop, shopText := callerKey("shop", "")
	with := func(rules, more string) string { return reloadText("", "", "callers:\n"+shopText+rules+more) }
	g.configure(t, with("", ""))
	g.start(t)
	freely := func(t *testing.T) {
		t.Helper()
		vendor.during(t, g, shop, func() {
			for _, key := range []string{"", "", "", "key-1", "key-2", "key-3"} {
				_, err := g.as(t, shop, key)
				require.NoError(t, err)
			}
		})
	}
	refused := func(t *testing.T, code codes.Code, key string) {
		t.Helper()
		_, err := g.as(t, shop, key)
		require.Equal(t, code, status.Code(err), "%v", err)
	}
	freely(t)
	for _, limit := range []struct {
		name, rules, more string
		holds             func(*testing.T)
	}{
		{"rate", "    rate: 0.001\n    burst: 1\n", "", func(t *testing.T) {
			t.Helper()
			refused(t, codes.OK, "")
			refused(t, codes.ResourceExhausted, "")
		}},
		{"calls of the caller", "    max_calls: 1\n", "", func(t *testing.T) {
			t.Helper()
			vendor.during(t, g, shop, func() { refused(t, codes.ResourceExhausted, "") })
			refused(t, codes.OK, "")
		}},
		{"calls in all", "", "limits: {max_calls: 1}\n", func(t *testing.T) {
			t.Helper()
			vendor.during(t, g, shop, func() { refused(t, codes.Unavailable, "") })
			refused(t, codes.OK, "")
		}},
		{"keys", "    max_idempotency_keys: 1\n", "", func(t *testing.T) {
			t.Helper()
			refused(t, codes.OK, "another-key") // those from before the bound are not counted
			refused(t, codes.ResourceExhausted, "one-more")
		}},
		{"flows", "    flows: [app_sdk]\n", "", func(t *testing.T) {
			t.Helper()
			refused(t, codes.PermissionDenied, "")
		}},
		{"products", "    products: [megvii.app-v5]\n", "", func(t *testing.T) {
			t.Helper()
			refused(t, codes.PermissionDenied, "")
		}},
	} {
		t.Run(limit.name, func(t *testing.T) {
			g.reload(t, with(limit.rules, limit.more))
			limit.holds(t)
			g.reload(t, with("", ""))
			freely(t)
		})
	}
}

// Where a configuration has another issuer of tokens, behind a URL, its keys are read, and the
// one before is asked no more.
func TestIssuersAreReloaded(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := newReloading(t, vendor.URL)
	_, shopText := callerKey("shop", "    jwt: [{issuer: \""+callerstest.IssuerName+"\", value: bank}]\n")
	of := func(address *url.URL) string {
		return reloadText("", "", "authentication: {jwt: [{issuer: \""+callerstest.IssuerName+"\", audience: "+callerstest.Audience+
			", caller_claim: "+callerstest.Claim+", algorithms: [EdDSA], jwks: {url: \""+address.String()+"\"}}]}\ncallers:\n"+shopText)
	}
	before, after := callerstest.NewIssuer(t), callerstest.NewIssuer(t)
	after.Publish(t, callerstest.KeyID, after.Others)
	after.Keys = after.Others
	g.configure(t, of(before.Config().URL))
	g.start(t)
	serves := func(issuer *callerstest.Issuer) {
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			_, err := g.as(t, issuer.Token(t, "EdDSA", nil), "")
			assert.NoError(c, err)
		}, 20*time.Second, 20*time.Millisecond)
	}
	serves(before)
	g.reload(t, of(after.Config().URL))
	serves(after)
	reads := before.Reads()
	_, err := g.as(t, before.Token(t, "EdDSA", nil), "")
	require.Equal(t, codes.Unauthenticated, status.Code(err))
	require.Equal(t, reads, before.Reads())
}

// Connections of an account that is not used any more are closed, without waiting for their
// being idle for long.
func TestConnectionsOfAccountsThatAreGoneAreClosed(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	var open sync.Map
	other := startCountedVendor(t, vendor, &open)
	g := newReloading(t, vendor.URL)
	third := strings.ReplaceAll("  three:\n    provider: megvii\n    base_url: OTHER\n    credentials: [{name: main, api_key: {file: two.key}, api_secret: {file: secret}}]\n", "OTHER", other)
	const login = "  - {flow: spoken_digits, scenario: login, targets: [{account: three, product: megvii.random-number}]}\n"
	shop, shopText := callerKey("shop", "")
	g.configure(t, reloadText(third, login, "callers:\n"+shopText))
	g.start(t)
	connections := func() (n int) {
		open.Range(func(any, any) bool { n++; return true })
		return n
	}
	_, err := g.login(t, shop)
	require.NoError(t, err)
	require.Equal(t, 1, connections())
	g.reload(t, reloadText(third, login, "shutdown_delay: 1s\ncallers:\n"+shopText))
	require.Equal(t, 1, connections(), "the account is the same")
	g.reload(t, reloadText("", "", "callers:\n"+shopText))
	require.Eventually(t, func() bool { return connections() == 0 }, 10*time.Second, time.Millisecond)
}

// startCountedVendor is another server of the vendor's, whose connections are in the map while
// they are open.
func startCountedVendor(t *testing.T, vendor *keyedVendor, open *sync.Map) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: vendor.Config.Handler, ReadHeaderTimeout: time.Minute, ConnState: func(conn net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			open.Delete(conn)
		} else {
			open.Store(conn, true)
		}
	}}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String()
}
