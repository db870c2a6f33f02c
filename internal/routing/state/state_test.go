package state

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var (
	sdk  = providers.Product{ID: "acme.sdk", Flows: []providers.Flow{providers.FlowAppSDK}}
	page = providers.Product{ID: "beta.page", Flows: []providers.Flow{providers.FlowAppSDK}}
)

// target returns a target of the account, by default of sdk.
func target(account string, change ...func(*route.Target)) route.Target {
	t := route.Target{Product: &sdk, Provider: "acme", Account: account, Region: "cn", Weight: 1, Guard: guard.NewAccount(1, 10_000)}
	for _, c := range change {
		c(&t)
	}
	return t
}

func of(product *providers.Product) func(*route.Target) {
	return func(t *route.Target) { t.Product = product }
}

func outOfService(t *route.Target) { t.OutOfService = "no contract" }

// acquire takes a grant that the test expects to get.
func acquire(t *testing.T, target *route.Target) *guard.Grant {
	t.Helper()
	grant := new(guard.Grant)
	refusal := target.OwnGuard().Acquire(grant, "", now, time.Second, nil, guard.Nobody)
	if refusal.Why != "" {
		t.Fatalf("%s is unavailable: %s", target.Name(), refusal.Why)
	}
	return grant
}

func TestStatusOfWhatWorks(t *testing.T) {
	r := route.NewTable([]route.Route{{Flow: providers.FlowAppSDK, Targets: []route.Target{target("a"), target("b", of(&page), outOfService)}}})
	closed := Breaker{State: "closed"}
	want := Status{
		Routes: []Route{{
			Info: route.Info{Flow: "app_sdk", Order: "ordered", AfterAmbiguous: "continue", MaxAttempts: 3},
			Targets: []Target{
				{route.TargetInfo{Position: 1, Account: "a", Product: sdk.ID, Region: "cn", Weight: 1}, "acme", closed, closed},
				{route.TargetInfo{Position: 2, Account: "b", Product: page.ID, Region: "cn", Weight: 1, OutOfService: "no contract"}, "acme", closed, closed},
			},
		}},
		Accounts: []Account{
			{Provider: "acme", Account: "a", Region: "cn", Limit: 10_000, MaxInFlight: 10_000, Credentials: []Credential{}},
			{Provider: "acme", Account: "b", Region: "cn", Limit: 10_000, MaxInFlight: 10_000, Credentials: []Credential{}},
		},
	}
	if diff := cmp.Diff(want, Of(r.Routes(), now)); diff != "" {
		t.Error(diff)
	}
}

// A product's breaker and a credential's credentials are the account's, in whichever route;
// a target's breaker is its own.
func TestStatusOfWhatFailed(t *testing.T) {
	account := guard.NewAccount(2, 50)
	on := func(t *route.Target) { t.Guard, t.Credentials = account, []string{"main", "spare"} }
	r := route.NewTable([]route.Route{
		{Flow: providers.FlowAppSDK, Targets: []route.Target{target("a", on), target("a", on, of(&page))}},
		{Flow: providers.FlowAppSDK, Scenario: "login", Targets: []route.Target{target("a", on)}},
	})
	first, other := &r.Routes()[0].Targets[0], &r.Routes()[0].Targets[1]
	first.OwnGuard().Release(now, acquire(t, first), guard.Result{
		Credential: guard.Faulty, SignatureRefused: true, Date: now.Add(10 * time.Minute),
	})
	for range 5 {
		first.OwnGuard().Release(now, acquire(t, first), guard.Result{CredentialForProduct: guard.Faulty})
	}
	for range 5 {
		other.OwnGuard().Release(now, acquire(t, other), guard.Result{Product: guard.Faulty, Target: guard.Healthy})
	}

	status := Of(r.Routes(), now)
	closed, open := Breaker{State: "closed"}, Breaker{"open", now.Add(time.Second)}
	for _, c := range []struct {
		target      Target
		own, shared Breaker
	}{
		{status.Routes[0].Targets[0], closed, closed},
		{status.Routes[0].Targets[1], closed, open},
		{status.Routes[1].Targets[0], closed, closed},
	} {
		if diff := cmp.Diff([]Breaker{c.own, c.shared}, []Breaker{c.target.Breaker, c.target.ProductBreaker}); diff != "" {
			t.Errorf("%s: %s", c.target.Product, diff)
		}
	}
	ok, ejected := Ejection{State: "ok"}, Ejection{"ejected", now.Add(5 * time.Second)}
	want := []Account{{
		Provider: "acme", Account: "a", Region: "cn", Limit: 50, MaxInFlight: 50, ClockOffset: 600.5,
		Credentials: []Credential{
			{"main", ejected, "", map[string]Ejection{sdk.ID: ok, page.ID: ok}},
			{"spare", ok, "", map[string]Ejection{sdk.ID: ejected, page.ID: ok}},
		},
	}}
	if diff := cmp.Diff(want, status.Accounts); diff != "" {
		t.Error(diff)
	}
}

// A probe in flight is seen, and a cool-down that is over has no end any more.
func TestStatusOfAProbe(t *testing.T) {
	r := route.NewTable([]route.Route{{Flow: providers.FlowAppSDK, Targets: []route.Target{target("a")}}})
	only := &r.Routes()[0].Targets[0]
	for range 5 {
		only.OwnGuard().Release(now, acquire(t, only), guard.Result{Target: guard.Faulty})
	}
	check := func(at time.Time, want Breaker, inFlight int) {
		t.Helper()
		status := Of(r.Routes(), at)
		if diff := cmp.Diff(want, status.Routes[0].Targets[0].Breaker); diff != "" {
			t.Error(diff)
		}
		if status.Accounts[0].InFlight != inFlight {
			t.Errorf("%d in flight, want %d", status.Accounts[0].InFlight, inFlight)
		}
	}
	check(now, Breaker{"open", now.Add(time.Second)}, 0)
	later := now.Add(time.Second)
	check(later, Breaker{State: "open"}, 0)
	if refusal := only.OwnGuard().Acquire(new(guard.Grant), "", later, time.Second, nil, guard.Nobody); refusal.Why != "" {
		t.Fatal(refusal)
	}
	check(later, Breaker{"half_open", later.Add(2 * time.Second)}, 1)
}

// What replicas share of an account is shown, and what a vendor leaves of its last slot.
func TestStatusOfASharedAccount(t *testing.T) {
	bounds := vendorlimit.Bounds{Concurrency: 20, PerSecond: 2.5}
	account := guard.NewAccount(1, 1)
	r := route.NewTable([]route.Route{{Flow: providers.FlowAppSDK, Targets: []route.Target{target("a", func(t *route.Target) {
		t.Guard, t.Limit = account, vendorlimit.New(vendorlimit.NewMemory(), "a", bounds)
	})}}})
	only := &r.Routes()[0].Targets[0]
	for range 4 { // before that an account is not asked less
		only.OwnGuard().Release(now, acquire(t, only), guard.Result{Answered: true, ConcurrencyLimited: true})
	}
	shown := Of(r.Routes(), now).Accounts[0]
	if shown.Share != 0.5 || shown.VendorLimit == nil || *shown.VendorLimit != bounds {
		t.Errorf("%+v", shown)
	}
	if later := Of(r.Routes(), now.Add(time.Minute)).Accounts[0]; later.Share != 0 {
		t.Errorf("%+v", later)
	}
}
