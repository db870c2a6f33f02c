package server_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

func target(product, account string) *route.Target {
	return &route.Target{Product: &providers.Product{ID: product}, Account: account, Region: "cn"}
}

// failed returns an issuer whose call failed with the error of its last attempt.
func failed(outcome *routing.Outcome) issuer {
	return func(context.Context, *routing.Query) (*routing.Outcome, error) {
		return outcome, outcome.Attempts[len(outcome.Attempts)-1].Err
	}
}

func TestFailureTellsWhatWasTried(t *testing.T) {
	busy := &providers.Error{
		Reason: providers.VendorConcurrencyLimited,
		Exchange: providers.Exchange{
			Reference: "order-1", RequestID: "1700000000,abc", Code: "CONCURRENCY_LIMIT_EXCEEDED", HTTPStatus: 403,
			ProcessingTime: 4 * time.Millisecond, Billed: providers.BilledNo, Text: "text for the log",
		},
		Cause: fmt.Errorf("cause for the log"),
	}
	g := start(t, failed(&routing.Outcome{
		Attempts: []routing.Attempt{{
			Target: target("acme.page", "acme-cn"), Kind: routing.First, Reason: busy.Reason,
			Duration: 70 * time.Millisecond, Exchange: busy.Exchange, Err: busy,
		}},
		Unavailable: []route.Unavailable{
			{Target: target("acme.page", "acme-old"), Why: route.OutOfService},
			{Target: target("acme.page", "acme-sgp"), Why: guard.BreakerOpen, RetryAt: time.Unix(1_700_000_000, 0)},
		},
		RuledOut: []route.RuledOut{{
			Target: target("acme.app", "acme-sgp"),
			Violations: []providers.Violation{
				{Path: "callback.return_url", Reason: providers.NoEligibleProduct, Description: "not supported"},
				{Path: "comparison.photos[1]", Reason: providers.PhotoTooLarge, Description: "at most 2 MB"},
			},
		}},
	}))
	returnURL := map[call.Transport]string{call.GRPC: "callback.return_url", call.REST: "callback.returnUrl"}
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			r := send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_HOSTED_PAGE})
			d := requireFailure(t, r)
			require.Equal(t, map[string]string{
				"product": "acme.page", "vendorCode": "CONCURRENCY_LIMIT_EXCEEDED",
				"vendorHttpStatus": "403", "vendorRequestId": "1700000000,abc",
			}, d.info.GetMetadata())
			require.Empty(t, cmp.Diff(&livenessv1.IssueFailure{
				Attempts: []*livenessv1.Attempt{{
					Product: "acme.page", Account: "acme-cn", Region: "cn", Reason: "VENDOR_CONCURRENCY_LIMITED",
					Duration: durationpb.New(70 * time.Millisecond), VendorReference: "order-1", VendorRequestId: "1700000000,abc",
					VendorCode: "CONCURRENCY_LIMIT_EXCEEDED", VendorHttpStatus: 403,
					ProcessingTime: durationpb.New(4 * time.Millisecond), Billed: livenessv1.Billed_BILLED_NO,
				}},
				Unavailable: []*livenessv1.UnavailableTarget{
					{Product: "acme.page", Account: "acme-old", Why: "out_of_service"},
					{Product: "acme.page", Account: "acme-sgp", Why: "breaker_open", RetryTime: &timestamppb.Timestamp{Seconds: 1_700_000_000}},
				},
				RuledOut: []*livenessv1.RuledOut{{
					Product: "acme.app", Account: "acme-sgp",
					Violations: []*livenessv1.FieldViolation{
						{Field: returnURL[r.transport], Description: "not supported", Reason: "NO_ELIGIBLE_PRODUCT"},
						{Field: "comparison.photos[1]", Description: "at most 2 MB", Reason: "PHOTO_TOO_LARGE"},
					},
				}},
			}, d.failure, protocmp.Transform()))
			for _, text := range []string{"text for the log", "cause for the log"} {
				require.NotContains(t, r.status.String(), text)
				require.NotContains(t, r.body, text)
			}
		})
	}
}

func TestFailureInOurWords(t *testing.T) {
	g := start(t, fails(&providers.Error{Reason: providers.DeadlineTooShort, Message: "a call needs at least 100 ms"}))
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			r := send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
			require.Contains(t, r.status.GetMessage(), ": a call needs at least 100 ms")
			require.Empty(t, requireFailure(t, r).info.GetMetadata())
		})
	}
}

// The message is all that many clients show: it names the first field and says what is
// wrong with it.
func TestMessageNamesTheFieldAndTheCure(t *testing.T) {
	g := start(t, fails(&providers.Error{Reason: providers.IdentityNumberInvalid, Violations: []providers.Violation{
		{Path: "comparison.identity_document.number", Reason: providers.IdentityNumberInvalid, Description: "must have 18 digits"},
		{Path: "subject_id", Reason: providers.ArgumentRejected, Description: "at most 128 bytes"},
	}}))
	field := map[call.Transport]string{
		call.GRPC: "comparison.identity_document.number", call.REST: "comparison.identityDocument.number",
	}
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			r := send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
			require.Equal(t, "the identity document's number is not valid: "+field[r.transport]+": must have 18 digits (and 1 more)",
				r.status.GetMessage())
			for _, v := range requireFailure(t, r).badRequest.GetFieldViolations() {
				require.Equal(t, "IDENTITY_NUMBER_INVALID", v.GetReason())
			}
		})
	}
}

// TestDetailsStayWithinTheTrailer gives far more than 4 KiB can hold; requireFailure
// checks the size and that no detail is missing.
func TestDetailsStayWithinTheTrailer(t *testing.T) {
	long := strings.Repeat("long ", 60)
	refused := &providers.Error{Reason: providers.NoEligibleProduct}
	for i := range 40 {
		refused.Violations = append(refused.Violations, providers.Violation{
			Path: providers.PhotoPath(i + 1), Reason: providers.NoEligibleProduct, Description: long,
		})
	}
	outcome := &routing.Outcome{Attempts: []routing.Attempt{{
		Target: target("acme.page", "acme-cn"), Kind: routing.First, Reason: refused.Reason, Err: refused,
	}}}
	for i := range 500 {
		outcome.RuledOut = append(outcome.RuledOut, route.RuledOut{
			Target: target("acme.page", fmt.Sprint("account-", i)), Violations: refused.Violations[:3],
		})
	}
	g := start(t, failed(outcome))
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			d := requireFailure(t, send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}))
			require.NotEmpty(t, d.fields(), "BadRequest")
			require.Equal(t, "comparison.photos[0]", d.fields()[0])
		})
	}
}

// What is wrong with fields, however long it is, leaves room for what was tried and when to
// come again.
func TestViolationsLeaveRoomForTheRest(t *testing.T) {
	for _, length := range []int{20, 100, 150, 180, 200, 250, 300, 400, 800, 2500} {
		refused := &providers.Error{Reason: providers.NoTargetAvailable}
		for i := range 16 {
			refused.Violations = append(refused.Violations, providers.Violation{
				Path: providers.PhotoPath(i + 1), Reason: providers.PhotoTooLarge, Description: strings.Repeat("d", length),
			})
		}
		outcome := &routing.Outcome{RetryAfter: 3 * time.Second, Attempts: []routing.Attempt{{
			Target: target("acme.page", "acme-cn"), Kind: routing.First, Reason: refused.Reason, Duration: time.Second, Err: refused,
		}}}
		for i := range 500 {
			outcome.Unavailable = append(outcome.Unavailable, route.Unavailable{Target: target("a.b", fmt.Sprint(i)), Why: guard.BreakerOpen})
			outcome.RuledOut = append(outcome.RuledOut, route.RuledOut{Target: target("a.b", fmt.Sprint(i))})
		}
		g := start(t, failed(outcome))
		for transport, send := range g.transports() {
			t.Run(fmt.Sprint(transport, " ", length), func(t *testing.T) {
				d := requireFailure(t, send(t, small()))
				require.Equal(t, int64(3), d.retry.GetRetryDelay().GetSeconds())
				require.Len(t, d.failure.GetAttempts(), 1)
				require.Equal(t, "acme-cn", d.failure.GetAttempts()[0].GetAccount())
				require.True(t, length > 2000 || len(d.fields()) > 0, "what is wrong with the first field")
			})
		}
	}
}

func TestRuledOutTargetsFillWhatRoomThereIs(t *testing.T) {
	refused := &providers.Error{Reason: providers.NoEligibleProduct, Violations: []providers.Violation{
		{Path: "detection", Reason: providers.NoEligibleProduct, Description: "not supported"},
	}}
	outcome := &routing.Outcome{}
	for i := range 500 {
		outcome.RuledOut = append(outcome.RuledOut, route.RuledOut{
			Target:     target("acme.page", fmt.Sprintf("account-%03d-%s", i, strings.Repeat("n", 200))),
			Violations: refused.Violations,
		})
	}
	g := start(t, func(context.Context, *routing.Query) (*routing.Outcome, error) { return outcome, refused })
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			d := requireFailure(t, send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}))
			require.Equal(t, []string{"detection"}, d.fields())
			require.GreaterOrEqual(t, len(d.failure.GetRuledOut()), 8, "of 270 bytes each, with the trailers as they are sent within 4 KiB")
			for i, out := range d.failure.GetRuledOut() {
				require.Contains(t, out.GetAccount(), fmt.Sprintf("account-%03d-", i), "the first ones, in order")
			}
		})
	}
}
