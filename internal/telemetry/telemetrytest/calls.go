// Package telemetrytest has calls of each kind, for the tests of those who observe them.
package telemetrytest

import (
	"errors"
	"time"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Target returns a target of a product of the vendor acme.
func Target(product, account string) *route.Target {
	return &route.Target{Provider: "acme", Product: &providers.Product{ID: product}, Account: account, Region: "cn"}
}

const method = "liveness.v1.LivenessService/IssueLivenessToken"

// IssuedCall is issued by the second target, after the first may have issued one too.
// Half a millisecond of it is the gateway's own.
func IssuedCall() *call.Call {
	slow := &providers.Error{Reason: providers.VendorTimeout, Ambiguous: true, Cause: errors.New("deadline exceeded")}
	return &call.Call{
		Transport: call.GRPC, Method: method, RequestID: "R1", Caller: &callers.Caller{Name: "bank"}, Flow: providers.FlowAppSDK, Duration: 3120500 * time.Microsecond,
		Outcome: routing.Outcome{Attempts: []routing.Attempt{
			{Target: Target("acme.app", "acme-sgp"), Kind: routing.First, Reason: slow.Reason, Duration: 3 * time.Second, Err: slow},
			{
				Target: Target("acme.app", "acme-cn"), Kind: routing.Failover, Reason: providers.OK,
				Duration: 120 * time.Millisecond,
				Exchange: providers.Exchange{Reference: "B1", RequestID: "V1", HTTPStatus: 200, Billed: providers.BilledYes},
			},
		}},
	}
}

// RefusedCall is refused by a vendor with a code that it does not document.
func RefusedCall() *call.Call {
	err := &providers.Error{
		Reason: providers.VendorErrorUnrecognized,
		Exchange: providers.Exchange{
			RequestID: "V2", Code: "NO_SUCH_CODE", HTTPStatus: 400, Text: "the vendor's words",
		},
	}
	return &call.Call{
		Transport: call.REST, Method: method, Route: "/v1/liveness-tokens", RequestID: "R2", Flow: providers.FlowHostedPage, Duration: 71 * time.Millisecond, Err: err,
		Outcome: routing.Outcome{Attempts: []routing.Attempt{{
			Target: Target("acme.page", "acme-cn"), Kind: routing.First, Reason: err.Reason,
			Duration: 70 * time.Millisecond, Exchange: err.Exchange, Err: err,
		}}},
	}
}

// InvalidCall is refused before its flow is known.
func InvalidCall() *call.Call {
	return &call.Call{
		Transport: call.REST, Method: method, Route: "/v1/liveness-tokens", RequestID: "R3", Duration: 2 * time.Millisecond,
		Err: &providers.Error{Reason: providers.InvalidRequest, Message: "words for the caller"},
	}
}

// BrokenCall ends by a bug of the gateway.
func BrokenCall() *call.Call {
	return &call.Call{
		Transport: call.GRPC, Method: method, RequestID: "R4", Flow: providers.FlowJSSDK, Duration: 2 * time.Millisecond,
		Err: &providers.Error{Reason: providers.Internal, Cause: errors.New("panic: string\nstack")},
	}
}

// UnavailableCall is tried twice on one target and once on another, after a backoff, while
// a third was unavailable.
func UnavailableCall() *call.Call {
	down := &providers.Error{Reason: providers.VendorInternalError}
	first := Target("acme.app", "acme-cn")
	first.Credentials = []string{"main", "spare"}
	failed := routing.Attempt{Target: first, Kind: routing.First, Credential: 1, Reason: down.Reason, Duration: 10 * time.Millisecond, Err: down}
	retried, probed := failed, failed
	retried.Kind = routing.Retry
	probed.Kind, probed.Target, probed.Credential = routing.Probe, Target("acme.app", "acme-sgp"), 0
	return &call.Call{
		Transport: call.GRPC, Method: method, RequestID: "R5", Flow: providers.FlowSpokenDigits, Duration: 80500 * time.Microsecond, Err: down,
		Outcome: routing.Outcome{
			Attempts:    []routing.Attempt{failed, retried, probed},
			Unavailable: []route.Unavailable{{Target: Target("acme.app", "acme-old"), Why: route.OutOfService}},
			Waited:      50 * time.Millisecond,
		},
	}
}
