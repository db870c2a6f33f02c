package routing

import (
	"context"
	"errors"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const (
	// maxAttempts bounds the attempts of one call.
	maxAttempts = 3
	// minBudget is the time below which a call is refused: no vendor answers sooner.
	minBudget = 100 * time.Millisecond
	// replyReserve is kept back from the caller's deadline for the reply.
	replyReserve = 20 * time.Millisecond
)

// Router makes the attempts of a call. It is safe for concurrent use.
type Router struct {
	routes    map[routeKey]*Route
	onAttempt func(*Attempt)
}

type routeKey struct {
	flow     providers.Flow
	scenario string
}

// New returns a router over routes that are unique by flow and scenario. onAttempt
// is called with every attempt when it has ended.
func New(routes []Route, onAttempt func(*Attempt)) *Router {
	r := &Router{routes: make(map[routeKey]*Route, len(routes)), onAttempt: onAttempt}
	for i := range routes {
		routes[i].hashTargets()
		r.routes[routeKey{routes[i].Flow, routes[i].Scenario}] = &routes[i]
	}
	return r
}

// Issue makes up to three attempts until one issues a token. ctx must have a
// deadline. The error is always an *providers.Error; the outcome holds the attempts
// and the targets ruled out also then.
func (r *Router) Issue(ctx context.Context, query Query) (Outcome, error) {
	deadline, _ := ctx.Deadline()
	if time.Until(deadline) < minBudget {
		return Outcome{}, &providers.Error{Reason: providers.DeadlineTooShort, Message: "a call needs at least 100 ms"}
	}
	plan, failure := r.plan(query)
	outcome := Outcome{RuledOut: plan.ruledOut}
	if failure != nil {
		return outcome, failure
	}
	for _, target := range plan.targets {
		if len(outcome.Attempts) == maxAttempts || time.Until(deadline) < minBudget {
			break
		}
		if mayHaveServed(outcome.Attempts, target.Account) {
			continue
		}
		token, attempt := r.attempt(ctx, deadline, target, query.Request, len(outcome.Attempts))
		outcome.Attempts = append(outcome.Attempts, attempt)
		if attempt.Err == nil {
			outcome.Token = token
			return outcome, nil
		}
		if !TriesAnother(attempt.Err) || plan.route.StopAfterAmbiguous && attempt.Err.Ambiguous {
			break
		}
	}
	return outcome, decisive(outcome.Attempts)
}

// mayHaveServed reports whether an earlier attempt on the account may have issued a
// token after all; the account is then not tried again.
func mayHaveServed(attempts []Attempt, account string) bool {
	for i := range attempts {
		if attempts[i].Err.Ambiguous && attempts[i].Target.Account == account {
			return true
		}
	}
	return false
}

func (r *Router) attempt(
	ctx context.Context, deadline time.Time, target *Target, request *providers.Request, earlier int,
) (providers.Token, Attempt) {
	attempt := Attempt{Target: target, Kind: First, Reason: providers.OK}
	if earlier > 0 {
		attempt.Kind = Failover
	}
	start := time.Now()
	end := start.Add(target.Timeout)
	if latest := deadline.Add(-replyReserve); latest.Before(end) {
		end = latest
	}
	ctx, cancel := context.WithDeadline(ctx, end)
	token, err := target.Issuer.Issue(ctx, providers.Call{Request: request, Now: start})
	cancel()

	attempt.Duration = time.Since(start)
	attempt.Exchange = token.Exchange
	if err != nil {
		attempt.Err = asError(err)
		attempt.Reason = attempt.Err.Reason
		attempt.Exchange = attempt.Err.Exchange
	}
	r.onAttempt(&attempt)
	return token, attempt
}

func asError(err error) *providers.Error {
	if failure, ok := errors.AsType[*providers.Error](err); ok {
		return failure
	}
	return &providers.Error{Reason: providers.Internal, Cause: err}
}
