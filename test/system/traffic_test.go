package system

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// traffic has a call for each thing that the metrics tell apart.
var traffic = []struct {
	name, body string
	status     int
}{
	{"a failover", `{"flow":"FLOW_APP_SDK","acceptedProducts":["megvii.app-v5","linkface.app"],"subjectId":"sandbox:code=CONCURRENCY_LIMIT_EXCEEDED"}`, http.StatusOK},
	{"a token that may be orphaned", `{"flow":"FLOW_APP_SDK","acceptedProducts":["megvii.app-v5","linkface.app"],"subjectId":"sandbox:reset"}`, http.StatusOK},
	{"an unknown code", `{"flow":"FLOW_APP_SDK","acceptedProducts":["megvii.app-v5"],"subjectId":"sandbox:status=400,code=NEW_CODE"}`, http.StatusBadGateway},
	{"a saturated vendor", `{"flow":"FLOW_SPOKEN_DIGITS","reference":"sandbox:code=CONCURRENCY_LIMIT_EXCEEDED"}`, http.StatusServiceUnavailable},
	{"an idempotency key", `{"flow":"FLOW_SPOKEN_DIGITS","idempotencyKey":"key-1"}`, http.StatusOK},
	{"a caller's mistake", `{}`, http.StatusBadRequest},
	// The last: until the credential is probed, the vendor gets no call.
	{"a refused credential", `{"flow":"FLOW_SPOKEN_DIGITS","reference":"sandbox:code=AUTHENTICATION_ERROR"}`, http.StatusBadGateway},
}

// makeTraffic sends rounds of calls until the test ends. When it returns the first has
// been answered.
func (s sandbox) makeTraffic(t *testing.T) {
	t.Helper()
	connection, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	client := livenessv1.NewLivenessServiceClient(connection)
	require.NoError(t, s.round(t.Context(), client))

	var running sync.WaitGroup
	running.Go(func() {
		every := time.NewTicker(200 * time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-t.Context().Done():
				return
			case <-every.C:
				_ = s.round(t.Context(), client) // it may be cut by the end of the test
			}
		}
	})
	t.Cleanup(func() {
		running.Wait()
		require.NoError(t, connection.Close())
	})
}

// round makes one call over gRPC and all of the traffic over REST.
func (s sandbox) round(ctx context.Context, client livenessv1.LivenessServiceClient) error {
	request := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS}
	if _, err := client.IssueLivenessToken(ctx, request); err != nil {
		return err
	}
	for _, call := range traffic {
		status, answer, err := s.post(ctx, call.body)
		if err != nil {
			return err
		}
		if status != call.status {
			return fmt.Errorf("%s: wanted %d, got %d: %s", call.name, call.status, status, answer)
		}
	}
	return nil
}
