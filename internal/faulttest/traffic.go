package faulttest

import (
	"time"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

const (
	randomNumber = "megvii.random-number"
	appV5        = "megvii.app-v5"
	linkfaceApp  = "linkface.app"
)

// minDeadline is what the contract refuses a call below.
const minDeadline = 100 * time.Millisecond

// traffic is one kind of calls and its part of them all.
type traffic struct {
	// share is in parts of the shares' sum.
	share   int
	flow    livenessv1.Flow
	accepts []string
	// deadline is the usual one if zero; of less, calls may fail.
	deadline time.Duration
	// alone says that no second account may serve it, whatever the fault.
	alone bool
	// cancels makes the caller go away before an answer is likely.
	cancels bool
}

// usualTraffic can be served by two accounts at least, whatever its kind; the last kind
// not by other, which comes between the two.
func usualTraffic() []traffic {
	return []traffic{
		{share: 75, flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, accepts: []string{randomNumber}},
		{share: 15, flow: livenessv1.Flow_FLOW_APP_SDK, accepts: []string{appV5, linkfaceApp}},
		{share: 10, flow: livenessv1.Flow_FLOW_APP_SDK, accepts: []string{appV5}},
	}
}

// cancelled is the traffic with a fifth of callers who go away: most of those of one flow,
// so that its products' breakers hear of little else.
func cancelled() []traffic {
	kinds := usualTraffic()
	for _, kind := range kinds[1:] {
		kind.cancels, kind.share = true, kind.share*4
		kinds = append(kinds, kind)
	}
	kinds[0].share *= 5
	return kinds
}

// hurriedBy is the traffic with that share of callers whose deadline ends an attempt.
func hurriedBy(share int, deadlines ...time.Duration) []traffic {
	kinds := usualTraffic()
	for _, d := range deadlines {
		kinds = append(kinds, traffic{
			share: 100 * share / (100 - share) / len(deadlines), flow: kinds[0].flow, accepts: kinds[0].accepts, deadline: d,
		})
	}
	return kinds
}

// signed is traffic of which most needs the vendor's clock.
func signed() []traffic {
	kinds := usualTraffic()
	kinds[0].share, kinds[1].share, kinds[2].share = 25, 25, 50
	return kinds
}

// onlyOther can be served by other alone.
func onlyOther() []traffic {
	return []traffic{{share: 20, flow: livenessv1.Flow_FLOW_APP_SDK, accepts: []string{linkfaceApp}, alone: true}}
}

// call is one call as its caller saw it.
type call struct {
	kind      *traffic
	reference string
	start     time.Time
	deadline  time.Duration
	// cancelAfter is zero if the caller waits.
	cancelAfter time.Duration

	// end is when the answer came or the caller went.
	end time.Time
	answer
	// gone says that the caller went before an answer came.
	gone bool
}

// succeeded reports whether the caller got a token.
func (c *call) succeeded() bool { return c.response != nil }

// token is what the caller got, "" if nothing.
func (c *call) token() string { return c.response.GetToken() }

// outcome is how a call that failed ended.
func (c *call) outcome() string {
	if c.reason == "" && c.err != nil {
		return c.err.Error()
	}
	return c.reason
}

// attempts are those that the caller was told of.
func (c *call) attempts() []*livenessv1.Attempt {
	if c.response != nil {
		return c.response.GetAttempts()
	}
	return c.failure.GetAttempts()
}

// message is what is sent.
func (c *call) message() *livenessv1.IssueLivenessTokenRequest {
	return &livenessv1.IssueLivenessTokenRequest{
		Flow: c.kind.flow, AcceptedProducts: c.kind.accepts, Reference: c.reference, SubjectId: c.reference,
	}
}

// rushed reports whether the call has less time than the contract asks for.
func (c *call) rushed() bool { return c.deadline < minDeadline }
