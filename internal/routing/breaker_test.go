package routing

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

// toOpen is how many faults in a row open a breaker, cooldown how long it stays open at
// first.
const (
	toOpen   = 5
	cooldown = time.Second
)

// once returns a router that makes one attempt a call.
func once(targets ...Target) *Router {
	return guarded([]Route{{Flow: providers.FlowAppSDK, MaxAttempts: 1, Targets: targets}}, ignore)
}

// targetOf returns the router's i-th target.
func targetOf(r *Router, i int) *Target {
	return &r.routes[routeKey{flow: providers.FlowAppSDK}].Targets[i]
}

// state is everything that may keep a target from being tried, and whether its account is
// limited.
type state struct {
	target, product, credential, credentialForProduct guard.State
	limited                                           bool
}

func stateOf(r *Router, i int) state {
	t := targetOf(r, i)
	account, target := t.Guard.Status(time.Now()), t.guard.Status(time.Now())
	return state{
		target.Target.State, target.Product.State, account.Credentials[0].State, target.Credentials[0].State,
		account.Limit < account.MaxInFlight || account.Rate > 0,
	}
}

// callFor makes a call with so much time.
func callFor(t *testing.T, r *Router, left time.Duration) (*Outcome, *providers.Error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), left)
	defer cancel()
	return issueUnder(ctx, t, r, query())
}

func TestOpensOnHungCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := once(target("a", by(&vendor{takes: time.Hour})))
		for range toOpen {
			require.Equal(t, state{}, stateOf(r, 0))
			_, failure := callFor(t, r, 8*time.Second)
			require.Equal(t, providers.VendorTimeout, failure.Reason)
		}
		require.Equal(t, state{product: guard.Open}, stateOf(r, 0))
	})
}

func TestOpensOnRefusedConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := once(target("a", by(fails(providers.VendorUnreachable))))
		for range toOpen {
			require.Equal(t, state{}, stateOf(r, 0))
			_, failure := callFor(t, r, 8*time.Second)
			require.Equal(t, providers.VendorUnreachable, failure.Reason)
		}
		require.Equal(t, state{product: guard.Open}, stateOf(r, 0))
	})
}

func TestNeverOpensOnCallersCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := once(target("a", by(&vendor{takes: time.Hour})))
		for range 4 * toOpen {
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			time.AfterFunc(time.Second, cancel)
			_, failure := issueUnder(ctx, t, r, query())
			require.Equal(t, providers.CallerCancelled, failure.Reason)
		}
		require.Equal(t, state{}, stateOf(r, 0))
	})
}

// An adapter may see a connection break as its caller goes away.
func TestNeverOpensOnWhatACancelBroke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := target("a")
		broken.Issuer = issuer(func(ctx context.Context) error {
			<-ctx.Done()
			return &providers.Error{Reason: providers.VendorConnectionLost, Ambiguous: true}
		})
		r := once(broken)
		for range 4 * toOpen {
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			time.AfterFunc(time.Second, cancel)
			_, failure := issueUnder(ctx, t, r, query())
			require.Equal(t, providers.VendorConnectionLost, failure.Reason)
		}
		require.Equal(t, state{}, stateOf(r, 0))
	})
}

func TestNeverOpensOnCallersShortDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := once(target("a", by(&vendor{takes: time.Hour})))
		for range 4 * toOpen {
			_, failure := callFor(t, r, 3*time.Second)
			require.Equal(t, providers.VendorTimeout, failure.Reason)
		}
		require.Equal(t, state{}, stateOf(r, 0))
	})
}

func TestNeverOpensOnCallersFaults(t *testing.T) {
	for reason, allowed := range another {
		err := &providers.Error{Reason: reason}
		if !err.CallersFault() {
			continue
		}
		require.False(t, allowed)
		requireCountsAgainst(t, err, 4*toOpen, state{})
	}
	named := &providers.Error{Reason: providers.ArgumentRejected, Violations: []providers.Violation{{Path: "reference"}}}
	requireCountsAgainst(t, named, 4*toOpen, state{})
}

func TestNeverOpensOnLimitAnswers(t *testing.T) {
	for _, reason := range []providers.Reason{providers.VendorConcurrencyLimited, providers.VendorRateLimited} {
		requireCountsAgainst(t, &providers.Error{Reason: reason}, 4*toOpen, state{limited: true})
	}
}

// requireCountsAgainst makes so many calls that fail so, each alone, as long as the vendor
// may be asked.
func requireCountsAgainst(t *testing.T, err *providers.Error, calls int, want state) {
	t.Helper()
	r := once(target("a", by(&vendor{err: err}), of(&comparing)))
	for range calls {
		_, _ = issue(t, r, asksAll())
	}
	require.Equal(t, want, stateOf(r, 0), err)
}

// What the error table says beyond these sentences, by reason.
func TestWhatAFailureCountsAgainst(t *testing.T) {
	tests := []struct {
		err  providers.Error
		want state
	}{
		{providers.Error{Reason: providers.VendorConnectionLost, Ambiguous: true}, state{product: guard.Open}},
		{providers.Error{Reason: providers.VendorInternalError}, state{product: guard.Open}},
		{providers.Error{Reason: providers.VendorResponseInvalid}, state{product: guard.Open}},
		{providers.Error{Reason: providers.VendorErrorUnrecognized, Exchange: providers.Exchange{HTTPStatus: 500}}, state{product: guard.Open}},
		{providers.Error{Reason: providers.VendorErrorUnrecognized, Exchange: providers.Exchange{HTTPStatus: 499}}, state{}},
		{providers.Error{Reason: providers.VendorErrorUnrecognized, Exchange: providers.Exchange{HTTPStatus: 200}}, state{}},
		{providers.Error{Reason: providers.VendorSignatureExpired}, state{}},
		{providers.Error{Reason: providers.VendorCredentialsRejected}, state{credential: guard.Open}},
		{providers.Error{Reason: providers.VendorAccountDisabled}, state{credential: guard.Open}},
		{providers.Error{Reason: providers.VendorAccountExpired}, state{credential: guard.Open}},
		{providers.Error{Reason: providers.VendorIPNotAllowed}, state{credential: guard.Open}},
		{providers.Error{Reason: providers.VendorQuotaExhausted}, state{credentialForProduct: guard.Open}},
		{providers.Error{Reason: providers.VendorPermissionDenied, Standing: true}, state{credentialForProduct: guard.Open}},
		{providers.Error{Reason: providers.VendorPermissionDenied}, state{}},
		{providers.Error{Reason: providers.VendorEndpointNotFound}, state{target: guard.Open}},
		{providers.Error{Reason: providers.ArgumentRejected}, state{target: guard.Open}},
		{providers.Error{Reason: providers.Internal}, state{product: guard.Open}},
	}
	for _, test := range tests {
		requireCountsAgainst(t, &test.err, toOpen, test.want)
	}
}

// What opens takes its target out of every call until the cool-down is over.
func TestOpenBreakerSparesTheVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := fails(providers.VendorInternalError)
		r := router(target("a", by(down)), target("b"))
		for range 3 * toOpen {
			_, failure := callFor(t, r, 8*time.Second)
			require.Nil(t, failure)
		}
		require.Len(t, down.calls, toOpen)
		time.Sleep(cooldown)
		outcome, failure := callFor(t, r, 8*time.Second)
		require.Nil(t, failure)
		require.Equal(t, []string{"a", "b"}, tried(outcome))
		require.Equal(t, Probe, outcome.Attempts[0].Kind)
		require.Equal(t, Failover, outcome.Attempts[1].Kind)
	})
}
