package server_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// statuses is the table of docs/design.md, section 4. METHOD_UNKNOWN as 405 and 415 is
// in rest_test.go, ARGUMENT_REJECTED of a caller's field below.
var statuses = map[providers.Reason]struct {
	code codes.Code
	http int
}{
	"OK": {codes.OK, 200},

	"INVALID_REQUEST":              {codes.InvalidArgument, 400},
	"ARGUMENT_REJECTED":            {codes.Internal, 502},
	"PHOTO_UNREADABLE":             {codes.InvalidArgument, 400},
	"PHOTO_TOO_LARGE":              {codes.InvalidArgument, 400},
	"NO_FACE_FOUND":                {codes.InvalidArgument, 400},
	"MULTIPLE_FACES":               {codes.InvalidArgument, 400},
	"PHOTO_LOW_QUALITY":            {codes.InvalidArgument, 400},
	"REQUEST_TOO_LARGE":            {codes.InvalidArgument, 413},
	"IDENTITY_NAME_INVALID":        {codes.InvalidArgument, 400},
	"IDENTITY_NUMBER_INVALID":      {codes.InvalidArgument, 400},
	"COMPARISON_ATTEMPTS_EXCEEDED": {codes.FailedPrecondition, 400},
	"NO_ELIGIBLE_PRODUCT":          {codes.FailedPrecondition, 400},

	"CALLER_UNAUTHENTICATED":      {codes.Unauthenticated, 401},
	"CALLER_NOT_ALLOWED":          {codes.PermissionDenied, 403},
	"CALLBACK_NOT_ALLOWED":        {codes.PermissionDenied, 403},
	"CALLER_QUOTA_EXCEEDED":       {codes.ResourceExhausted, 429},
	"IDEMPOTENCY_KEY_REUSED":      {codes.InvalidArgument, 422},
	"IDEMPOTENCY_KEY_IN_PROGRESS": {codes.Aborted, 409},
	"IDEMPOTENCY_UNAVAILABLE":     {codes.Unavailable, 503},
	"CALLER_CANCELLED":            {codes.Canceled, 499},
	"DEADLINE_TOO_SHORT":          {codes.DeadlineExceeded, 504},

	"VENDOR_TIMEOUT":              {codes.DeadlineExceeded, 504},
	"VENDOR_CONNECTION_LOST":      {codes.Unavailable, 503},
	"VENDOR_UNREACHABLE":          {codes.Unavailable, 503},
	"VENDOR_INTERNAL_ERROR":       {codes.Unavailable, 503},
	"VENDOR_CONCURRENCY_LIMITED":  {codes.Unavailable, 503},
	"VENDOR_RATE_LIMITED":         {codes.Unavailable, 503},
	"VENDOR_SIGNATURE_EXPIRED":    {codes.Unavailable, 503},
	"VENDOR_CREDENTIALS_REJECTED": {codes.Internal, 502},
	"VENDOR_ACCOUNT_DISABLED":     {codes.Internal, 502},
	"VENDOR_ACCOUNT_EXPIRED":      {codes.Internal, 502},
	"VENDOR_IP_NOT_ALLOWED":       {codes.Internal, 502},
	"VENDOR_QUOTA_EXHAUSTED":      {codes.Internal, 502},
	"VENDOR_PERMISSION_DENIED":    {codes.Internal, 502},
	"VENDOR_ENDPOINT_NOT_FOUND":   {codes.Internal, 502},
	"VENDOR_RESPONSE_INVALID":     {codes.Internal, 502},
	"VENDOR_ERROR_UNRECOGNIZED":   {codes.Internal, 502},

	"NO_TARGET_AVAILABLE": {codes.Unavailable, 503},
	"OVERLOADED":          {codes.Unavailable, 503},
	"METHOD_UNKNOWN":      {codes.Unimplemented, 404},
	"INTERNAL":            {codes.Internal, 500},
}

// mayBeSentAgain is the design's sentence: the same message may be sent again after
// 503, 429 and IDEMPOTENCY_KEY_IN_PROGRESS; after nothing else.
func mayBeSentAgain(reason providers.Reason) bool {
	status := statuses[reason].http
	return status == 503 || status == 429 || reason == "IDEMPOTENCY_KEY_IN_PROGRESS"
}

func TestReasonsAreThoseOfTheContract(t *testing.T) {
	var contract, table []string
	for number, name := range livenessv1.Reason_name {
		if number != int32(livenessv1.Reason_REASON_UNSPECIFIED) {
			contract = append(contract, name)
		}
	}
	for reason := range statuses {
		table = append(table, string(reason))
	}
	require.ElementsMatch(t, contract, constantsOfTypeReason(t))
	require.ElementsMatch(t, contract, table, "the table of this test")
}

// constantsOfTypeReason reads the values of the constants from the source: a running
// program cannot list them.
func constantsOfTypeReason(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../providers/reason.go", nil, 0)
	require.NoError(t, err)
	var values []string
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		name, ok := spec.Type.(*ast.Ident)
		require.True(t, ok && name.Name == "Reason", "a constant without the type: %v", spec.Names)
		for _, value := range spec.Values {
			unquoted, err := strconv.Unquote(value.(*ast.BasicLit).Value)
			require.NoError(t, err)
			values = append(values, unquoted)
		}
		return false
	})
	return values
}

func TestEveryReasonOverBothTransports(t *testing.T) {
	var failure error
	g := start(t, func(context.Context, *routing.Query) (*routing.Outcome, error) {
		return &routing.Outcome{}, failure
	})
	for reason, want := range statuses {
		if reason == providers.OK {
			continue
		}
		t.Run(string(reason), func(t *testing.T) {
			failure = &providers.Error{Reason: reason}
			for transport, send := range g.transports() {
				t.Run(transport, func(t *testing.T) {
					r := send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
					d := requireFailure(t, r)
					require.Equal(t, want.code, r.code())
					require.Equal(t, string(reason), d.info.GetReason())
					require.NotEmpty(t, r.status.GetMessage())
					require.Equal(t, mayBeSentAgain(reason), d.retry != nil, "RetryInfo")
					require.Nil(t, d.badRequest)
					if r.transport == call.REST {
						require.Equal(t, want.http, r.httpStatus)
					}
					o := <-g.calls
					require.Equal(t, reason, o.Reason)
					require.Equal(t, want.http, o.HTTPStatus)
				})
			}
		})
	}
}

func TestArgumentRejectedIsTheCallersIfAFieldIsNamed(t *testing.T) {
	g := start(t, fails(&providers.Error{
		Reason: providers.ArgumentRejected,
		Violations: []providers.Violation{{
			Path: providers.PhotoPath(2), Reason: providers.ArgumentRejected, Description: "not taken by the vendor",
		}},
	}))
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			r := send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
			d := requireFailure(t, r)
			require.Equal(t, codes.InvalidArgument, r.code())
			require.Equal(t, "ARGUMENT_REJECTED", d.info.GetReason())
			require.Equal(t, []string{"comparison.photos[1]"}, d.fields())
			require.Equal(t, "ARGUMENT_REJECTED", d.badRequest.GetFieldViolations()[0].GetReason())
			require.Nil(t, d.retry)
			require.Equal(t, 400, (<-g.calls).HTTPStatus)
			if r.transport == call.REST {
				require.Equal(t, 400, r.httpStatus)
			}
		})
	}
}

func TestFaultsOfOursSayNothing(t *testing.T) {
	for name, err := range map[string]error{
		"a foreign error": errors.New("connect to 10.0.0.7: refused"),
		"our own":         &providers.Error{Reason: providers.Internal, Message: "words of its own", Cause: io.EOF},
	} {
		t.Run(name, func(t *testing.T) {
			g := start(t, fails(err))
			for transport, send := range g.transports() {
				t.Run(transport, func(t *testing.T) {
					r := send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
					d := requireFailure(t, r)
					require.Equal(t, codes.Internal, r.code())
					require.Equal(t, "internal error", r.status.GetMessage())
					require.Equal(t, "INTERNAL", d.info.GetReason())
					require.Equal(t, 500, (<-g.calls).HTTPStatus)
				})
			}
		})
	}
}
