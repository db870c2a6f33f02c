package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/acme"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

const acmeConfig = `
listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0"}
accounts:
  acme-test:
    provider: acme
    base_url: URL
    credentials: [{name: main, app_key: {env: TEST_KEY}, app_secret: {env: TEST_SECRET}}]
routes:
  - {flow: hosted_page, targets: [{account: acme-test, product: acme.page, parameters: {layout: wide}}]}
`

// A vendor that nothing but the list knows of can be configured, routed to and read.
func TestVendorIsOneMoreInTheList(t *testing.T) {
	httpStatus, answer := http.StatusOK, `{"session": "s-1", "page": "https://eu.acme.example/p?s=s-1", "expires_in": 600}`
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v3/sessions" || r.FormValue("layout") != "wide" || r.FormValue("user") != "user-9173" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.WriteHeader(httpStatus)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(vendor.Close)
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	cfg, err := config.Parse("test.yaml", []byte(strings.ReplaceAll(acmeConfig, "URL", vendor.URL)), append(vendors.All(), acme.Provider()))
	require.NoError(t, err)
	_, client := startConfigured(t, cfg, io.Discard)

	returnURL := "https://shop.example/back"
	request := &livenessv1.IssueLivenessTokenRequest{
		Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, SubjectId: "user-9173", Callback: &livenessv1.Callback{ReturnUrl: &returnURL},
	}
	response, err := client.IssueLivenessToken(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, "acme.page", response.GetProduct())
	require.Equal(t, "s-1", response.GetToken())
	require.Equal(t, "https://eu.acme.example/p?s=s-1", response.GetClient().GetUrl())
	require.Equal(t, livenessv1.ExpirySource_EXPIRY_SOURCE_VENDOR_STATED, response.GetExpirySource())
	require.True(t, response.GetSingleUse())

	httpStatus, answer = http.StatusBadRequest, `{"error": "bad_value: back_url"}`
	_, err = client.IssueLivenessToken(t.Context(), request)
	failure := status.Convert(err)
	require.Equal(t, codes.InvalidArgument, failure.Code())
	for _, detail := range failure.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			require.Equal(t, "ARGUMENT_REJECTED", info.GetReason())
			require.Equal(t, "BAD_VALUE", info.GetMetadata()["vendorCode"])
		}
	}
}
