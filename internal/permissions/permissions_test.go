package permissions

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

func host(t *testing.T, text string) Host {
	t.Helper()
	h, ok := ParseHost(text)
	require.True(t, ok)
	return h
}

func TestCheck(t *testing.T) {
	some := &Permissions{
		Flows: []providers.Flow{providers.FlowAppSDK, providers.FlowHostedPage}, Scenarios: []string{"", "login"},
		CallbackHosts: []Host{host(t, "shop.example"), host(t, "*.pay.example")},
	}
	for name, c := range map[string]struct {
		permissions *Permissions
		request     Request
		want        string
	}{
		"no permissions are set":    {nil, Request{Flow: providers.FlowJSSDK, ReturnURL: "https://x.example"}, ""},
		"nothing is restricted":     {&Permissions{}, Request{Flow: providers.FlowJSSDK, Scenario: "x", ReturnURL: "https://x.example"}, ""},
		"all is allowed":            {some, Request{providers.FlowAppSDK, "login", "https://shop.example/r", "https://a.pay.example/"}, ""},
		"the default route":         {some, Request{Flow: providers.FlowHostedPage}, ""},
		"another flow":              {some, Request{Flow: providers.FlowJSSDK}, "CALLER_NOT_ALLOWED flow: this caller may use FLOW_APP_SDK, FLOW_HOSTED_PAGE"},
		"another scenario":          {some, Request{Flow: providers.FlowAppSDK, Scenario: "loan"}, "CALLER_NOT_ALLOWED scenario: this caller may use none, login"},
		"another host to return to": {some, Request{Flow: providers.FlowAppSDK, ReturnURL: "https://pay.example"}, "CALLBACK_NOT_ALLOWED callback.return_url: this caller may use hosts shop.example, *.pay.example"},
		"another host to notify": {
			some,
			Request{Flow: providers.FlowAppSDK, ReturnURL: "https://shop.example", NotifyURL: "https://x.example"},
			"CALLBACK_NOT_ALLOWED callback.notify_url: this caller may use hosts shop.example, *.pay.example",
		},
	} {
		t.Run(name, func(t *testing.T) {
			failure := c.permissions.Check(c.request)
			if c.want == "" {
				require.Nil(t, failure)
				return
			}
			require.Len(t, failure.Violations, 1)
			v := failure.Violations[0]
			require.Equal(t, failure.Reason, v.Reason)
			require.Equal(t, c.want, fmt.Sprintf("%s %s: %s", failure.Reason, v.Path, v.Description))
		})
	}
	both := some.Check(Request{Flow: providers.FlowAppSDK, ReturnURL: "https://x.example", NotifyURL: "https://y.example"})
	require.Len(t, both.Violations, 2)
}

func TestListedIsBounded(t *testing.T) {
	require.Equal(t, "a", Listed([]string{"a"}))
	require.Equal(t, "1, 2, 3, 4, 5, 6, 7, 8 and 2 more", Listed([]string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}))
}
