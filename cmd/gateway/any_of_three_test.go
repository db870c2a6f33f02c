package main

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/demo"
)

// appOfThree is the request of an app that has the SDKs of three vendors.
func appOfThree() *livenessv1.IssueLivenessTokenRequest {
	return &livenessv1.IssueLivenessTokenRequest{
		Flow:             livenessv1.Flow_FLOW_APP_SDK,
		AcceptedProducts: []string{"linkface.app", "tencent.app", "megvii.app-v3"},
		SubjectId:        "user-1",
	}
}

// wished is the request with an identity card, which Linkface's SDK does not compare with and the app can do
// without comparing.
func wished(request *livenessv1.IssueLivenessTokenRequest) *livenessv1.IssueLivenessTokenRequest {
	request.Comparison = &livenessv1.Comparison{IdentityDocument: &livenessv1.IdentityDocument{
		Type:    livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD,
		Country: "CN", Name: "张三", Number: "11010119900307001X",
	}, Optional: true}
	return request
}

// An app that accepts products of three vendors gets a token by one message while any one of these works,
// with what its client needs to start. Megvii and Tencent compare, Linkface checks liveness alone: a
// comparison that is optional does without where it has to, and the answer says so.
func TestAnyOfThreeVendorsServesAnApp(t *testing.T) {
	products := appOfThree().GetAcceptedProducts()
	for _, working := range products {
		t.Run(working, func(t *testing.T) {
			standIns, err := demo.Start()
			require.NoError(t, err)
			t.Cleanup(standIns.Close)
			text, err := standIns.Config()
			require.NoError(t, err)
			_, client := startGateway(t, string(text), "", io.Discard)
			for _, product := range products {
				if product != working {
					control(t, http.MethodPost, standInOf(standIns, product)+"/_sandbox/next", `{"product":"`+product+`","outcome":"reset","times":50}`)
				}
			}

			response, err := client.IssueLivenessToken(t.Context(), wished(appOfThree()))
			require.NoError(t, err)
			require.Equal(t, working != "linkface.app", response.GetCompares())
			require.Equal(t, working, response.GetProduct())
			require.NotEmpty(t, response.GetToken())
			switch working {
			case "megvii.app-v3":
				require.Equal(t, standInOf(standIns, working), response.GetClient().GetEndpoint())
			case "tencent.app":
				require.NotEmpty(t, response.GetClient().GetParameters()["ClientConfig"])
			}
		})
	}
}

// With all three at work an app is compared; one that cannot do without gets no token where nothing compares.
func TestAnAppIsComparedWhereItCanBe(t *testing.T) {
	standIns, err := demo.Start()
	require.NoError(t, err)
	t.Cleanup(standIns.Close)
	text, err := standIns.Config()
	require.NoError(t, err)
	_, client := startGateway(t, string(text), "", io.Discard)

	response, err := client.IssueLivenessToken(t.Context(), wished(appOfThree()))
	require.NoError(t, err)
	require.True(t, response.GetCompares(), response.GetProduct())

	for _, product := range []string{"tencent.app", "megvii.app-v3"} {
		control(t, http.MethodPost, standInOf(standIns, product)+"/_sandbox/next", `{"product":"`+product+`","outcome":"reset","times":50}`)
	}
	needed := wished(appOfThree())
	needed.Comparison.Optional = false
	_, err = client.IssueLivenessToken(t.Context(), needed)
	require.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
	requireRuledOut(t, err, "linkface.app", "comparison.identity_document")
}

// requireRuledOut checks that a failure says why a product could not serve.
func requireRuledOut(t *testing.T, err error, product, field string) {
	t.Helper()
	for _, detail := range status.Convert(err).Details() {
		if failure, ok := detail.(*livenessv1.IssueFailure); ok {
			for _, out := range failure.GetRuledOut() {
				if out.GetProduct() == product {
					require.Len(t, out.GetViolations(), 1)
					require.Equal(t, field, out.GetViolations()[0].GetField())
					return
				}
			}
		}
	}
	require.Fail(t, "not ruled out", "%s: %v", product, err)
}
