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
	// cancelAfter is when the caller goes away, be it to come again; zero if it waits.
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
	message := &livenessv1.IssueLivenessTokenRequest{
		Flow: c.Kind.Flow, AcceptedProducts: c.Kind.Accepts, Reference: c.Reference, SubjectId: c.Reference,
	}
	if c.Kind.Returns {
		message.IdempotencyKey = c.Reference
	}
	if c.Kind.Photos > 0 {
		message.Comparison = &livenessv1.Comparison{Photos: photos(c.Kind.Photos)}
	}
	return message
}

// Rushed reports whether the call has less time than the contract asks for.
func (c *Call) Rushed() bool { return c.Deadline < minDeadline }

// make makes the call and notes what becomes of it.
func (c *Call) make(ctx context.Context, by issuer, patience time.Duration) {
	wait := c.Deadline + patience
	switch {
	case c.Kind.Returns:
		c.leave(ctx, by)
	case c.cancelAfter > 0:
		wait = c.cancelAfter
	}
	c.Start = time.Now()
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	c.Answer = by.issue(ctx, c.message(), c.Deadline)
	c.End = time.Now()
	c.Gone = c.Err != nil && ctx.Err() != nil
}

// leave makes the call and goes away; what it comes to is for when the caller comes again.
func (c *Call) leave(ctx context.Context, by issuer) {
	ctx, cancel := context.WithTimeout(ctx, c.cancelAfter)
	defer cancel()
	by.issue(ctx, c.message(), c.Deadline)
}
