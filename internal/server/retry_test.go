package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// A client that has seen the headers of an answer does not retry the call, whatever its
// policy and the pushback say (gRFC A6, "When Retries are Valid").
func TestFailedCallsHaveNoHeaders(t *testing.T) {
	g := start(t, fails(&providers.Error{Reason: providers.NoTargetAvailable}))
	for _, method := range []string{issueMethod, "/no.such.Service/Method"} {
		var header, trailer metadata.MD
		request, response := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}, &livenessv1.IssueLivenessTokenResponse{}
		require.Error(t, g.conn.Invoke(t.Context(), method, request, response, grpc.Header(&header), grpc.Trailer(&trailer)))
		require.Empty(t, header, method)
		require.Len(t, trailer.Get("x-request-id"), 1, method)
		require.Len(t, trailer.Get("grpc-retry-pushback-ms"), 1, method)
	}
}
