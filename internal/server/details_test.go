package server_test

import (
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
)

// details are those of a failed call; nil is one that was not there.
type details struct {
	info       *errdetails.ErrorInfo
	request    *errdetails.RequestInfo
	retry      *errdetails.RetryInfo
	badRequest *errdetails.BadRequest
	failure    *livenessv1.IssueFailure
}

// requireFailure checks what holds of every failed call, and returns its details.
func requireFailure(t *testing.T, r *reply) details {
	t.Helper()
	require.NotNil(t, r.status, "the call did not fail with a status: %s", r.body)
	var d details
	size := 0
	for _, packed := range r.status.GetDetails() {
		size += proto.Size(packed)
		detail, err := packed.UnmarshalNew()
		require.NoError(t, err)
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			once(t, &d.info, detail)
		case *errdetails.RequestInfo:
			once(t, &d.request, detail)
		case *errdetails.RetryInfo:
			once(t, &d.retry, detail)
		case *errdetails.BadRequest:
			once(t, &d.badRequest, detail)
		case *livenessv1.IssueFailure:
			once(t, &d.failure, detail)
		default:
			require.Fail(t, "unexpected detail", "%T", detail)
		}
	}
	require.LessOrEqual(t, size, 4096, "encoded details")
	require.NotNil(t, d.info, "ErrorInfo")
	require.Equal(t, "liveness-gateway", d.info.GetDomain())
	require.NotNil(t, d.request, "RequestInfo")
	require.NotEmpty(t, r.requestID, "header x-request-id")
	require.Equal(t, r.requestID, d.request.GetRequestId())
	require.NotNil(t, d.failure, "IssueFailure")
	requireRetryAdvice(t, r, d)
	return d
}

// requireRetryAdvice checks that a reply says the same of waiting wherever it says it.
func requireRetryAdvice(t *testing.T, r *reply, d details) {
	t.Helper()
	want := map[call.Transport]string{call.GRPC: "-1", call.REST: ""}
	if d.retry != nil {
		delay := d.retry.GetRetryDelay().AsDuration()
		require.Positive(t, delay)
		want = map[call.Transport]string{call.GRPC: roundedUp(delay, time.Millisecond), call.REST: roundedUp(delay, time.Second)}
	}
	if r.transport == call.GRPC {
		require.Equal(t, want[call.GRPC], r.pushback, "grpc-retry-pushback-ms")
	} else {
		require.Equal(t, want[call.REST], r.header.Get("Retry-After"), "Retry-After")
	}
}

// roundedUp returns the fewest units that are no shorter than the delay: who comes earlier is
// refused again.
func roundedUp(delay, unit time.Duration) string {
	return strconv.FormatFloat(math.Ceil(float64(delay)/float64(unit)), 'f', -1, 64)
}

func once[T any](t *testing.T, place **T, detail *T) {
	t.Helper()
	require.Nil(t, *place, "%T is there twice", detail)
	*place = detail
}

// fields returns the paths of the fields at fault.
func (d *details) fields() []string {
	var paths []string
	for _, v := range d.badRequest.GetFieldViolations() {
		paths = append(paths, v.GetField())
	}
	return paths
}

// descriptions returns what is wrong with the fields at fault.
func (d *details) descriptions() string {
	text := ""
	for _, v := range d.badRequest.GetFieldViolations() {
		text += v.GetDescription() + "\n"
	}
	return text
}
