package server_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// inBubble runs the test with a gateway over gRPC on virtual time.
func inBubble(t *testing.T, i issuer, test func(*testing.T, *gateway)) {
	t.Helper()
	g := &gateway{}
	g.dispatcher = dispatcherOf(i, newKeeper(t), &admission.Controller{}, g.observe)
	synctest.Test(t, func(t *testing.T) {
		g.calls = make(chan observed, 10)
		listener := servePipes(t, g.dispatcher)
		var err error
		g.conn, err = grpc.NewClient("passthrough:pipes",
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.Dial(ctx, "", "") }))
		require.NoError(t, err)
		defer func() {
			_ = g.conn.Close()
			time.Sleep(time.Second) // until the keeper's goroutines have ended
		}()
		test(t, g)
	})
}

// begin makes a call with a key, and returns when it can go no further without time
// passing.
func (g *gateway) begin(t *testing.T, timeout time.Duration) (ended <-chan *reply, cancel context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	replies, request := make(chan *reply, 1), keyed(t, "key-1")
	go func() {
		defer cancel()
		replies <- g.invoke(ctx, t, issueMethod, request)
	}()
	synctest.Wait()
	return replies, cancel
}

// slow takes a second, or as long as its context lasts, and ends as ends says.
func slow(ends func() (*routing.Outcome, error)) issuer {
	return func(ctx context.Context, _ *routing.Query) (*routing.Outcome, error) {
		select {
		case <-time.After(time.Second):
			return ends()
		case <-ctx.Done():
			failure := &providers.Error{Reason: providers.CallerCancelled}
			return &routing.Outcome{Attempts: []routing.Attempt{{
				Target: target("acme.app", "acme-cn"), Reason: failure.Reason, Err: failure,
			}}}, failure
		}
	}
}

func TestDuplicatesShareACall(t *testing.T) {
	calls := 0
	inBubble(t, counted(&calls, slow(func() (*routing.Outcome, error) { return issued(), nil })), func(t *testing.T, g *gateway) {
		t.Helper()
		first, _ := g.begin(t, 5*time.Second)
		second, _ := g.begin(t, 5*time.Second)
		one, two := (<-first), (<-second)
		require.False(t, one.response.GetReplayed())
		require.True(t, two.response.GetReplayed())
		require.Equal(t, two.requestID, two.response.GetRequestId())
		require.NotEqual(t, one.requestID, two.requestID)
		one.response.Replayed, one.response.RequestId = true, two.requestID
		require.Empty(t, cmp.Diff(one.response, two.response, protocmp.Transform()))
		require.Equal(t, 1, calls)
		for range 2 {
			o := <-g.calls
			if o.Idempotency == idempotency.Issued {
				require.Equal(t, 2, o.Attempts)
			} else {
				require.Equal(t, idempotency.Joined, o.Idempotency)
				require.Zero(t, o.Attempts, "they are counted once")
			}
		}
	})
}

// A shared failure is the same for all: reason, product and attempts.
func TestDuplicatesShareAFailure(t *testing.T) {
	refused := &providers.Error{
		Reason: providers.VendorInternalError, Exchange: providers.Exchange{Code: "INTERNAL_ERROR", HTTPStatus: 500},
	}
	outcome := &routing.Outcome{Attempts: []routing.Attempt{
		{Target: target("acme.app", "acme-cn"), Reason: refused.Reason, Err: refused, Exchange: refused.Exchange},
	}}
	inBubble(t, slow(func() (*routing.Outcome, error) { return outcome, refused }), func(t *testing.T, g *gateway) {
		t.Helper()
		first, _ := g.begin(t, 5*time.Second)
		second, _ := g.begin(t, 5*time.Second)
		one, two := requireFailure(t, <-first), requireFailure(t, <-second)
		require.Equal(t, "VENDOR_INTERNAL_ERROR", one.info.GetReason())
		require.Equal(t, "acme.app", one.info.GetMetadata()["product"])
		require.Len(t, one.failure.GetAttempts(), 1)
		require.Empty(t, cmp.Diff(one.info, two.info, protocmp.Transform()))
		require.Empty(t, cmp.Diff(one.failure, two.failure, protocmp.Transform()))
		require.NotEqual(t, one.request.GetRequestId(), two.request.GetRequestId())
	})
}

// The call goes on without the one who began it, and touches nothing of his.
func TestTheFirstCallerLeaves(t *testing.T) {
	for name, c := range map[string]struct {
		timeout time.Duration
		want    providers.Reason
	}{
		"at its deadline": {500 * time.Millisecond, providers.DeadlineTooShort},
		"by cancelling":   {5 * time.Second, providers.CallerCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, slow(func() (*routing.Outcome, error) { return issued(), nil }), func(t *testing.T, g *gateway) {
				t.Helper()
				ctx, cancel := context.WithTimeout(t.Context(), c.timeout)
				defer cancel()
				request := keyed(t, "key-1")
				go g.dispatcher.Issue(ctx, request) // a client could say both at its deadline
				synctest.Wait()
				second, _ := g.begin(t, 5*time.Second)
				if c.want == providers.CallerCancelled {
					cancel()
				}
				o := <-g.calls
				require.Equal(t, c.want, o.Reason)
				require.Equal(t, idempotency.Left, o.Idempotency)
				require.Zero(t, o.Attempts)
				require.Equal(t, "the-token", (<-second).response.GetToken())
				require.Equal(t, idempotency.Joined, (<-g.calls).Idempotency)
			})
		})
	}
}

// The only caller of a call gets what routing makes of his leaving.
func TestTheOnlyCallerLeaves(t *testing.T) {
	inBubble(t, slow(func() (*routing.Outcome, error) { return issued(), nil }), func(t *testing.T, g *gateway) {
		t.Helper()
		only, cancel := g.begin(t, 5*time.Second)
		cancel()
		require.NotNil(t, (<-only).status)
		o := <-g.calls
		require.Equal(t, providers.CallerCancelled, o.Reason)
		require.Equal(t, idempotency.Failed, o.Idempotency)
		require.Equal(t, 1, o.Attempts)
	})
}
