package guard

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/routing/guard/limit"
)

// granted is a grant that must be given.
func granted(t *testing.T, target *Target, now time.Time, tried ...int) *Grant {
	t.Helper()
	grant := new(Grant)
	refusal := target.Acquire(grant, "", now, 3*time.Second, tried, Nobody)
	require.Empty(t, refusal)
	return grant
}

// refused is why there is no grant.
func refused(t *testing.T, target *Target, now time.Time, tried ...int) Why {
	t.Helper()
	grant := new(Grant)
	refusal := target.Acquire(grant, "", now, 3*time.Second, tried, Nobody)
	require.NotEmpty(t, refusal)
	require.Equal(t, Grant{}, *grant)
	require.False(t, refusal.RetryAt.Before(now))
	return refusal.Why
}

// ends makes attempts that end so.
func ends(t *testing.T, target *Target, now time.Time, n int, result Result) {
	t.Helper()
	for range n {
		target.Release(now, granted(t, target, now), result)
	}
}

func TestTargetOpensForItsParametersAlone(t *testing.T) {
	a := NewAccount(1, 100)
	one, other := a.Target("p", "one"), a.Target("p", "other")
	ends(t, one, epoch, breakerConfig.Consecutive, Result{Target: Faulty})
	require.Equal(t, BreakerOpen, refused(t, one, epoch))
	granted(t, other, epoch)
}

func TestProductOpensForAllItsTargets(t *testing.T) {
	a := NewAccount(1, 100)
	one, same, other := a.Target("p", "one"), a.Target("p", "same"), a.Target("q", "")
	ends(t, one, epoch, breakerConfig.Consecutive, Result{Product: Faulty})
	require.Equal(t, BreakerOpen, refused(t, same, epoch))
	require.Equal(t, Closed, one.breaker.state)
	granted(t, other, epoch)
}

func TestCredentialIsEjectedAfterOneRefusal(t *testing.T) {
	a := NewAccount(2, 100)
	target := a.Target("p", "")
	require.Zero(t, granted(t, target, epoch).Credential)
	ends(t, target, epoch, 1, Result{Credential: Faulty})
	require.Equal(t, 1, granted(t, target, epoch).Credential)
}

func TestEjectedCredentialIsSoForEveryProduct(t *testing.T) {
	a := NewAccount(2, 100)
	ends(t, a.Target("p", ""), epoch, 1, Result{Credential: Faulty})
	require.Equal(t, 1, granted(t, a.Target("q", ""), epoch).Credential)
}

// Where a credential lacks a product, it is good for the others.
func TestCredentialEjectedForAProduct(t *testing.T) {
	a := NewAccount(2, 100)
	target := a.Target("p", "")
	ends(t, target, epoch, 1, Result{CredentialForProduct: Faulty})
	require.Equal(t, 1, granted(t, target, epoch).Credential)
	require.Equal(t, 1, granted(t, a.Target("p", ""), epoch).Credential)
	require.Zero(t, granted(t, a.Target("q", ""), epoch).Credential)
}

func TestAllCredentialsEjected(t *testing.T) {
	target := NewAccount(2, 100).Target("p", "")
	ends(t, target, epoch, 1, Result{Credential: Faulty})
	ends(t, target, epoch, lastEjectionConfig.Consecutive, Result{CredentialForProduct: Faulty})
	require.Equal(t, CredentialsEjected, refused(t, target, epoch))
}

func TestTriedCredentialsAreNotUsedAgain(t *testing.T) {
	target := NewAccount(3, 100).Target("p", "")
	require.Equal(t, 1, granted(t, target, epoch, 0).Credential)
	require.Equal(t, 2, granted(t, target, epoch, 0, 1).Credential)
	require.Equal(t, CredentialsEjected, refused(t, target, epoch, 2, 1, 0))
}

// A refused credential is tried again after 5 s, then 10 s, and so on; the others go on
// meanwhile.
func TestEjectedCredentialIsProbedSlowly(t *testing.T) {
	target := NewAccount(2, 100).Target("p", "")
	ends(t, target, epoch, 1, Result{Credential: Faulty})
	var probed []time.Duration
	for d := time.Duration(0); d <= 200*time.Second; d += time.Second {
		grant := granted(t, target, at(d))
		require.Equal(t, grant.Credential == 0, grant.Probe)
		result := Result{Credential: Healthy}
		if grant.Credential == 0 {
			probed = append(probed, d/time.Second)
			result = Result{Credential: Faulty}
		}
		target.Release(at(d), grant, result)
	}
	require.Equal(t, []time.Duration{5, 15, 35, 75, 155}, probed)
}

func TestProbedCredentialIsGoodAgain(t *testing.T) {
	target := NewAccount(2, 100).Target("p", "")
	ends(t, target, epoch, 1, Result{Credential: Faulty})
	ends(t, target, at(5*time.Second), 1, Result{Credential: Healthy})
	grant := granted(t, target, at(5*time.Second))
	require.Equal(t, at(5*time.Second), grant.slot.Start())
	grant.slot = limit.Slot{}
	require.Equal(t, Grant{caller: target.account.caller(""), credential: Permit{era: 3}}, *grant)
}

func TestSlotsAreTheAccounts(t *testing.T) {
	a := NewAccount(1, 2)
	granted(t, a.Target("p", ""), epoch)
	grant := granted(t, a.Target("q", ""), epoch)
	require.Equal(t, LimitReached, refused(t, a.Target("p", ""), epoch))
	a.Target("q", "").Release(epoch, grant, Result{})
	granted(t, a.Target("p", ""), epoch)
}

// A limit answer teaches the limiter and nothing else.
func TestLimitAnswerCountsAgainstNothing(t *testing.T) {
	a := NewAccount(1, 100)
	target := a.Target("p", "")
	for i := range 100 { // so seldom that none is kept from beginning
		ends(t, target, at(time.Duration(i)*10*time.Second), 1, Result{ConcurrencyLimited: true})
	}
	require.Equal(t, 1, a.limiter.Limit())
	require.Equal(t, Closed, target.breaker.state)
	require.Equal(t, Closed, target.product.breaker.state)
	require.Equal(t, Closed, a.credentials[0].breaker.state)
	require.Equal(t, Closed, target.product.credentials[0].breaker.state)
}

// openAll opens whatever may open, with its cool-down over.
func openAll(target *Target) {
	for _, b := range []*Breaker{&target.breaker, &target.product.breaker, &target.account.credentials[0].breaker, &target.product.credentials[0].breaker} {
		b.era++
		b.state, b.probeAt = Open, epoch
	}
}

// An attempt that is refused by one thing is no probe of another.
func TestRefusedAttemptIsNoProbe(t *testing.T) {
	later := at(10 * time.Second)
	keeps := map[Why]func(*Target){
		BreakerOpen:        func(target *Target) { target.product.breaker.probeAt = later },
		CredentialsEjected: func(target *Target) { target.product.credentials[0].breaker.probeAt = later },
		LimitReached:       func(target *Target) { _, _ = target.account.limiter.Acquire(epoch) },
	}
	for refusal, keep := range keeps {
		target := NewAccount(1, 1).Target("p", "")
		openAll(target)
		slots := target.account.limiter
		keep(target)
		require.Equal(t, refusal, refused(t, target, epoch))
		target.account.limiter = slots
		for _, b := range []*Breaker{&target.product.breaker, &target.product.credentials[0].breaker} {
			if b.probeAt.Equal(later) {
				b.probeAt = epoch
			}
		}
		grant := granted(t, target, epoch)
		require.True(t, grant.Probe)
		target.Release(epoch, grant, healthy)
		require.Equal(t, Closed, target.breaker.state)
		require.Equal(t, Closed, target.product.breaker.state)
		require.Equal(t, Closed, target.account.credentials[0].breaker.state)
		require.Equal(t, Closed, target.product.credentials[0].breaker.state)
	}
}

func TestGrantHasTheClockOffset(t *testing.T) {
	a := NewAccount(1, 100)
	target := a.Target("p", "")
	require.Zero(t, granted(t, target, epoch).ClockOffset)
	ends(t, target, epoch, 1, Result{SignatureRefused: true, Date: at(10 * time.Minute)})
	require.InDelta(t, 600, a.ClockOffset().Seconds(), 2)
	require.Equal(t, a.ClockOffset(), granted(t, a.Target("q", ""), epoch).ClockOffset)
	ends(t, target, epoch, 1, Result{})
	require.InDelta(t, 600, a.ClockOffset().Seconds(), 2)
}

// retry makes a retry that must be allowed, and ends.
func retry(t *testing.T, target *Target, now time.Time) {
	t.Helper()
	grant := new(Grant)
	refusal := target.AcquireRetry(grant, "", now, time.Second, nil, Nobody)
	require.Empty(t, refusal)
	target.Release(now, grant, Result{})
}

// noRetry is what a retry meets for which there is no budget.
func noRetry(t *testing.T, target *Target, now time.Time) {
	t.Helper()
	require.False(t, target.MayRetry(now))
	grant := new(Grant)
	refusal := target.AcquireRetry(grant, "", now, time.Second, nil, Nobody)
	require.Equal(t, Grant{}, *grant)
	require.Equal(t, Refusal{RetryBudgetSpent, now}, refusal)
}

// Every attempt earns a part of a retry, whichever target made it.
func TestRetriesAreTheAccounts(t *testing.T) {
	a := NewAccount(1, 100)
	p, q := a.Target("p", ""), a.Target("q", "")
	for range limit.RetryBurst {
		retry(t, p, epoch)
	}
	noRetry(t, q, epoch)
	// Two of the three retries have earned a part already.
	ends(t, p, epoch, limit.AttemptsPerRetry-2, Result{})
	retry(t, q, epoch)
	noRetry(t, p, epoch)
}

// A retry that something else refuses is not spent.
func TestRefusedRetrySpendsNothing(t *testing.T) {
	a := NewAccount(1, 1)
	target := a.Target("p", "")
	grant := granted(t, target, epoch)
	for range 2 * limit.RetryBurst {
		refusal := target.AcquireRetry(new(Grant), "", epoch, time.Second, nil, Nobody)
		require.Equal(t, LimitReached, refusal.Why)
	}
	target.Release(epoch, grant, Result{})
	retry(t, target, epoch)
}

func TestStatusOfAnAccount(t *testing.T) {
	a := NewAccount(2, 7)
	target := a.Target("p", "")
	ends(t, target, epoch, 1, Result{SignatureRefused: true, Date: at(time.Hour)})
	until := Status{Open, at(5 * time.Second)}
	for _, b := range []*Breaker{&a.credentials[0].breaker, &target.product.credentials[1].breaker} {
		b.state, b.probeAt = until.State, until.Until
	}
	require.Equal(t, AccountStatus{
		Limit: 7, MaxInFlight: 7, Share: 1, ClockOffset: a.ClockOffset(), Credentials: []Status{until, {}}, Rotations: make([]Rotation, 2),
	}, a.Status(epoch))
	require.Equal(t, TargetStatus{Credentials: []Status{{}, until}}, target.Status(epoch))
}

// Whatever many do at once, everything is released in the end.
func TestAccountUnderConcurrency(t *testing.T) {
	a := NewAccount(2, 8)
	targets := []*Target{a.Target("p", "one"), a.Target("p", "other"), a.Target("q", "")}
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for i := range 500 {
				target := targets[i%len(targets)]
				use(target, Verdict(rand.N(3)))
				target.Status(time.Now())
				a.Status(time.Now())
			}
		})
	}
	workers.Wait()
	require.Zero(t, a.limiter.InFlight())
	require.Zero(t, a.limiter.Reserved())
	require.Zero(t, a.queue.waiting)
	require.Empty(t, a.queue.lines)
}

// use makes an attempt, or waits for its turn.
func use(target *Target, verdict Verdict) {
	grant := new(Grant)
	refusal := target.Acquire(grant, "", time.Now(), time.Second, nil, Nobody)
	switch refusal.Why {
	case "":
		target.Release(time.Now(), grant, Result{Product: verdict, Credential: verdict})
	case LimitReached:
		if turn, ok := target.Await(strconv.Itoa(rand.N(3))); ok {
			turn.Leave()
		}
	default:
		target.MayRetry(at(0))
	}
}
