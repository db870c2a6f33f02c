package routing

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// acquire takes a grant that the test expects to get.
func acquire(t *testing.T, target *Target) guard.Grant {
	t.Helper()
	grant, refusal := target.guard.Acquire("", now, time.Second, nil)
	if refusal.Why != "" {
		t.Fatalf("%s is unavailable: %s", target.Name(), refusal.Why)
	}
	return grant
}

func TestStatusOfWhatWorks(t *testing.T) {
	r := router(target("a"), target("b", of(&page), outOfService("no contract")))
	closed := BreakerStatus{State: "closed"}
	want := Status{
		Routes: []RouteStatus{{
			RouteInfo: RouteInfo{Flow: "app_sdk", Order: "ordered", AfterAmbiguous: "continue", MaxAttempts: 3},
			Targets: []TargetStatus{
				{TargetInfo{Position: 1, Account: "a", Product: sdk.ID, Region: "cn", Weight: 1}, "acme", closed, closed},
				{TargetInfo{Position: 2, Account: "b", Product: page.ID, Region: "cn", Weight: 1, OutOfService: "no contract"}, "acme", closed, closed},
			},
		}},
		Accounts: []AccountStatus{
			{Provider: "acme", Account: "a", Region: "cn", Limit: 10_000, MaxInFlight: 10_000, Credentials: []CredentialStatus{}},
			{Provider: "acme", Account: "b", Region: "cn", Limit: 10_000, MaxInFlight: 10_000, Credentials: []CredentialStatus{}},
		},
	}
	if diff := cmp.Diff(want, r.Status(now)); diff != "" {
		t.Error(diff)
	}
}

// A product's breaker and a credential's credentials are the account's, in whichever route;
// a target's breaker is its own.
func TestStatusOfWhatFailed(t *testing.T) {
	account := guard.NewAccount(2, 50)
	on := func(t *Target) { t.Guard, t.Credentials = account, []string{"main", "spare"} }
	r := New([]Route{
		{Flow: providers.FlowAppSDK, Targets: []Target{target("a", on), target("a", on, of(&page))}},
		{Flow: providers.FlowAppSDK, Scenario: "login", Targets: []Target{target("a", on)}},
	}, ignore)
	first, other := &r.inOrder[0].Targets[0], &r.inOrder[0].Targets[1]
	first.guard.Release(now, acquire(t, first), guard.Result{
		Credential: guard.Faulty, SignatureRefused: true, Date: now.Add(10 * time.Minute),
	})
	for range inARow {
		first.guard.Release(now, acquire(t, first), guard.Result{CredentialForProduct: guard.Faulty})
	}
	for range 5 {
		other.guard.Release(now, acquire(t, other), guard.Result{Product: guard.Faulty, Target: guard.Healthy})
	}

	status := r.Status(now)
	closed, open := BreakerStatus{State: "closed"}, BreakerStatus{"open", now.Add(time.Second)}
	for _, c := range []struct {
		target      TargetStatus
		own, shared BreakerStatus
	}{
		{status.Routes[0].Targets[0], closed, closed},
		{status.Routes[0].Targets[1], closed, open},
		{status.Routes[1].Targets[0], closed, closed},
	} {
		if diff := cmp.Diff([]BreakerStatus{c.own, c.shared}, []BreakerStatus{c.target.Breaker, c.target.ProductBreaker}); diff != "" {
			t.Errorf("%s: %s", c.target.Product, diff)
		}
	}
	ok, ejected := EjectionStatus{State: "ok"}, EjectionStatus{"ejected", now.Add(5 * time.Second)}
	want := []AccountStatus{{
		Provider: "acme", Account: "a", Region: "cn", Limit: 50, MaxInFlight: 50, ClockOffset: 600.5,
		Credentials: []CredentialStatus{
			{"main", ejected, map[string]EjectionStatus{sdk.ID: ok, page.ID: ok}},
			{"spare", ok, map[string]EjectionStatus{sdk.ID: ejected, page.ID: ok}},
		},
	}}
	if diff := cmp.Diff(want, status.Accounts); diff != "" {
		t.Error(diff)
	}
}

// A probe in flight is seen, and a cool-down that is over has no end any more.
func TestStatusOfAProbe(t *testing.T) {
	r := router(target("a"))
	only := &r.inOrder[0].Targets[0]
	for range 5 {
		only.guard.Release(now, acquire(t, only), guard.Result{Target: guard.Faulty})
	}
	check := func(at time.Time, want BreakerStatus, inFlight int) {
		t.Helper()
		status := r.Status(at)
		if diff := cmp.Diff(want, status.Routes[0].Targets[0].Breaker); diff != "" {
			t.Error(diff)
		}
		if status.Accounts[0].InFlight != inFlight {
			t.Errorf("%d in flight, want %d", status.Accounts[0].InFlight, inFlight)
		}
	}
	check(now, BreakerStatus{"open", now.Add(time.Second)}, 0)
	later := now.Add(time.Second)
	check(later, BreakerStatus{State: "open"}, 0)
	if _, refusal := only.guard.Acquire("", later, time.Second, nil); refusal.Why != "" {
		t.Fatal(refusal)
	}
	check(later, BreakerStatus{"half_open", later.Add(2 * time.Second)}, 1)
}
