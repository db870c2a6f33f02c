package main

import (
	"encoding/pem"
	"net/http/httptest"
	"net/http/httputil"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/callers/callerstest"
	"github.com/liveness-gateway/gateway/internal/certtest"
)

// What changes between the first reading of a configuration and the start of what watches its
// files is seen, without another change: the file itself, and what it names.
func TestChangesWhileTheGatewayStartsAreSeen(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-main-2", "key-spare-1", "key-two-1")
	for name, c := range map[string]struct {
		file, text string
		key        string
	}{
		"the configuration": {"gateway.yaml", reloadText("", "", "out_of_service: [{account: one, reason: \"a test\"}]\n"), "key-two-1"},
		"a secret":          {"main.key", "key-main-2", "key-main-2"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newReloading(t, vendor.URL)
			g.configure(t, reloadText("", "", ""))
			g.start(t, func() {
				if c.file == "gateway.yaml" {
					g.configure(t, c.text)
				} else {
					g.write(t, c.file, c.text)
				}
			})
			require.Eventually(t, func() bool { return g.page(t).Configuration.Reloads == 1 }, 20*time.Second, 10*time.Millisecond)
			served := vendor.servedBy(c.key)
			require.Eventually(t, func() bool {
				_, err := g.client.IssueLivenessToken(t.Context(), &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS})
				return err == nil && vendor.servedBy(c.key) > served
			}, 20*time.Second, time.Millisecond)
		})
	}
}

// Whom the gateway trusts for an issuer's keys is what was read with the configuration, and what
// it is told by afterwards: authorities that change meanwhile come with the next reading.
func TestAuthoritiesThatChangeWhileTheGatewayStarts(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := newReloading(t, vendor.URL)
	issuer := callerstest.NewIssuer(t)
	keys := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(issuer.Config().URL))
	t.Cleanup(keys.Close)
	g.write(t, "ca.pem", string(certtest.New(t).PEM))
	_, shop := callerKey("shop", "    jwt: [{issuer: \""+callerstest.IssuerName+"\", value: bank}]\n")
	g.configure(t, reloadText("", "", "authentication: {jwt: [{issuer: \""+callerstest.IssuerName+"\", audience: "+callerstest.Audience+
		", caller_claim: "+callerstest.Claim+", algorithms: [EdDSA], jwks: {url: \""+keys.URL+issuer.Config().URL.Path+"\", ca_file: ca.pem}}]}\ncallers:\n"+shop))
	g.start(t, func() {
		g.write(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: keys.Certificate().Raw})))
	})
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		_, err := g.as(t, issuer.Token(t, "EdDSA", nil), "")
		assert.NoError(c, err)
	}, 20*time.Second, 20*time.Millisecond)
}
