package routing

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// vendor is a target's other end. It answers every attempt alike and keeps what it was
// asked.
type vendor struct {
	err   error
	takes time.Duration
	calls []providers.Call
	// left is the time that each attempt had.
	left []time.Duration
}

func (v *vendor) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	v.calls = append(v.calls, call)
	deadline, _ := ctx.Deadline()
	v.left = append(v.left, time.Until(deadline))
	if v.takes > 0 {
		select {
		case <-time.After(v.takes):
		case <-ctx.Done():
			return nil, interrupted(ctx)
		}
	}
	if v.err != nil {
		return nil, v.err
	}
	return &providers.Token{Value: sensitive.New("token"), Exchange: providers.Exchange{HTTPStatus: 200}}, nil
}

// interrupted is what an adapter returns when its context ends.
func interrupted(ctx context.Context) error {
	if ctx.Err() == context.Canceled {
		return &providers.Error{Reason: providers.CallerCancelled, Ambiguous: true}
	}
	return &providers.Error{Reason: providers.VendorTimeout, Ambiguous: true}
}

// fails returns a vendor whose every attempt fails so.
func fails(reason providers.Reason) *vendor { return &vendor{err: &providers.Error{Reason: reason}} }

// loses returns a vendor that may have issued a token nobody holds.
func loses() *vendor {
	return &vendor{err: &providers.Error{Reason: providers.VendorConnectionLost, Ambiguous: true}}
}

var (
	// sdk and page are products of two kinds. Only page compares an identity document.
	sdk  = providers.Product{ID: "acme.sdk", Flows: []providers.Flow{providers.FlowAppSDK}}
	page = providers.Product{
		ID: "beta.page", Flows: []providers.Flow{providers.FlowAppSDK},
		Honours: providers.FieldSet(providers.FieldIdentityDocument),
		Limits: []providers.Limit{{
			Field: providers.FieldIdentityDocumentNumber, Text: "must have 18 digits", Reason: providers.IdentityNumberInvalid,
			Allows: func(r *providers.Request) bool { return r.IdentityDocument.Number.Len() == 18 },
		}},
	}
	both = []string{sdk.ID, page.ID}
)

// target returns a target of the account, by default of sdk and with a vendor that
// issues tokens.
func target(account string, change ...func(*route.Target)) route.Target {
	t := route.Target{
		Product: &sdk, Provider: "acme", Account: account, Region: "cn", Weight: 1, Timeout: 3 * time.Second,
		Issuer: &vendor{},
	}
	for _, c := range change {
		c(&t)
	}
	return t
}

func of(product *providers.Product) func(*route.Target) {
	return func(t *route.Target) { t.Product = product }
}

func in(region string) func(*route.Target) {
	return func(t *route.Target) { t.Region = region }
}

func weighing(weight float64) func(*route.Target) {
	return func(t *route.Target) { t.Weight = weight }
}

func by(issuer *vendor) func(*route.Target) {
	return func(t *route.Target) { t.Issuer = issuer }
}

func on(account *guard.Account) func(*route.Target) {
	return func(t *route.Target) { t.Guard = account }
}

func within(timeout time.Duration) func(*route.Target) {
	return func(t *route.Target) { t.Timeout = timeout }
}

// ignore is an observer of attempts that looks away.
func ignore(*Attempt) {}

// router returns a router with one route for the app SDK, the flow's default.
func router(targets ...route.Target) *Router {
	return guarded([]route.Route{{Flow: providers.FlowAppSDK, Targets: targets}}, ignore)
}

// guarded returns a router over the routes. Accounts whose targets bring no guard have
// one credential each and take as much as comes.
func guarded(routes []route.Route, onAttempt func(*Attempt)) *Router {
	guards := map[string]*guard.Account{}
	for _, r := range routes {
		for i := range r.Targets {
			t := &r.Targets[i]
			if t.Guard != nil {
				continue
			}
			if guards[t.Account] == nil {
				guards[t.Account] = guard.NewAccount(1, 10_000)
			}
			t.Guard = guards[t.Account]
		}
	}
	return New(routes, onAttempt)
}

// query asks for nothing in particular.
func query() *Query {
	return &Query{Query: route.Query{Flow: providers.FlowAppSDK, AcceptedProducts: both, Request: &providers.Request{}}}
}

// comparing is a product that sends photos and cards, and asksAll a query with both.
var comparing = providers.Product{
	ID: sdk.ID, Flows: sdk.Flows, Honours: providers.FieldSet(providers.FieldPhotos, providers.FieldIdentityDocument),
}

func asksAll() *Query {
	q := query()
	q.Request.IdentityDocument = &providers.IdentityDocument{}
	q.Request.Photos = []sensitive.Bytes{sensitive.NewBytes([]byte("photo"))}
	return q
}

// issue makes a call with the server's default deadline.
func issue(t *testing.T, r *Router, q *Query) (*Outcome, *providers.Error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	return issueUnder(ctx, t, r, q)
}

func issueUnder(ctx context.Context, t *testing.T, r *Router, q *Query) (*Outcome, *providers.Error) {
	t.Helper()
	outcome, err := r.Issue(ctx, q)
	if err == nil {
		require.NotNil(t, outcome.Issued())
		require.Equal(t, "token", outcome.Token.Value.Reveal())
		return outcome, nil
	}
	var failure *providers.Error
	require.ErrorAs(t, err, &failure)
	require.Nil(t, outcome.Issued())
	require.Nil(t, outcome.Token)
	return outcome, failure
}

// tried returns the accounts of the attempts.
func tried(outcome *Outcome) []string {
	var accounts []string
	for _, attempt := range outcome.Attempts {
		accounts = append(accounts, attempt.Target.Account)
	}
	return accounts
}

func weighted(targets ...route.Target) *Router {
	return guarded([]route.Route{{Flow: providers.FlowAppSDK, Weighted: true, Targets: targets}}, ignore)
}

func paths(violations []providers.Violation) []providers.Path {
	var all []providers.Path
	for _, v := range violations {
		all = append(all, v.Path)
	}
	return all
}
