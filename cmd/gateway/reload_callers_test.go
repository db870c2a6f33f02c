package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/callers"
)

// callerKey is an API key, and what a configuration says of its caller.
func callerKey(name, rules string) (token, text string) {
	token, key := callers.NewAPIKey()
	return token, fmt.Sprintf("  %s:\n    api_keys: [{name: main, id: %s, sha256: %q}]\n%s", name, key.ID, hex.EncodeToString(key.Hash[:]), rules)
}

// as makes a call of the caller whose key that is.
func (g *reloading) as(t *testing.T, token, key string) (*livenessv1.IssueLivenessTokenResponse, error) {
	t.Helper()
	return g.send(t, token, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, IdempotencyKey: key})
}

// login makes one of the scenario login.
func (g *reloading) login(t *testing.T, token string) (*livenessv1.IssueLivenessTokenResponse, error) {
	t.Helper()
	return g.send(t, token, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, Scenario: "login"})
}

func (g *reloading) send(t *testing.T, token string, request *livenessv1.IssueLivenessTokenRequest) (*livenessv1.IssueLivenessTokenResponse, error) {
	t.Helper()
	return g.client.IssueLivenessToken(metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+token), request)
}

func (g *reloading) reload(t *testing.T, text string) {
	t.Helper()
	g.configure(t, text)
	_, err := g.Reload("a test")
	require.NoError(t, err)
}

// Who may call changes with the next call, over connections that are open too; what a caller
// has used up of its rate stays used up, and its idempotency keys answer.
func TestCallersAreReloaded(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := newReloading(t, vendor.URL)
	shop, shopText := callerKey("shop", "    rate: 0.001\n    burst: 3\n")
	bank, bankText := callerKey("bank", "")
	_, adminText := callerKey("operations", "    admin: true\n")
	g.configure(t, reloadText("", "", "callers:\n"+shopText+adminText))
	g.start(t)

	first, err := g.as(t, shop, "key-1")
	require.NoError(t, err)
	_, err = g.as(t, bank, "")
	require.Equal(t, codes.Unauthenticated, status.Code(err))

	g.reload(t, reloadText("", "", "callers:\n"+shopText+bankText))
	_, err = g.as(t, bank, "")
	require.NoError(t, err)
	again, err := g.as(t, shop, "key-1")
	require.NoError(t, err)
	require.True(t, again.GetReplayed())
	require.Equal(t, first.GetToken(), again.GetToken())
	_, err = g.as(t, shop, "")
	require.NoError(t, err)
	_, err = g.as(t, shop, "")
	require.Equal(t, codes.ResourceExhausted, status.Code(err), "three calls are its burst, before and after")

	g.reload(t, reloadText("", "", "callers:\n"+bankText))
	_, err = g.as(t, shop, "")
	require.Equal(t, codes.Unauthenticated, status.Code(err))

	const login = "  - {flow: spoken_digits, scenario: login, targets: [{account: one, product: megvii.random-number}]}\n"
	g.reload(t, reloadText("", login, "callers:\n"+bankText+"    scenarios: [login]\n"))
	_, err = g.as(t, bank, "")
	require.Equal(t, codes.PermissionDenied, status.Code(err))
}

// A caller who is admin may have the configuration reloaded over the admin listener, nobody
// else.
func TestAdminReloads(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := newReloading(t, vendor.URL)
	shop, shopText := callerKey("shop", "")
	operations, adminText := callerKey("operations", "    admin: true\n")
	g.configure(t, reloadText("", "", "callers:\n"+shopText+adminText))
	g.start(t)
	for token, want := range map[string]int{"": http.StatusForbidden, shop: http.StatusForbidden, operations: http.StatusOK} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+g.Addresses().Admin+"/reload", http.NoBody)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+token)
		answer, err := (&http.Client{}).Do(request)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, want, answer.StatusCode)
	}
	require.Equal(t, int64(1), g.page(t).Configuration.Reloads)
}

// A broken file with an issuer's keys is a refused configuration, and the keys before go on.
func TestKeySetsAreReloaded(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := newReloading(t, vendor.URL)
	public, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	keys := fmt.Sprintf(`{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k-1", "x": %q}]}`, base64.RawURLEncoding.EncodeToString(public))
	g.write(t, "jwks.json", keys)
	shop, shopText := callerKey("shop", "    jwt: [{issuer: \"https://issuer.example\", value: shop}]\n")
	g.configure(t, reloadText("", "", "authentication: {jwt: [{issuer: \"https://issuer.example\", audience: gateway, jwks: {file: jwks.json}, algorithms: [EdDSA]}]}\ncallers:\n"+shopText))
	g.start(t)
	g.write(t, "jwks.json", keys[:len(keys)/2])
	require.Eventually(t, func() bool { return g.page(t).Configuration.Refused != nil }, time.Minute, 10*time.Millisecond)
	require.Contains(t, strings.Join(g.page(t).Configuration.Refused.Mistakes, "\n"), "jwks.json is not a set of JSON web keys")
	_, err = g.as(t, shop, "")
	require.NoError(t, err)
	g.write(t, "jwks.json", keys)
	require.Eventually(t, func() bool { return g.page(t).Configuration.Refused == nil }, time.Minute, 10*time.Millisecond)
}

// An account that is taken out finishes its attempts, and its connections are closed then; an
// account that stays keeps its connections.
func TestConnectionsStay(t *testing.T) {
	hold, held := make(chan struct{}), make(chan struct{}, 1)
	release := sync.OnceFunc(func() { close(hold) })
	defer release()
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	issue := vendor.Config.Handler
	connections := map[string]bool{}
	vendor.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("api_key") == "key-two-1" {
			held <- struct{}{}
			<-hold
		} else {
			vendor.mu.Lock()
			connections[r.RemoteAddr] = true
			vendor.mu.Unlock()
		}
		issue.ServeHTTP(w, r)
	})
	g := startReloading(t, vendor.URL)
	one := reloadText("", "", "out_of_service: [{account: two, reason: a test}]\n")
	two := reloadText("", "", "out_of_service: [{account: one, reason: a test}]\n")
	g.reload(t, two)
	ended := make(chan error, 1)
	request := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS}
	go func() {
		_, err := g.client.IssueLivenessToken(t.Context(), request)
		ended <- err
	}()
	<-held
	without := strings.Replace(one, "  two:\n    provider: megvii\n    base_url: URL\n    timeout: 5s\n    credentials: [{name: main, api_key: {file: two.key}, api_secret: {file: secret}}]\n", "", 1)
	without = strings.Replace(without, "      - {account: two, product: megvii.random-number, weight: 50}\n", "", 1)
	without = strings.Replace(without, "out_of_service: [{account: two, reason: a test}]\n", "", 1)
	for range 5 {
		g.reload(t, without)
		_, err := g.client.IssueLivenessToken(t.Context(), request)
		require.NoError(t, err)
	}
	require.Len(t, g.page(t).Accounts, 1)
	release()
	require.NoError(t, <-ended)
	vendor.mu.Lock()
	defer vendor.mu.Unlock()
	require.Len(t, connections, 1)
}
