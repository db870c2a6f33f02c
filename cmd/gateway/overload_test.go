package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// A gateway with as many calls in flight as its configuration allows sheds the next, over
// both transports alike; operators see so, and health and admin answer.
func TestOverload(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived <- struct{}{}
		<-leave
		_, _ = io.WriteString(w, `{"biz_token":"1,t-1"}`)
	}))
	t.Cleanup(vendor.Close)
	log := &lockedBuffer{}
	g, client := startGateway(t, vendorConfig+"limits: {max_calls: 1}\n", vendor.URL, log)

	held := make(chan error)
	go func() {
		_, err := client.IssueLivenessToken(context.WithoutCancel(t.Context()), &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"megvii.app-v5"},
		})
		held <- err
	}()
	<-arrived

	shed := parityCase{}
	shed.Want.Code, shed.Want.HTTP, shed.Want.Reason, shed.Want.Retry = "UNAVAILABLE", 503, "OVERLOADED", "1s"
	request := []byte(`{"flow": "FLOW_APP_SDK"}`)
	shed.check(t, overGRPC(t, client, request, ""), "")
	shed.check(t, overREST(t, g.restURL(), request, ""), "")

	admin := "http://" + g.Admin
	for _, transport := range []string{"grpc", "rest"} {
		require.Contains(t, get(t, admin+"/metrics"),
			`liveness_gateway_requests_total{blame="gateway",code="UNAVAILABLE",flow="none",reason="OVERLOADED",transport="`+transport+`"} 1`)
		require.Regexp(t, `"transport":"`+transport+`".*"reason":"OVERLOADED"`, log.String())
	}
	require.Equal(t, "ok\n", get(t, admin+"/readyz"))
	connection, err := grpc.NewClient(g.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = connection.Close() }()
	health, err := healthpb.NewHealthClient(connection).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, health.GetStatus())

	close(leave)
	require.NoError(t, <-held)
}

// get returns what an admin page says.
func get(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	answer, err := (&http.Client{}).Do(request)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(text)
}
