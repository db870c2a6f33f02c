package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/settings"
)

// Every method of every service holds a caller to what it may ask for, over each transport;
// what one may not, another may.
func TestCallersAreHeldToTheirPermissions(t *testing.T) {
	g := startGuarded(t)
	host, ok := permissions.ParseHost("shop.example")
	require.True(t, ok)
	g.dispatcher.Use(&settings.Settings{Authenticator: g.Authenticator, Permissions: map[string]*permissions.Permissions{
		g.Shop.Name: {
			Flows: []providers.Flow{providers.FlowAppSDK, providers.FlowHostedPage}, Scenarios: []string{"", "login"},
			CallbackHosts: []permissions.Host{host},
		},
	}})
	inside, outside := "https://shop.example/r", "https://other.example/r"
	for name, c := range map[string]struct {
		request *livenessv1.IssueLivenessTokenRequest
		reason  string // of the shop's refusal, "" if there is none
	}{
		"a flow":              {&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}, ""},
		"another flow":        {&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS}, "CALLER_NOT_ALLOWED"},
		"a scenario":          {&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK, Scenario: "login"}, ""},
		"another scenario":    {&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK, Scenario: "payout"}, "CALLER_NOT_ALLOWED"},
		"a host":              {&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, Callback: &livenessv1.Callback{NotifyUrl: &inside}}, ""},
		"another host":        {&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, Callback: &livenessv1.Callback{NotifyUrl: &outside}}, "CALLBACK_NOT_ALLOWED"},
		"another return host": {&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, Callback: &livenessv1.Callback{ReturnUrl: &outside}}, "CALLBACK_NOT_ALLOWED"},
	} {
		t.Run(name, func(t *testing.T) {
			for transport, send := range g.showing(g.ShopKey) {
				r := send(t, c.request)
				if c.reason == "" {
					require.NotNil(t, r.response, "%s: %v", transport, r.status)
					continue
				}
				require.Equal(t, c.reason, requireFailure(t, r).info.GetReason(), transport)
				require.Equal(t, codes.PermissionDenied, r.code(), transport)
				require.True(t, transport == "grpc" || r.httpStatus == http.StatusForbidden, "%d", r.httpStatus)
			}
			for transport, send := range g.showing(g.BankKeys[0]) {
				r := send(t, c.request)
				require.NotNil(t, r.response, "the bank may, %s: %v", transport, r.status)
			}
		})
	}
}

// showing returns how to call over each transport as who has the API key.
func (g *guarded) showing(key string) map[string]func(*testing.T, *livenessv1.IssueLivenessTokenRequest) *reply {
	return map[string]func(*testing.T, *livenessv1.IssueLivenessTokenRequest) *reply{
		"grpc": func(t *testing.T, request *livenessv1.IssueLivenessTokenRequest) *reply {
			t.Helper()
			return g.invoke(metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+key), t, issueMethod, request)
		},
		"rest": func(t *testing.T, request *livenessv1.IssueLivenessTokenRequest) *reply {
			t.Helper()
			return g.postMessage(t, request, "Authorization", "Bearer "+key)
		},
	}
}
