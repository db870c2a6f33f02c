package routing

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// issuer is a target made of a function.
type issuer func(context.Context) error

func (f issuer) Issue(ctx context.Context, _ providers.Call) (*providers.Token, error) {
	return &providers.Token{}, f(ctx)
}

// An error that is not of the contract is the fault of this target's adapter, which another may not
// have. Its text stays out of the answer and of the log.
func TestForeignError(t *testing.T) {
	foreign := errors.New("11010119900307001X")
	outcome, failure := issue(t, router(target("a", by(&vendor{err: foreign}))), query())
	require.Equal(t, providers.Internal, failure.Reason)
	require.EqualError(t, failure.Cause, "a failure of the adapter's own: *errors.errorString")
	require.Equal(t, "INTERNAL", failure.Error())
	require.Equal(t, []string{"a"}, tried(outcome))
}

func TestWrappedError(t *testing.T) {
	wrapped := fmt.Errorf("adapter: %w", &providers.Error{Reason: providers.VendorRateLimited})
	outcome, failure := issue(t, router(target("a", by(&vendor{err: wrapped})), target("b")), query())
	require.Nil(t, failure)
	require.Equal(t, providers.VendorRateLimited, outcome.Attempts[0].Reason)
}

// What is observed is what the caller is told, attempt by attempt.
func TestObserver(t *testing.T) {
	exchange := providers.Exchange{Code: "1009", HTTPStatus: 200, RequestID: "TID1"}
	limited := &vendor{err: &providers.Error{Reason: providers.VendorRateLimited, Exchange: exchange}}
	var seen []Attempt
	r := guarded([]route.Route{{
		Flow: providers.FlowAppSDK, Targets: []route.Target{target("a", by(limited)), target("b"), target("c")},
	}}, func(a *Attempt) { seen = append(seen, *a) })

	outcome, failure := issue(t, r, query())
	require.Nil(t, failure)
	require.Equal(t, outcome.Attempts, seen)
	require.Len(t, seen, 2)
	require.Equal(t, exchange, seen[0].Exchange)
	require.Same(t, limited.err, error(seen[0].Err))
	require.Equal(t, providers.Exchange{HTTPStatus: 200}, seen[1].Exchange)
	require.Nil(t, seen[1].Err)

	q := query()
	q.Regions = []string{"moon"}
	_, failure = issue(t, r, q)
	require.NotNil(t, failure)
	require.Len(t, seen, 2)
}

// Every attempt gets the request itself and the time of its own start.
func TestCallOfAnAttempt(t *testing.T) {
	first, second := fails(providers.VendorUnreachable), &vendor{}
	q := query()
	before := time.Now()
	_, failure := issue(t, router(target("a", by(first)), target("b", by(second))), q)
	require.Nil(t, failure)
	for _, call := range []providers.Call{first.calls[0], second.calls[0]} {
		require.Same(t, q.Request, call.Request)
		require.Zero(t, call.Credential)
		require.Zero(t, call.ClockOffset)
		require.WithinRange(t, call.Now, before, time.Now())
	}
	require.False(t, second.calls[0].Now.Before(first.calls[0].Now))
}

func TestConcurrentCalls(t *testing.T) {
	targets := []route.Target{target("a"), target("b")}
	for i := range targets {
		targets[i].Issuer = issuer(func(context.Context) error { return nil })
	}
	r := weighted(targets...)
	var calls sync.WaitGroup
	for range 16 {
		calls.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			defer cancel()
			for range 100 {
				_, err := r.Issue(ctx, query())
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	calls.Wait()
}
