package server_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// keyed is a request with every field and that key.
func keyed(t *testing.T, key string) *livenessv1.IssueLivenessTokenRequest {
	t.Helper()
	request := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, protojson.Unmarshal([]byte(everyField), request))
	request.IdempotencyKey = key
	return request
}

// counted is an issuer and the times that it was called.
func counted(calls *int, i issuer) issuer {
	return func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		*calls++
		return i(ctx, query)
	}
}

func issuesAll(context.Context, *routing.Query) (*routing.Outcome, error) { return issued(), nil }

// The second answer is the first, but for the id of its own request.
func TestARepeatedCallIsReplayed(t *testing.T) {
	for _, first := range []string{"grpc", "rest"} {
		for _, second := range []string{"grpc", "rest"} {
			t.Run(first+" then "+second, func(t *testing.T) {
				calls, photos := 0, 0
				g := start(t, counted(&calls, func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
					photos = len(query.Request.Photos)
					return issuesAll(ctx, query)
				}))
				request := keyed(t, "key-1")
				request.Reference = ""
				one := g.transports()[first](t, request)
				require.Equal(t, observed{
					Transport: one.transport, RequestID: one.requestID, Flow: providers.FlowJSSDK,
					Reason: providers.OK, HTTPStatus: 200, Idempotency: idempotency.Issued, Attempts: 2,
				}, <-g.calls)
				require.Equal(t, 2, photos)
				require.False(t, one.response.GetReplayed())
				require.Equal(t, "made-for-the-vendor", one.response.GetReference())

				two := g.transports()[second](t, request)
				require.Equal(t, observed{
					Transport: two.transport, RequestID: two.requestID, Flow: providers.FlowJSSDK,
					Reason: providers.OK, HTTPStatus: 200, Idempotency: idempotency.Replayed,
				}, <-g.calls, "its attempts are not counted again")
				want := proto.CloneOf(one.response)
				want.Replayed, want.RequestId = true, two.requestID
				require.Empty(t, cmp.Diff(want, two.response, protocmp.Transform()))
				require.NotEqual(t, one.requestID, two.requestID)
				require.Equal(t, 1, calls)
			})
		}
	}
}

// A message is another as soon as one field is.
// Products and regions are sets: in which order they are named, and how often, makes no
// other message.
func TestSetsUnderAKey(t *testing.T) {
	g := start(t, issuesAll)
	named := func(products, regions []string) *livenessv1.IssueLivenessTokenRequest {
		request := keyed(t, "key-1")
		request.AcceptedProducts, request.Regions = products, regions
		return request
	}
	require.NotNil(t, g.overGRPC(t, named([]string{"acme.a", "acme.b"}, []string{"cn", "sgp"})).response)
	for transport, send := range g.transports() {
		for _, request := range []*livenessv1.IssueLivenessTokenRequest{
			named([]string{"acme.b", "acme.a"}, []string{"sgp", "cn"}),
			named([]string{"acme.b", "acme.a", "acme.b"}, []string{"sgp", "cn", "cn"}),
		} {
			require.True(t, send(t, request).response.GetReplayed(), transport)
		}
		d := requireFailure(t, send(t, named([]string{"acme.a", "acme.b", "acme.c"}, []string{"cn", "sgp"})))
		require.Equal(t, "IDEMPOTENCY_KEY_REUSED", d.info.GetReason())
	}
}

func TestAKeyWithAnotherMessage(t *testing.T) {
	changes := map[string]func(*livenessv1.IssueLivenessTokenRequest){
		"reference": func(r *livenessv1.IssueLivenessTokenRequest) { r.Reference = "order-2" },
		"a photo less": func(r *livenessv1.IssueLivenessTokenRequest) {
			r.GetComparison().Photos = r.GetComparison().GetPhotos()[:1]
		},
		"a photo": func(r *livenessv1.IssueLivenessTokenRequest) { r.GetComparison().GetPhotos()[1].Content[0]++ },
		"an optional comparison": func(r *livenessv1.IssueLivenessTokenRequest) {
			r.GetComparison().Optional = !r.GetComparison().GetOptional()
		},
		"absent":         func(r *livenessv1.IssueLivenessTokenRequest) { r.GetCapture().ScreenReplayCheck = nil },
		"a product less": func(r *livenessv1.IssueLivenessTokenRequest) { r.AcceptedProducts = r.GetAcceptedProducts()[:1] },
	}
	g := start(t, issuesAll)
	require.NotNil(t, g.overGRPC(t, keyed(t, "key-1")).response)
	for name, change := range changes {
		for transport, send := range g.transports() {
			t.Run(name+" over "+transport, func(t *testing.T) {
				request := keyed(t, "key-1")
				change(request)
				r := send(t, request)
				d := requireFailure(t, r)
				require.Equal(t, codes.InvalidArgument, r.code())
				require.Equal(t, "IDEMPOTENCY_KEY_REUSED", d.info.GetReason())
				require.Equal(t, []string{map[call.Transport]string{
					call.GRPC: "idempotency_key", call.REST: "idempotencyKey",
				}[r.transport]}, d.fields())
				require.Nil(t, d.retry)
				if r.transport == call.REST {
					require.Equal(t, 422, r.httpStatus)
				}
			})
		}
	}
}

func TestAFailedCallFreesItsKey(t *testing.T) {
	for name, i := range map[string]issuer{
		"refused":  fails(&providers.Error{Reason: providers.VendorTimeout}),
		"a panic":  panicsWith(marker),
		"an error": fails(errors.New("of no known kind")),
	} {
		var next issuer
		g := start(t, func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) { return next(ctx, query) })
		for transport, send := range g.transports() {
			t.Run(name+" over "+transport, func(t *testing.T) {
				request := keyed(t, "key-"+transport)
				next = i
				require.NotNil(t, send(t, request).status)
				require.Equal(t, idempotency.Failed, (<-g.calls).Idempotency)
				next = issuesAll
				request.Reference = "order-2"
				require.NotNil(t, send(t, request).response, "the key is free for any message")
				require.Equal(t, idempotency.Issued, (<-g.calls).Idempotency)
			})
		}
	}
}

func TestAPanicUnderAKey(t *testing.T) {
	g := start(t, panicsWith(marker))
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			d := requireFailure(t, send(t, keyed(t, "key-1")))
			require.Equal(t, "INTERNAL", d.info.GetReason())
			o := <-g.calls
			require.Contains(t, o.Cause.Error(), "panic: string\n")
			require.Contains(t, o.Cause.Error(), "internal/service.", "the stack")
			require.NotContains(t, o.Cause.Error(), marker)
		})
	}
}

func TestAKeyInProgressElsewhere(t *testing.T) {
	release := make(chan struct{})
	store := idempotency.NewMemory(1000, 1<<30)
	called := make(chan struct{})
	elsewhere := startKeeping(t, func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		close(called)
		<-release
		return issues(ctx, query)
	}, newKeeperOf(t, store), admission.Limits{})
	answered := make(chan *reply)
	request := keyed(t, "key-1")
	go func() { answered <- elsewhere.overGRPC(t, request) }()
	<-called

	g := startKeeping(t, issues, newKeeperOf(t, store), admission.Limits{})
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			r := send(t, request)
			d := requireFailure(t, r)
			require.Equal(t, codes.Aborted, r.code())
			require.Equal(t, "IDEMPOTENCY_KEY_IN_PROGRESS", d.info.GetReason())
			require.NotNil(t, d.retry)
			if r.transport == call.REST {
				require.Equal(t, 409, r.httpStatus)
			}
			require.Equal(t, idempotency.InProgress, (<-g.calls).Idempotency)
		})
	}
	close(release)
	require.Equal(t, "token", (<-answered).response.GetToken())
	require.True(t, g.overGRPC(t, keyed(t, "key-1")).response.GetReplayed())
}

// Without room for keys, calls without a key go on.
func TestNoRoomForKeys(t *testing.T) {
	g := startKeeping(t, issues, newKeeperOf(t, idempotency.NewMemory(0, 0)), admission.Limits{})
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			r := send(t, keyed(t, "key-1"))
			d := requireFailure(t, r)
			require.Equal(t, codes.Unavailable, r.code())
			require.Equal(t, "IDEMPOTENCY_UNAVAILABLE", d.info.GetReason())
			require.NotNil(t, d.retry)
			o := <-g.calls
			require.Equal(t, idempotency.Unavailable, o.Idempotency)
			require.ErrorIs(t, o.Cause, idempotency.ErrFull)

			require.NotNil(t, send(t, keyed(t, "")).response)
			require.Empty(t, (<-g.calls).Idempotency)
		})
	}
}
