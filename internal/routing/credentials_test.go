package routing

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// credentials are an account's; each has the failure that its use ends with, nil while it
// is good.
type credentials []*providers.Error

func (c credentials) Issue(_ context.Context, call providers.Call) (*providers.Token, error) {
	if err := c[call.Credential]; err != nil {
		return nil, err
	}
	return &providers.Token{Value: sensitive.New("token")}, nil
}

// with returns a target of an account with these credentials.
func (c credentials) with(account string, change ...func(*route.Target)) route.Target {
	t := target(account, append(change, on(guard.NewAccount(len(c), 10_000)))...)
	t.Issuer = c
	return t
}

// refusedFor is a credential that is refused for a reason.
func refusedFor(reason providers.Reason) *providers.Error {
	return &providers.Error{Reason: reason, Standing: reason == providers.VendorPermissionDenied}
}

// used returns the credentials of the attempts.
func used(outcome *Outcome) (all []int) {
	for _, attempt := range outcome.Attempts {
		all = append(all, attempt.Credential)
	}
	return all
}

// inARow is how many refusals in a row eject the last usable credential.
const inARow = 5

var credentialReasons = []providers.Reason{
	providers.VendorCredentialsRejected, providers.VendorAccountDisabled, providers.VendorAccountExpired,
	providers.VendorIPNotAllowed, providers.VendorQuotaExhausted, providers.VendorPermissionDenied,
}

func TestOtherCredentialAtOnce(t *testing.T) {
	for _, reason := range credentialReasons {
		outcome, failure, took := issueIn(t, 8*time.Second, router(credentials{refusedFor(reason), nil}.with("a"), target("b")))
		require.Nil(t, failure)
		require.Equal(t, []string{"a", "a"}, tried(outcome), reason)
		require.Equal(t, []int{0, 1}, used(outcome), reason)
		require.Equal(t, Retry, outcome.Attempts[1].Kind)
		require.Zero(t, took)
	}
}

// spendRetries leaves the target's account without a retry.
func spendRetries(target *route.Target) {
	for {
		grant := new(guard.Grant)
		refusal := target.OwnGuard().AcquireRetry(grant, "", time.Now(), time.Second, nil, guard.Nobody)
		if refusal.Why != "" {
			return
		}
		target.OwnGuard().Release(time.Now(), grant, guard.Result{})
	}
}

// Changing the credential costs no retry: none is left here.
func TestOtherCredentialDrawsOnNoBudget(t *testing.T) {
	a := credentials{refusedFor(providers.VendorCredentialsRejected), nil}.with("a")
	r := router(a)
	spendRetries(targetOf(r, 0))
	outcome, failure := issue(t, r, query())
	require.Nil(t, failure)
	require.Equal(t, []int{0, 1}, used(outcome))
}

func TestRefusedCredentialIsLeftAlone(t *testing.T) {
	for _, reason := range credentialReasons {
		r := router(credentials{refusedFor(reason), nil}.with("a"))
		_, failure := issue(t, r, query())
		require.Nil(t, failure)
		outcome, failure := issue(t, r, query())
		require.Nil(t, failure)
		require.Equal(t, []int{1}, used(outcome), reason)
	}
}

// A denial of one request says nothing of the credential, and another may still be let.
func TestDenialOfOneRequest(t *testing.T) {
	r := router(credentials{{Reason: providers.VendorPermissionDenied}, nil}.with("a"))
	for range 3 {
		outcome, failure := issue(t, r, query())
		require.Nil(t, failure)
		require.Equal(t, []int{0, 1}, used(outcome))
	}
}

// Which product a credential is refused for, and which not.
func TestOtherProductOfTheCredential(t *testing.T) {
	for reason, want := range map[providers.Reason]int{
		providers.VendorCredentialsRejected: 1,
		providers.VendorQuotaExhausted:      0,
		providers.VendorPermissionDenied:    0,
	} {
		a := credentials{refusedFor(reason), nil}.with("a")
		other := target("a", of(&page), on(a.Guard))
		r := guarded([]route.Route{
			{Flow: providers.FlowAppSDK, Targets: []route.Target{a}},
			{Flow: providers.FlowAppSDK, Scenario: "page", Targets: []route.Target{other}},
		}, ignore)
		_, failure := issue(t, r, query())
		require.Nil(t, failure)
		q := query()
		q.Scenario = "page"
		outcome, failure := issue(t, r, q)
		require.Nil(t, failure)
		require.Equal(t, []int{want}, used(outcome), reason)
	}
}

func TestNoCredentialLeft(t *testing.T) {
	rejected := refusedFor(providers.VendorCredentialsRejected)
	a := credentials{rejected, rejected}.with("a")
	r := router(a, target("b"))
	outcome, failure := issue(t, r, query())
	require.Nil(t, failure)
	require.Equal(t, []string{"a", "a", "b"}, tried(outcome))
	// The last one is ejected for refusals in a row.
	for range inARow - 1 {
		outcome, failure = issue(t, r, query())
		require.Nil(t, failure)
		require.Equal(t, []int{1, 0}, used(outcome))
		require.Equal(t, []string{"a", "b"}, tried(outcome))
	}
	outcome, failure = issue(t, r, query())
	require.Nil(t, failure)
	require.Equal(t, []string{"b"}, tried(outcome))
	require.Equal(t, guard.CredentialsEjected, outcome.Unavailable[0].Why)
}

// When one of two is revoked while many calls are in flight, no call fails, and few
// learn of it.
func TestRevokedUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		revoked, calls := time.Now().Add(5*time.Second), sync.WaitGroup{}
		var refused atomic.Int32
		a := target("a", on(guard.NewAccount(2, 10_000)))
		a.Issuer = answering(func(_ context.Context, call providers.Call) (*providers.Token, error) {
			time.Sleep(100 * time.Millisecond)
			if call.Credential == 0 && time.Now().After(revoked) {
				refused.Add(1)
				return nil, refusedFor(providers.VendorCredentialsRejected)
			}
			return &providers.Token{Value: sensitive.New("token")}, nil
		})
		r := router(a)
		for range 3000 {
			time.Sleep(time.Second / 300)
			calls.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
				defer cancel()
				if _, err := r.Issue(ctx, query()); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		// Those in flight as the first was refused, and a probe.
		require.InDelta(t, 31, refused.Load(), 2)
	})
}
