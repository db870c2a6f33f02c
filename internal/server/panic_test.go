package server_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

const marker = "MARKER-OF-A-USER"

// panicsWith is named so that its stack can be recognised.
func panicsWith(value any) issuer {
	return func(context.Context, *routing.Query) (*routing.Outcome, error) { panic(value) }
}

func indexesBeyond(_ context.Context, query *routing.Query) (*routing.Outcome, error) {
	return &routing.Outcome{Attempts: make([]routing.Attempt, 1)[len(query.Regions)+2:]}, nil
}

func TestPanic(t *testing.T) {
	for name, c := range map[string]struct {
		issuer issuer
		cause  string
	}{
		"text":           {panicsWith(marker), "panic: string\n"},
		"an error":       {panicsWith(errors.New(marker)), "panic: *errors.errorString\n"},
		"a struct":       {panicsWith(struct{ Name string }{marker}), "panic: struct { Name string }\n"},
		"the runtime's":  {indexesBeyond, "panic: runtime error: slice bounds out of range [N:N]\n"},
		"no attempt":     {fails(nil), "panic: runtime error: invalid memory address or nil pointer dereference\n"},
		"an error of us": {panicsWith(&providers.Error{Reason: providers.VendorTimeout, Message: marker}), "panic: *providers.Error\n"},
	} {
		t.Run(name, func(t *testing.T) {
			g := start(t, c.issuer)
			for transport, send := range g.transports() {
				t.Run(transport, func(t *testing.T) {
					r := send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK, SubjectId: marker})
					d := requireFailure(t, r)
					require.Equal(t, codes.Internal, r.code())
					require.Equal(t, "internal error", r.status.GetMessage())
					require.Equal(t, "INTERNAL", d.info.GetReason())
					require.NotContains(t, r.status.String(), marker)

					o := <-g.calls
					require.Equal(t, providers.Internal, o.Reason)
					require.Equal(t, 500, o.HTTPStatus)
					require.Equal(t, r.requestID, o.RequestID)
					require.Contains(t, o.Cause.Error(), c.cause)
					require.Contains(t, o.Cause.Error(), "internal/service.", "the stack")
					require.NotContains(t, o.Cause.Error(), marker)
				})
			}
		})
	}
}

// TestPanicEndsOneCallOnly sends a second call down the connection of the first.
func TestPanicEndsOneCallOnly(t *testing.T) {
	first := true
	g := start(t, func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		if first {
			panic(marker)
		}
		return issues(ctx, query)
	})
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			request := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}
			first = true
			require.Equal(t, codes.Internal, send(t, request).code())
			first = false
			require.Equal(t, "token", send(t, request).response.GetToken())
		})
	}
}
