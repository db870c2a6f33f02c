package traffic

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// A fifth of the callers cancel, and most of one flow.
func TestKindsComeByTheirShares(t *testing.T) {
	l := &Load{Kinds: Cancelled(), Random: rand.New(rand.NewPCG(1, 2))}
	const calls = 10_000
	cancel, app, appCancel := 0, 0, 0
	for range calls {
		kind := l.pick()
		if kind.Cancels {
			cancel++
		}
		if kind.Flow == livenessv1.Flow_FLOW_APP_SDK {
			app++
			if kind.Cancels {
				appCancel++
			}
		}
	}
	require.InDelta(t, 0.2, float64(cancel)/calls, 0.02)
	require.InDelta(t, 0.8, float64(appCancel)/float64(app), 0.02)
}

func TestDeadlines(t *testing.T) {
	kinds := HurriedBy(20, time.Millisecond, 50*time.Millisecond)
	usual, hurried := 0, 0
	for _, kind := range kinds {
		if kind.Deadline == 0 {
			usual += kind.Share
		} else {
			hurried += kind.Share
		}
	}
	require.InDelta(t, 0.2, float64(hurried)/float64(usual+hurried), 0.01)
	require.True(t, (&Call{Deadline: 50 * time.Millisecond}).Rushed())
	require.False(t, (&Call{Deadline: 100 * time.Millisecond}).Rushed())
}

func TestRefusals(t *testing.T) {
	refused, err := status.New(codes.Unavailable, "no").WithDetails(
		&errdetails.ErrorInfo{Reason: "OVERLOADED"}, &errdetails.RequestInfo{RequestId: "id-1"},
		&livenessv1.IssueFailure{Attempts: []*livenessv1.Attempt{{Account: "first"}}},
	)
	require.NoError(t, err)
	c := &Call{Answer: failed(refused.Proto(), refused.Err())}
	require.False(t, c.Succeeded())
	require.Equal(t, "OVERLOADED", c.Outcome())
	require.Equal(t, "id-1", c.RequestID)
	require.Equal(t, codes.Unavailable, c.Code)
	require.Len(t, c.Attempts(), 1)
	require.NoError(t, c.Err)

	// What the library itself says is no answer of the gateway's.
	c = &Call{Answer: failed(status.New(codes.Canceled, "gone").Proto(), errors.New("gone"))}
	require.EqualError(t, c.Err, "gone")
	require.Equal(t, "gone", c.Outcome())
}
