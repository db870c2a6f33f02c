package routing

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// toOpen is how many faults in a row open a breaker, cooldown how long it stays open at
// first.
const (
	toOpen   = 5
	cooldown = time.Second
)

// once returns a router that makes one attempt a call.
func once(targets ...route.Target) *Router {
	return guarded([]route.Route{{Flow: providers.FlowAppSDK, MaxAttempts: 1, Targets: targets}}, ignore)
}

// targetOf returns the router's i-th target.
func targetOf(r *Router, i int) *route.Target {
	return &r.table.Load().Routes()[0].Targets[i]
}

// guards are everything that may keep a target from being tried, and whether its account is
// limited.
type guards struct {
	target, product, credential, credentialForProduct guard.State
	limited                                           bool
}

func stateOf(r *Router, i int) guards {
	t := targetOf(r, i)
	account, target := t.Guard.Status(time.Now()), t.OwnGuard().Status(time.Now())
	return guards{
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
			require.Equal(t, guards{}, stateOf(r, 0))
			_, failure := callFor(t, r, 8*time.Second)
			require.Equal(t, providers.VendorTimeout, failure.Reason)
		}
		require.Equal(t, guards{product: guard.Open}, stateOf(r, 0))
	})
}

func TestOpensOnRefusedConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := once(target("a", by(fails(providers.VendorUnreachable))))
		for range toOpen {
			require.Equal(t, guards{}, stateOf(r, 0))
			_, failure := callFor(t, r, 8*time.Second)
			require.Equal(t, providers.VendorUnreachable, failure.Reason)
		}
		require.Equal(t, guards{product: guard.Open}, stateOf(r, 0))
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
		require.Equal(t, guards{}, stateOf(r, 0))
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
		require.Equal(t, guards{}, stateOf(r, 0))
	})
}

func TestNeverOpensOnCallersShortDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := once(target("a", by(&vendor{takes: time.Hour})))
		for range 4 * toOpen {
			_, failure := callFor(t, r, 3*time.Second)
			require.Equal(t, providers.VendorTimeout, failure.Reason)
		}
		require.Equal(t, guards{}, stateOf(r, 0))
	})
}

func TestNeverOpensOnCallersFaults(t *testing.T) {
	for reason, allowed := range another {
		err := &providers.Error{Reason: reason}
		if !err.CallersFault() {
			continue
		}
		require.False(t, allowed)
		requireCountsAgainst(t, err, 4*toOpen, guards{})
	}
	named := &providers.Error{Reason: providers.ArgumentRejected, Violations: []providers.Violation{{Path: "reference"}}}
	requireCountsAgainst(t, named, 4*toOpen, guards{})
}

func TestNeverOpensOnLimitAnswers(t *testing.T) {
	for _, reason := range []providers.Reason{providers.VendorConcurrencyLimited, providers.VendorRateLimited} {
		requireCountsAgainst(t, &providers.Error{Reason: reason}, 4*toOpen, guards{limited: true})
	}
}

// requireCountsAgainst makes so many calls that fail so, each alone, as long as the vendor
// may be asked.
func requireCountsAgainst(t *testing.T, err *providers.Error, calls int, want guards) {
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
		want guards
	}{
		{providers.Error{Reason: providers.VendorConnectionLost, Ambiguous: true}, guards{product: guard.Open}},
		{providers.Error{Reason: providers.VendorInternalError}, guards{product: guard.Open}},
		{providers.Error{Reason: providers.VendorResponseInvalid}, guards{product: guard.Open}},
		{providers.Error{Reason: providers.VendorErrorUnrecognized, Exchange: providers.Exchange{HTTPStatus: 500}}, guards{product: guard.Open}},
		{providers.Error{Reason: providers.VendorErrorUnrecognized, Exchange: providers.Exchange{HTTPStatus: 499}}, guards{}},
		{providers.Error{Reason: providers.VendorErrorUnrecognized, Exchange: providers.Exchange{HTTPStatus: 200}}, guards{}},
		{providers.Error{Reason: providers.VendorSignatureExpired}, guards{}},
		{providers.Error{Reason: providers.VendorCredentialsRejected}, guards{credential: guard.Open}},
		{providers.Error{Reason: providers.VendorAccountDisabled}, guards{credential: guard.Open}},
		{providers.Error{Reason: providers.VendorAccountExpired}, guards{credential: guard.Open}},
		{providers.Error{Reason: providers.VendorIPNotAllowed}, guards{credential: guard.Open}},
		{providers.Error{Reason: providers.VendorQuotaExhausted}, guards{credentialForProduct: guard.Open}},
		{providers.Error{Reason: providers.VendorPermissionDenied, Standing: true}, guards{credentialForProduct: guard.Open}},
		{providers.Error{Reason: providers.VendorPermissionDenied}, guards{}},
		{providers.Error{Reason: providers.VendorEndpointNotFound}, guards{target: guard.Open}},
		{providers.Error{Reason: providers.ArgumentRejected}, guards{target: guard.Open}},
		{providers.Error{Reason: providers.Internal}, guards{product: guard.Open}},
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
