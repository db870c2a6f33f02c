package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

const attemptsHeader = "Grpc-Previous-Rpc-Attempts"

// small is a call of a few bytes.
func small() *livenessv1.IssueLivenessTokenRequest {
	return &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}
}

// busy is a gateway whose calls stay in flight until they are released.
type busy struct {
	*gateway
	// begun receives of each call what lets it go when it is closed.
	begun chan chan struct{}
}

func startBusy(t *testing.T, limits admission.Limits) *busy {
	t.Helper()
	b := &busy{begun: make(chan chan struct{})}
	b.gateway = startLimited(t, b.issue, limits)
	return b
}

func (b *busy) issue(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
	leave := make(chan struct{})
	select {
	case b.begun <- leave:
		select {
		case <-leave:
		case <-ctx.Done():
		}
		return issues(ctx, query)
	case <-ctx.Done(): // a call that should have been shed
		return &routing.Outcome{}, &providers.Error{Reason: providers.Internal}
	}
}

// hold makes n calls, and returns when all are in flight, and how to release them.
func (b *busy) hold(t *testing.T, n int, send func(*testing.T, *livenessv1.IssueLivenessTokenRequest) *reply, request *livenessv1.IssueLivenessTokenRequest) (release func()) {
	t.Helper()
	replies := make(chan *reply, n)
	var held []chan struct{}
	for range n {
		go func() { replies <- send(t, request) }()
		select {
		case leave := <-b.begun:
			held = append(held, leave)
		case r := <-replies:
			require.FailNow(t, "a call was not taken in", "%v", r.status)
		}
	}
	return func() {
		for _, leave := range held {
			close(leave)
			require.NotNil(t, (<-replies).response)
			<-b.calls
		}
	}
}

// requireShed checks what a caller and the observers see of a call that is shed.
func (b *busy) requireShed(t *testing.T, r *reply, message string) {
	t.Helper()
	d := requireFailure(t, r)
	require.Equal(t, "OVERLOADED", d.info.GetReason())
	require.Equal(t, codes.Unavailable, r.code())
	require.Contains(t, r.status.GetMessage(), message)
	require.NotNil(t, d.retry)
	if r.transport == call.REST {
		require.Equal(t, http.StatusServiceUnavailable, r.httpStatus)
	}
	require.Equal(t, observed{
		Transport: r.transport, RequestID: r.requestID, Reason: providers.Overloaded, HTTPStatus: 503,
	}, <-b.calls)
}

func TestCallsBeyondTheBoundAreShed(t *testing.T) {
	b := startBusy(t, admission.Limits{MaxCalls: 2})
	for transport, send := range b.transports() {
		t.Run(transport, func(t *testing.T) {
			release := b.hold(t, 2, send, small())
			for _, other := range b.transports() {
				b.requireShed(t, other(t, small()), "too many calls at once")
			}
			release()
			b.hold(t, 2, send, small())()
		})
	}
	b.requireNothingHeld(t)
}

// What tells an operator or a balancer how the gateway does is answered all the same,
// and a caller who is wrong is told so.
func TestWhatIsNeverShed(t *testing.T) {
	b := startBusy(t, admission.Limits{MaxCalls: 1, MaxPhotoBytes: 100})
	defer b.hold(t, 1, b.overGRPC, small())()
	answer, err := healthpb.NewHealthClient(b.conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, answer.GetStatus())
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, "/healthz", "").httpStatus)
	requireMethodUnknown(t, b.send(t, http.MethodGet, tokensPath, ""), 405)
	<-b.calls
	r := b.invoke(t.Context(), t, "/no.such.Service/Method", small())
	require.Equal(t, "METHOD_UNKNOWN", requireFailure(t, r).info.GetReason())
	<-b.calls
}

// sentBefore returns how to make a call that says how often it was sent before.
func (g *gateway) sentBefore(times string) map[string]func(*testing.T, *livenessv1.IssueLivenessTokenRequest) *reply {
	return map[string]func(*testing.T, *livenessv1.IssueLivenessTokenRequest) *reply{
		"grpc": func(t *testing.T, request *livenessv1.IssueLivenessTokenRequest) *reply {
			t.Helper()
			ctx := metadata.AppendToOutgoingContext(t.Context(), attemptsHeader, times)
			return g.invoke(ctx, t, issueMethod, request)
		},
		"rest": func(t *testing.T, _ *livenessv1.IssueLivenessTokenRequest) *reply {
			t.Helper()
			return g.post(t, goodBody, attemptsHeader, times)
		},
	}
}

func TestRepeatedCallsAreShedFirst(t *testing.T) {
	b := startBusy(t, admission.Limits{MaxCalls: 5})
	release := b.hold(t, 4, b.overGRPC, small())
	for transport := range b.transports() {
		t.Run(transport, func(t *testing.T) {
			b.requireShed(t, b.sentBefore("1")[transport](t, small()), "too many calls at once")
			b.requireShed(t, b.sentBefore("2")[transport](t, small()), "too many calls at once")
			b.hold(t, 1, b.sentBefore("0")[transport], small())()
			b.hold(t, 1, b.transports()[transport], small())()
		})
	}
	release()
	for transport := range b.transports() {
		b.hold(t, 4, b.sentBefore("1")[transport], small())()
	}
	b.requireNothingHeld(t)
}

func TestPhotosBeyondTheBoundAreShed(t *testing.T) {
	const bound = 10 << 20
	b := startBusy(t, admission.Limits{MaxPhotoBytes: bound})
	for transport, send := range b.transports() {
		t.Run(transport, func(t *testing.T) {
			release := b.hold(t, 1, send, photosOf(7<<20))
			b.requireShed(t, send(t, photosOf(4<<20)), "too many photos at once")
			b.hold(t, 3, send, small())()
			release()
			b.hold(t, 1, send, photosOf(4<<20))()
		})
	}
	b.requireNothingHeld(t)
}

// A body of unknown length counts as it is read.
func TestPhotosOfUnknownLength(t *testing.T) {
	const bound = 1 << 20
	b := startBusy(t, admission.Limits{MaxPhotoBytes: bound})
	chunked := func(t *testing.T, size int) *reply {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+b.restAddress+tokensPath,
			struct{ *strings.Reader }{strings.NewReader(bodyOf(size))})
		require.NoError(t, err)
		require.Zero(t, request.ContentLength)
		request.Header.Set("Content-Type", "application/json")
		answer, err := b.client.Do(request) //nolint:bodyclose // readReply closes it
		require.NoError(t, err)
		return readReply(t, answer)
	}
	send := func(t *testing.T, _ *livenessv1.IssueLivenessTokenRequest) *reply {
		t.Helper()
		return chunked(t, bound*3/4)
	}
	release := b.hold(t, 1, send, nil)
	_, held := b.admission.InFlight()
	require.Equal(t, int64(bound*3/4), held)
	b.requireShed(t, chunked(t, bound/2), "too many photos at once")
	release()
	b.hold(t, 1, send, nil)()
	b.requireNothingHeld(t)
}
