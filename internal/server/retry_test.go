package server_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
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

// A client is told the same time wherever it is told, and by none of the ways an earlier one:
// what has no room for fractions is rounded up.
func TestClientsAreNotToldToComeEarly(t *testing.T) {
	for _, c := range []struct {
		after      time.Duration
		grpc, rest string
	}{
		{time.Nanosecond, "1", "1"},
		{time.Millisecond, "1", "1"},
		{400 * time.Millisecond, "400", "1"},
		{time.Second, "1000", "1"},
		{time.Second + time.Nanosecond, "1001", "2"},
		{1499 * time.Millisecond, "1499", "2"},
		{59*time.Second + 999*time.Millisecond, "59999", "60"},
		{time.Minute, "60000", "60"},
	} {
		g := start(t, func(context.Context, *routing.Query) (*routing.Outcome, error) {
			return &routing.Outcome{RetryAfter: c.after}, &providers.Error{Reason: providers.NoTargetAvailable}
		})
		for transport, send := range g.transports() {
			t.Run(fmt.Sprint(transport, " ", c.after), func(t *testing.T) {
				r := send(t, small())
				require.Equal(t, c.after, requireFailure(t, r).retry.GetRetryDelay().AsDuration())
				if r.transport == call.GRPC {
					require.Equal(t, c.grpc, r.pushback)
				} else {
					require.Equal(t, c.rest, r.header.Get("Retry-After"))
				}
			})
		}
	}
}
