package traffic

import (
	"context"
	"time"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// minDeadline is what the contract refuses a call below.
const minDeadline = 100 * time.Millisecond

// Call is one call as its caller saw it.
type Call struct {
	Kind *Kind
	// Reference is unique in its run.
	Reference string
	Start     time.Time
	// Deadline is how long after Start the caller wants an answer.
	Deadline time.Duration
	// cancelAfter is zero if the caller waits.
	cancelAfter time.Duration

	// End is when the answer came or the caller went.
	End time.Time
	Answer
	// Gone says that the caller went before an answer came.
	Gone bool
}

// Succeeded reports whether the caller got a token.
func (c *Call) Succeeded() bool { return c.Response != nil }

// Token is what the caller got, "" if nothing.
func (c *Call) Token() string { return c.Response.GetToken() }

// Outcome is how a call that failed ended.
func (c *Call) Outcome() string {
	if c.Reason == "" && c.Err != nil {
		return c.Err.Error()
	}
	return c.Reason
}

// Attempts are those that the caller was told of.
func (c *Call) Attempts() []*livenessv1.Attempt {
	if c.Response != nil {
		return c.Response.GetAttempts()
	}
	return c.Failure.GetAttempts()
}

// message is what is sent.
func (c *Call) message() *livenessv1.IssueLivenessTokenRequest {
	return &livenessv1.IssueLivenessTokenRequest{
		Flow: c.Kind.Flow, AcceptedProducts: c.Kind.Accepts, Reference: c.Reference, SubjectId: c.Reference,
	}
}

// Rushed reports whether the call has less time than the contract asks for.
func (c *Call) Rushed() bool { return c.Deadline < minDeadline }

// make makes the call and notes what becomes of it.
func (c *Call) make(ctx context.Context, by issuer, patience time.Duration) {
	wait := c.Deadline + patience
	if c.cancelAfter > 0 {
		wait = c.cancelAfter
	}
	c.Start = time.Now()
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	c.Answer = by.issue(ctx, c.message(), c.Deadline)
	c.End = time.Now()
	c.Gone = c.Err != nil && ctx.Err() != nil
}
