package plan_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/plan"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// table has a weighted route whose second product needs a user's id, and one that wants all
// that a plan can say to be there.
func table() *route.Table {
	app := &providers.Product{ID: "acme.app", Flows: []providers.Flow{providers.FlowAppSDK}}
	page := &providers.Product{
		ID: "acme.page", Flows: []providers.Flow{providers.FlowHostedPage},
		Needs:   []providers.Need{{Field: providers.FieldReturnURL}, {Field: providers.FieldNotifyURL}, {Field: providers.FieldIdentityDocument}, {Field: providers.FieldPhotos}},
		Honours: providers.FieldSet(providers.FieldReturnURL, providers.FieldNotifyURL, providers.FieldPhotos, providers.FieldIdentityDocument),
	}
	target := func(p *providers.Product, account string, weight float64) route.Target {
		return route.Target{Product: p, Provider: "acme", Account: account, Weight: weight, Guard: guard.NewAccount(1, 10)}
	}
	return route.NewTable([]route.Route{
		{Flow: providers.FlowAppSDK, Weighted: true, Targets: []route.Target{target(app, "acme-cn", 1), target(app, "acme-sgp", 99)}},
		{Flow: providers.FlowHostedPage, Targets: []route.Target{target(page, "acme-cn", 0)}},
	}, route.Caller{Name: "shop"})
}

func settings() plan.Settings {
	host, _ := permissions.ParseHost("shop.example")
	return plan.Settings{Routes: table(), Permissions: map[string]*permissions.Permissions{
		"shop": {Flows: []providers.Flow{providers.FlowHostedPage}, CallbackHosts: []permissions.Host{host}},
	}}
}

func planOf(t *testing.T, caller, description string) *plan.Plan {
	t.Helper()
	s := settings()
	s.Caller = caller
	p, err := plan.OfForm(t.Context(), s, []byte(description))
	require.NoError(t, err)
	return p
}

func TestFormIsPlanned(t *testing.T) {
	const everything = `["callback", "identityDocument", "photo", "photo", "subjectId"]`
	p := planOf(t, "shop", `{"request": {"flow": "FLOW_HOSTED_PAGE"}, "with": `+everything+`}`)
	require.Nil(t, p.Failure)
	require.Len(t, p.Targets, 1)

	p = planOf(t, "", `{"request": {"flow": "FLOW_HOSTED_PAGE"}, "with": ["photo"]}`)
	require.Empty(t, p.Targets)
	require.Equal(t, providers.NoEligibleProduct, p.Failure.Reason)
	require.Len(t, p.NotEligible[0].Violations, 3)

	p = planOf(t, "shop", `{"request": {"flow": "FLOW_APP_SDK"}}`)
	require.Equal(t, providers.CallerNotAllowed, p.Failure.Reason)
	p = planOf(t, "", `{"request": {"flow": "FLOW_APP_SDK", "scenario": "Not one"}}`)
	require.Equal(t, providers.InvalidRequest, p.Failure.Reason)
	p = planOf(t, "", `{}`)
	require.Equal(t, providers.InvalidRequest, p.Failure.Reason)
	require.Nil(t, p.Route)
	encoded, err := json.Marshal(p)
	require.NoError(t, err)
	require.Contains(t, string(encoded), `"failure"`)
}

// A product that compares nothing is planned for a comparison that is optional, and the plan says so.
func TestPlanOfAnOptionalComparison(t *testing.T) {
	const request = `{"flow": "FLOW_APP_SDK", "comparison": {"optional": %t}}`
	p := planOf(t, "", fmt.Sprintf(`{"request": %s, "with": ["photo"]}`, fmt.Sprintf(request, false)))
	require.Equal(t, providers.NoEligibleProduct, p.Failure.Reason)
	p = planOf(t, "", fmt.Sprintf(`{"request": %s, "with": ["photo"]}`, fmt.Sprintf(request, true)))
	require.Nil(t, p.Failure)
	require.Len(t, p.Targets, 2)
	require.True(t, p.Targets[0].WithoutComparison)
	p = planOf(t, "", fmt.Sprintf(`{"request": %s}`, fmt.Sprintf(request, true)))
	require.Equal(t, providers.InvalidRequest, p.Failure.Reason)

	var printed bytes.Buffer
	whole := `{"flow": "FLOW_APP_SDK", "comparison": {"photos": [{"content": "AAAA"}], "optional": true}}`
	require.NoError(t, plan.Print(t.Context(), settings(), []byte(whole), false, &printed))
	require.Equal(t, 2, strings.Count(printed.String(), ", without the comparison\n"), printed.String())
}

// A weighted order is that of one user; of nobody in particular there are shares.
func TestPlanOfNobodyInParticular(t *testing.T) {
	p := planOf(t, "", `{"request": {"flow": "FLOW_APP_SDK"}, "with": ["subjectId"]}`)
	require.Equal(t, "subject_id", p.OrderedBy)
	require.Equal(t, "acme-cn", p.Targets[0].Account)
	require.InDelta(t, 0.01, p.Targets[0].Share, 1e-9)
}

// Whatever a description holds of a user is refused and repeated nowhere.
func TestFormTakesNothingPersonal(t *testing.T) {
	for _, request := range []string{
		`{"flow": "FLOW_APP_SDK", "subjectId": "MARKER"}`,
		`{"flow": "FLOW_APP_SDK", "comparison": {"photos": [{"content": "TUFSS0VS"}]}}`,
		`{"flow": "FLOW_APP_SDK", "comparison": {"identityDocument": {"name": "MARKER"}}}`,
		`{"flow": "FLOW_APP_SDK", "comparison": {"identityDocument": {"country": "CN"}}}`,
		`{"flow": "FLOW_APP_SDK", "callback": {"returnUrl": "https://MARKER.example/"}}`,
		`{"flow": "FLOW_APP_SDK", "callback": {"returnUrl": ""}}`,
		`{"flow": "FLOW_APP_SDK", "callback": {"extraData": "MARKER"}}`,
	} {
		_, err := plan.OfForm(t.Context(), settings(), fmt.Appendf(nil, `{"request": %s}`, request))
		require.ErrorContains(t, err, "no personal values", request)
		require.NotContains(t, err.Error(), "MARKER")
	}
}

func TestFormThatIsNone(t *testing.T) {
	for _, description := range []string{
		``, `[]`, `{"request": {}, "MARKER": 1}`, `{"request": {}, "with": ["MARKER"]}`, `{"request": {}, "with": 1}`,
		`{"request": {"flow": "FLOW_APP_SDK"}, "with": ["photo"` + strings.Repeat(`, "photo"`, 1000) + `]}`,
	} {
		_, err := plan.OfForm(t.Context(), settings(), []byte(description))
		require.Error(t, err, description)
		require.NotContains(t, err.Error(), "MARKER")
	}
	p := planOf(t, "", `{"request": {"flow": "FLOW_APP_SDK", "MARKER": 1}}`)
	require.Equal(t, providers.InvalidRequest, p.Failure.Reason)
}
