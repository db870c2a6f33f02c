package routing

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// naming is a product that sends the subject and the reference.
var naming = providers.Product{ID: sdk.ID, Flows: sdk.Flows, Identity: providers.FieldSet(providers.FieldSubjectID, providers.FieldReference)}

// queryOf asks for a subject, with a reference of its own each time.
func queryOf(subject string) *Query {
	q := query()
	q.Request.SubjectID = sensitive.New(subject)
	references++
	q.Request.Reference = strconv.Itoa(references)
	return q
}

var references int

// choosy is a vendor that fails for the subjects whose names begin with a "!".
type choosy struct{ err error }

func (c choosy) Issue(_ context.Context, call providers.Call) (*providers.Token, error) {
	if subject := call.Request.SubjectID.Reveal(); subject != "" && subject[0] == '!' {
		return nil, c.err
	}
	return &providers.Token{Value: sensitive.New("token"), Exchange: providers.Exchange{HTTPStatus: 200}}, nil
}

// provoked are the failures that count against what callers share and may come of the
// values of one.
var provoked = []providers.Error{
	{Reason: providers.VendorTimeout, Ambiguous: true},
	{Reason: providers.VendorConnectionLost, Ambiguous: true},
	{Reason: providers.VendorInternalError, Exchange: providers.Exchange{HTTPStatus: 500}},
	{Reason: providers.VendorResponseInvalid, Exchange: providers.Exchange{HTTPStatus: 200}},
	{Reason: providers.VendorErrorUnrecognized, Exchange: providers.Exchange{HTTPStatus: 500}},
	{Reason: providers.VendorEndpointNotFound, Exchange: providers.Exchange{HTTPStatus: 404}},
	{Reason: providers.ArgumentRejected, Exchange: providers.Exchange{HTTPStatus: 400, RetryAfter: time.Minute}},
	{Reason: providers.Internal},
}

// Whatever the values of one user or of one message make a vendor do, others are served.
func TestOneSourceOpensNothing(t *testing.T) {
	sameMessage := queryOf("")
	for name, next := range map[string]func() *Query{
		"one user":    func() *Query { return queryOf("!") },
		"one message": func() *Query { return sameMessage },
	} {
		for i := range provoked {
			synctest.Test(t, func(t *testing.T) {
				r := once(target("a", by(&vendor{err: &provoked[i]}), of(&naming)))
				for range 4 * toOpen {
					_, failure := issue(t, r, next())
					require.Equal(t, provoked[i].Reason, failure.Reason, name)
					time.Sleep(time.Second)
				}
				require.Equal(t, guards{}, stateOf(r, 0), "%s: %v", name, &provoked[i])
			})
		}
	}
}

// What fails for several is not the fault of one.
func TestSeveralSourcesOpen(t *testing.T) {
	for name, next := range map[string]func(i int) *Query{
		"users":    func(i int) *Query { return queryOf(strconv.Itoa(i % 2)) },
		"messages": func(int) *Query { return queryOf("") },
	} {
		for i := range provoked {
			r := once(target("a", by(&vendor{err: &provoked[i]}), of(&naming)))
			for call := range toOpen {
				require.Equal(t, guards{}, stateOf(r, 0), "%s: %v", name, &provoked[i])
				_, _ = issue(t, r, next(call))
			}
			require.NotEqual(t, guards{}, stateOf(r, 0), "%s: %v", name, &provoked[i])
		}
	}
}

// Where the vendor is sent nothing of a caller's, one caller is enough to tell.
func TestFaultsWithoutValuesCount(t *testing.T) {
	for i := range provoked {
		r := once(target("a", by(&vendor{err: &provoked[i]})))
		for range toOpen {
			_, _ = issue(t, r, queryOf("!"))
		}
		require.NotEqual(t, guards{}, stateOf(r, 0), &provoked[i])
	}
	unreachable := once(target("a", by(fails(providers.VendorUnreachable)), of(&naming)))
	for range toOpen {
		_, _ = issue(t, unreachable, queryOf("!"))
	}
	require.Equal(t, guards{product: guard.Open}, stateOf(unreachable, 0))
}

// A vendor that issues tokens to some refuses others for what they sent, however many they
// say they are. One that issues none for ten seconds refuses what is ours.
func TestRefusalsBesideTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := once(target("a", of(&naming), func(t *route.Target) {
			t.Issuer = choosy{&providers.Error{Reason: providers.ArgumentRejected, Exchange: providers.Exchange{HTTPStatus: 400}}}
		}))
		refused := func(calls int) {
			for i := range calls {
				_, failure := issue(t, r, queryOf("!"+strconv.Itoa(i)))
				require.NotNil(t, failure)
			}
		}
		for range 10 {
			_, failure := issue(t, r, queryOf("good"))
			require.Nil(t, failure)
			refused(10 * toOpen)
			time.Sleep(9 * time.Second)
			refused(10 * toOpen)
		}
		require.Equal(t, guards{}, stateOf(r, 0))
		time.Sleep(time.Second)
		refused(toOpen)
		require.Equal(t, guards{target: guard.Open}, stateOf(r, 0))
	})
}

// One whose probe failed does not have the next one too, if anybody else comes.
func TestAnotherSourceProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := once(target("a", of(&naming), func(t *route.Target) {
			t.Issuer = choosy{&providers.Error{Reason: providers.VendorInternalError, Exchange: providers.Exchange{HTTPStatus: 500}}}
		}))
		for i := range toOpen {
			_, _ = issue(t, r, queryOf("!"+strconv.Itoa(i)))
		}
		time.Sleep(cooldown)
		_, failure := issue(t, r, queryOf("!"))
		require.Equal(t, providers.VendorInternalError, failure.Reason, "a probe that fails")
		time.Sleep(2 * cooldown)
		outcome, failure := issue(t, r, queryOf("!"))
		require.Equal(t, providers.NoTargetAvailable, failure.Reason)
		require.Equal(t, 2*cooldown, time.Until(outcome.Unavailable[0].RetryAt))
		_, failure = issue(t, r, queryOf("good"))
		require.Nil(t, failure)
		require.Equal(t, guards{}, stateOf(r, 0))
	})
}

// Alone it probes again, later.
func TestTheSameSourceProbesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := once(target("a", by(fails(providers.VendorInternalError)), of(&naming)))
		for i := range toOpen {
			_, _ = issue(t, r, queryOf(strconv.Itoa(i)))
		}
		for _, wait := range []time.Duration{cooldown, 4 * cooldown, 8 * cooldown} {
			time.Sleep(wait - 1)
			_, failure := issue(t, r, queryOf("!"))
			require.Equal(t, providers.NoTargetAvailable, failure.Reason, wait)
			time.Sleep(time.Nanosecond)
			_, failure = issue(t, r, queryOf("!"))
			require.Equal(t, providers.VendorInternalError, failure.Reason, wait)
		}
	})
}

// The source is of the user alone, else of all texts.
func TestSourceOf(t *testing.T) {
	request := func(change func(*providers.Request)) guard.Source {
		r := &providers.Request{IdentityDocument: &providers.IdentityDocument{}}
		change(r)
		return sourceOf("caller", r)
	}
	require.Equal(t, guard.Nobody, request(func(*providers.Request) {}))
	seen := map[guard.Source]bool{}
	for _, change := range []func(*providers.Request){
		func(r *providers.Request) { r.SubjectID = sensitive.New("a") },
		func(r *providers.Request) { r.Reference = "a" },
		func(r *providers.Request) { r.IdentityDocument.Name = sensitive.New("a") },
		func(r *providers.Request) { r.IdentityDocument.Number = sensitive.New("a") },
		func(r *providers.Request) { r.ReturnURL = sensitive.New("a") },
		func(r *providers.Request) { r.NotifyURL = sensitive.New("a") },
		func(r *providers.Request) { r.ExtraData = sensitive.New("a") },
	} {
		source := request(change)
		require.NotEqual(t, guard.Nobody, source)
		require.Equal(t, source, request(change))
		require.False(t, seen[source])
		seen[source] = true
		r := &providers.Request{IdentityDocument: &providers.IdentityDocument{}}
		change(r)
		require.NotEqual(t, source, sourceOf("another caller", r))
		require.Equal(t, request(func(r *providers.Request) { r.SubjectID = sensitive.New("b") }), request(func(r *providers.Request) {
			change(r)
			r.SubjectID = sensitive.New("b")
		}))
	}
}

func BenchmarkSourceOf(b *testing.B) {
	for name, r := range map[string]*providers.Request{
		"subject": queryOf("user-0123456789abcdef").Request,
		"texts":   {Reference: "order-0123456789abcdef", ReturnURL: sensitive.New("https://shop.example/done?order=0123456789"), NotifyURL: sensitive.New("https://shop.example/notify")},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sourceOf("caller", r)
			}
		})
	}
}
