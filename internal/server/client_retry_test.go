package server_test

import (
	"context"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// attempt is a call as the gateway saw it end.
type attempt struct {
	after  time.Duration
	reason providers.Reason
}

// crowd is a gateway on virtual time whose calls with the reference "stay" stay in flight
// for as long as their deadline lets them.
type crowd struct {
	client   livenessv1.LivenessServiceClient
	begun    time.Time
	attempts []attempt
}

// inCrowd runs the body with a client that uses docs/service-config.json.
func inCrowd(t *testing.T, limits admission.Limits, body func(*testing.T, *crowd)) {
	t.Helper()
	serviceConfig, err := os.ReadFile("../../docs/service-config.json")
	require.NoError(t, err)
	c := &crowd{}
	d := dispatcherOf(func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		if query.Request.Reference == "stay" {
			<-ctx.Done()
			return &routing.Outcome{}, &providers.Error{Reason: providers.CallerCancelled}
		}
		return issues(ctx, query)
	}, newKeeper(t), admission.NewController(limits, nil), func(ended *call.Call) {
		if ended.Request.GetReference() != "stay" {
			c.attempts = append(c.attempts, attempt{time.Since(c.begun), ended.Reason()})
		}
	})
	synctest.Test(t, func(t *testing.T) {
		listener := servePipes(t, d)
		conn, err := grpc.NewClient("passthrough:pipes",
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.Dial(ctx, "", "") }),
			grpc.WithDefaultServiceConfig(string(serviceConfig)))
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		c.client = livenessv1.NewLivenessServiceClient(conn)
		body(t, c)
	})
}

// stay puts n calls in flight, which leave together after that time.
func (c *crowd) stay(t *testing.T, n int, until time.Duration) {
	t.Helper()
	for range n {
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), until)
			defer cancel()
			_, _ = c.client.IssueLivenessToken(ctx, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK, Reference: "stay"})
		}()
	}
	synctest.Wait()
	c.begun = time.Now()
}

// A client that is shed waits as long as it is told and sends the call again; where the
// gateway has room, that is the end of it.
func TestClientWaitsAsLongAsItIsTold(t *testing.T) {
	inCrowd(t, admission.Limits{MaxCalls: 5}, func(t *testing.T, c *crowd) {
		t.Helper()
		c.stay(t, 5, 1500*time.Millisecond)
		_, err := c.client.IssueLivenessToken(t.Context(), small())
		require.NoError(t, err)
		require.Equal(t, []attempt{{0, providers.Overloaded}, {time.Second, providers.Overloaded}, {2 * time.Second, providers.OK}}, c.attempts)
	})
}

// The call that the library sends again says so by itself, and finds no room where a
// first one does.
func TestRetriesOfTheLibraryAreShedFirst(t *testing.T) {
	inCrowd(t, admission.Limits{MaxCalls: 5}, func(t *testing.T, c *crowd) {
		t.Helper()
		c.stay(t, 4, 5*time.Second)
		c.stay(t, 1, 500*time.Millisecond)
		shed := make(chan error)
		go func() {
			_, err := c.client.IssueLivenessToken(t.Context(), small())
			shed <- err
		}()
		time.Sleep(1500 * time.Millisecond)
		_, err := c.client.IssueLivenessToken(t.Context(), small())
		require.NoError(t, err)
		require.Equal(t, codes.Unavailable, status.Code(<-shed))
		require.Equal(t, []attempt{
			{0, providers.Overloaded},
			{time.Second, providers.Overloaded},
			{1500 * time.Millisecond, providers.OK},
			{2 * time.Second, providers.Overloaded},
		}, c.attempts)
	})
}

// While most calls are shed, clients stop sending them again: what is left is one call
// each.
func TestClientStopsRetryingUnderLastingOverload(t *testing.T) {
	inCrowd(t, admission.Limits{MaxCalls: 1}, func(t *testing.T, c *crowd) {
		t.Helper()
		c.stay(t, 1, 30*time.Second)
		const calls = 30
		for range calls {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			_, err := c.client.IssueLivenessToken(ctx, small())
			cancel()
			require.Equal(t, codes.Unavailable, status.Code(err))
		}
		require.Less(t, len(c.attempts), calls+6)
	})
}
