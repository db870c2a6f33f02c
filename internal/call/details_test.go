package call

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Whatever a call fails of, its trailers fit a proxy's buffer, and what matters most is in
// them.
func TestTrailersFit(t *testing.T) {
	for _, n := range []int{0, 1, 3, 16, 60, 10_000} {
		for _, text := range []string{"", "too long", strings.Repeat("x", 5000), strings.Repeat("张", 2000), strings.Repeat("%", 600)} {
			c := crowded(n, text)
			status := StatusOf(c)
			encoded, err := proto.Marshal(status)
			require.NoError(t, err)
			trailers := base64.RawStdEncoding.EncodedLen(len(encoded)) + trailerOverhead + percentEncoded(status.GetMessage())
			require.LessOrEqual(t, trailers, 4096)
			require.True(t, utf8.ValidString(status.GetMessage()))

			kinds := make([]string, 0, len(status.GetDetails()))
			for _, detail := range status.GetDetails() {
				kinds = append(kinds, string(detail.MessageName()))
			}
			require.Subset(t, kinds, []string{
				string((&errdetails.ErrorInfo{}).ProtoReflect().Descriptor().FullName()),
				string((&errdetails.RequestInfo{}).ProtoReflect().Descriptor().FullName()),
				string((&errdetails.RetryInfo{}).ProtoReflect().Descriptor().FullName()),
				string((&livenessv1.IssueFailure{}).ProtoReflect().Descriptor().FullName()),
			}, "%d of %q", n, text)
		}
	}
}

// crowded is a failed call with n of everything that its details list.
func crowded(n int, text string) *Call {
	c := New(GRPC)
	c.Err = &providers.Error{
		Reason: providers.NoTargetAvailable, Message: text,
		Exchange: providers.Exchange{Code: strings.Repeat("C", 128), RequestID: strings.Repeat("R", 128), HTTPStatus: 503},
	}
	for i := range n {
		target := &route.Target{Product: &providers.Product{ID: fmt.Sprintf("acme.product-%d", i)}, Account: strings.Repeat("a", 64)}
		c.Err.Violations = append(c.Err.Violations, providers.Violation{Path: "comparison.photos", Description: "at most 19 MB together"})
		c.Outcome.Unavailable = append(c.Outcome.Unavailable, route.Unavailable{Target: target, Why: "out_of_service"})
		c.Outcome.RuledOut = append(c.Outcome.RuledOut, route.RuledOut{Target: target, Violations: c.Err.Violations[:1]})
		if i < 6 {
			c.Outcome.Attempts = append(c.Outcome.Attempts, routing.Attempt{Target: target, Reason: providers.VendorTimeout, Err: c.Err})
		}
	}
	return c
}

func percentEncoded(text string) (n int) {
	for _, b := range []byte(text) {
		if b < ' ' || b > '~' || b == '%' {
			n += 2
		}
		n++
	}
	return n
}
