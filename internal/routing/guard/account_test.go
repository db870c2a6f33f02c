package guard

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// granted is a grant that must be given.
func granted(t *testing.T, target *Target, now time.Time, tried ...int) Grant {
	t.Helper()
	grant, refusal := target.Acquire(now, 3*time.Second, tried)
	require.Empty(t, refusal)
	return grant
}

// refused is why there is no grant.
func refused(t *testing.T, target *Target, now time.Time, tried ...int) Why {
	t.Helper()
	grant, refusal := target.Acquire(now, 3*time.Second, tried)
	require.NotEmpty(t, refusal)
	require.Equal(t, Grant{}, grant)
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
	one, other := a.Target("p"), a.Target("p")
	ends(t, one, epoch, breakerConfig.Consecutive, Result{Target: Faulty})
	require.Equal(t, BreakerOpen, refused(t, one, epoch))
	granted(t, other, epoch)
}

func TestProductOpensForAllItsTargets(t *testing.T) {
	a := NewAccount(1, 100)
	one, same, other := a.Target("p"), a.Target("p"), a.Target("q")
	ends(t, one, epoch, breakerConfig.Consecutive, Result{Product: Faulty})
	require.Equal(t, BreakerOpen, refused(t, same, epoch))
	require.Equal(t, Closed, one.breaker.state)
	granted(t, other, epoch)
}

func TestCredentialIsEjectedAfterOneRefusal(t *testing.T) {
	a := NewAccount(2, 100)
	target := a.Target("p")
	require.Zero(t, granted(t, target, epoch).Credential)
	ends(t, target, epoch, 1, Result{Credential: Faulty})
	require.Equal(t, 1, granted(t, target, epoch).Credential)
}

func TestEjectedCredentialIsSoForEveryProduct(t *testing.T) {
	a := NewAccount(2, 100)
	ends(t, a.Target("p"), epoch, 1, Result{Credential: Faulty})
	require.Equal(t, 1, granted(t, a.Target("q"), epoch).Credential)
}

// Where a credential lacks a product, it is good for the others.
func TestCredentialEjectedForAProduct(t *testing.T) {
	a := NewAccount(2, 100)
	target := a.Target("p")
	ends(t, target, epoch, 1, Result{CredentialForProduct: Faulty})
	require.Equal(t, 1, granted(t, target, epoch).Credential)
	require.Equal(t, 1, granted(t, a.Target("p"), epoch).Credential)
	require.Zero(t, granted(t, a.Target("q"), epoch).Credential)
}

func TestAllCredentialsEjected(t *testing.T) {
	target := NewAccount(2, 100).Target("p")
	ends(t, target, epoch, 1, Result{Credential: Faulty})
	ends(t, target, epoch, lastEjectionConfig.Consecutive, Result{CredentialForProduct: Faulty})
	require.Equal(t, CredentialsEjected, refused(t, target, epoch))
}

// Without the last usable credential no call is served: it takes refusals in a row, and a
// token between them ends the row.
func TestLastCredentialIsEjectedForRefusalsInARow(t *testing.T) {
	for _, result := range []Result{{Credential: Faulty}, {CredentialForProduct: Faulty}} {
		target := NewAccount(1, 100).Target("p")
		for range 20 {
			ends(t, target, epoch, lastEjectionConfig.Consecutive-1, result)
			ends(t, target, epoch, 1, healthy)
		}
		ends(t, target, epoch, lastEjectionConfig.Consecutive, result)
		require.Equal(t, CredentialsEjected, refused(t, target, epoch))
	}
}

// However long it is refused, the last credential is probed every 15 s.
func TestLastCredentialIsProbedSoon(t *testing.T) {
	target := NewAccount(1, 100).Target("p")
	ends(t, target, epoch, lastEjectionConfig.Consecutive, Result{Credential: Faulty})
	var probed []time.Duration
	for d := time.Duration(0); d <= time.Minute; d += time.Second {
		if grant, refusal := target.Acquire(at(d), time.Second, nil); refusal.Why == "" {
			probed = append(probed, d/time.Second)
			target.Release(at(d), grant, Result{Credential: Faulty})
		}
	}
	require.Equal(t, []time.Duration{5, 15, 30, 45, 60}, probed)
}

// Where no credential is usable, those that were to wait for minutes are probed soon too.
func TestNoCredentialWaitsLongWhereNoneIsUsable(t *testing.T) {
	target := NewAccount(2, 100).Target("p")
	target.account.credentials[0].breaker.cooldown = 5 * time.Minute
	ends(t, target, epoch, 1, Result{Credential: Faulty})
	require.Equal(t, at(5*time.Minute), target.account.credentials[0].breaker.probeAt)
	ends(t, target, epoch, lastEjectionConfig.Consecutive, Result{Credential: Faulty})
	refused(t, target, epoch)
	require.Equal(t, at(15*time.Second), target.account.credentials[0].breaker.probeAt)
}

// What put one credential right put those right that were refused for the same.
func TestProbeRestoresWhatWasRefusedForTheSameCause(t *testing.T) {
	for cause, want := range map[string]State{"address": Closed, "expired": Open} {
		a := NewAccount(2, 100)
		target := a.Target("p")
		ends(t, target, epoch, 1, Result{Credential: Faulty, Cause: cause})
		ends(t, target, epoch, lastEjectionConfig.Consecutive, Result{Credential: Faulty, Cause: "address"})
		a.credentials[0].breaker.probeAt = at(time.Hour)
		ends(t, target, at(5*time.Second), 1, healthy)
		require.Equal(t, want, a.credentials[0].breaker.state)
		require.Equal(t, Closed, a.credentials[1].breaker.state)
	}
}

// A quota that was raised was raised for every product.
func TestProbeRestoresTheOtherProducts(t *testing.T) {
	a := NewAccount(1, 100)
	p, q := a.Target("p"), a.Target("q")
	for _, target := range []*Target{p, q} {
		ends(t, target, epoch, lastEjectionConfig.Consecutive, Result{CredentialForProduct: Faulty, Cause: "quota"})
	}
	ends(t, p, at(5*time.Second), 1, healthy)
	require.Equal(t, Closed, q.product.credentials[0].breaker.state)
}

// One that is no probe says nothing of the others: they may have been refused since.
func TestOnlyAProbeRestores(t *testing.T) {
	a := NewAccount(2, 100)
	target := a.Target("p")
	ends(t, target, epoch, 1, Result{Credential: Faulty})
	ends(t, target, epoch, 3, healthy)
	require.Equal(t, Open, a.credentials[0].breaker.state)
}

// An ejected credential behind one that serves is probed too.
func TestEjectedCredentialIsProbedThoughAnotherServes(t *testing.T) {
	a := NewAccount(2, 100)
	target := a.Target("p")
	target.Release(epoch, granted(t, target, epoch, 0), Result{Credential: Faulty})
	require.Zero(t, granted(t, target, at(5*time.Second-1)).Credential)
	// A call that was refused a credential already takes one that works.
	require.Zero(t, granted(t, target, at(5*time.Second), 7).Credential)
	probe := granted(t, target, at(5*time.Second))
	require.Equal(t, 1, probe.Credential)
	require.True(t, probe.Probe)
	require.Zero(t, granted(t, target, at(5*time.Second)).Credential)
	target.Release(at(5*time.Second), probe, healthy)
	require.Equal(t, Closed, a.credentials[1].breaker.state)
}

// A refused attempt is told the earliest time at which another may begin, over all that
// keeps it.
func TestRefusalSaysWhenToComeAgain(t *testing.T) {
	a := NewAccount(2, 100)
	target := a.Target("p")
	retryAt := func() time.Time {
		_, refusal := target.Acquire(epoch, time.Second, nil)
		require.NotEmpty(t, refusal.Why)
		require.Equal(t, refusal.RetryAt, target.RetryAt(epoch))
		return refusal.RetryAt
	}
	require.Equal(t, epoch, target.RetryAt(epoch))
	for i, d := range []time.Duration{40 * time.Second, 10 * time.Second} {
		a.credentials[i].breaker.state, a.credentials[i].breaker.probeAt = Open, at(d)
	}
	require.Equal(t, at(10*time.Second), retryAt())
	target.breaker.state, target.breaker.probeAt = Open, at(11*time.Second)
	require.Equal(t, at(11*time.Second), retryAt())
	target.product.breaker.state, target.product.breaker.probeAt = Open, at(12*time.Second)
	require.Equal(t, at(12*time.Second), retryAt())
	target.product.restEnd = at(13 * time.Second)
	require.Equal(t, at(13*time.Second), retryAt())
	a.restEnd = at(14 * time.Second)
	require.Equal(t, at(14*time.Second), retryAt())
	target.product.credentials[1].restEnd = at(15 * time.Second)
	require.Equal(t, at(15*time.Second), retryAt())
}

// A vendor that asks to be left alone is, with what it speaks of, and no longer than a
// minute.
func TestRest(t *testing.T) {
	for subject, want := range map[Subject][4]bool{
		// another product, another credential of the product, of another product
		OfAccount:              {false, false, false, false},
		OfProduct:              {false, true, false, true},
		OfCredential:           {true, true, true, true},
		OfCredentialForProduct: {true, true, true, true},
	} {
		a := NewAccount(2, 100)
		p, q := a.Target("p"), a.Target("q")
		p.Release(epoch, granted(t, p, epoch), Result{RetryAfter: 30 * time.Second, RestOf: subject})
		var got [4]bool
		var credentials [2]int
		for i, target := range []*Target{p, q} {
			grant, refusal := target.Acquire(at(30*time.Second-1), time.Second, nil)
			got[i], got[2+i], credentials[i] = refusal.Why == "", refusal.Why == "", grant.Credential
			if refusal.Why != "" {
				require.Equal(t, Refusal{RetryAfter, at(30 * time.Second)}, refusal)
			}
		}
		require.Equal(t, want[0], got[0], subject)
		require.Equal(t, want[1], got[1], subject)
		switch subject {
		case OfCredential:
			require.Equal(t, [2]int{1, 1}, credentials)
		case OfCredentialForProduct:
			require.Equal(t, [2]int{1, 0}, credentials)
		case OfAccount, OfProduct:
		}
		require.Zero(t, granted(t, p, at(30*time.Second)).Credential)
	}
}

func TestRestIsAMinuteAtMost(t *testing.T) {
	target := NewAccount(1, 100).Target("p")
	grants := []Grant{granted(t, target, epoch), granted(t, target, epoch)}
	target.Release(epoch, grants[0], Result{RetryAfter: time.Hour})
	require.Equal(t, RetryAfter, refused(t, target, at(time.Minute-1)))
	// A shorter one that is told later does not end a longer one.
	target.Release(epoch, grants[1], Result{RetryAfter: time.Second})
	require.Equal(t, RetryAfter, refused(t, target, at(time.Minute-1)))
	require.Equal(t, at(time.Minute), target.account.Status(at(time.Second)).RestEnd)
	require.Zero(t, target.account.Status(at(time.Minute)).RestEnd)
	granted(t, target, at(time.Minute))
}

// Silence counts once it is longer than the product's tokens take, and half a second.
func TestSilenceCounts(t *testing.T) {
	tests := map[string]struct {
		takes, silent time.Duration
		halved        bool
		want          State
	}{
		"nothing known":            {0, time.Hour, false, Closed},
		"quick, and half a second": {50 * time.Millisecond, 500 * time.Millisecond, false, Open},
		"quick, and less":          {50 * time.Millisecond, 499 * time.Millisecond, false, Closed},
		"slow, and longer":         {2 * time.Second, 2100 * time.Millisecond, false, Open},
		"slow, and shorter":        {2 * time.Second, 1900 * time.Millisecond, false, Closed},
		"cut by the router":        {50 * time.Millisecond, time.Hour, true, Closed},
	}
	for name, test := range tests {
		target := NewAccount(1, 100).Target("p")
		for range 50 {
			if test.takes > 0 {
				target.Release(at(test.takes), granted(t, target, epoch), healthy)
			}
		}
		for range breakerConfig.Consecutive {
			target.Release(at(test.silent), granted(t, target, epoch), Result{Silent: true, Halved: test.halved})
		}
		require.Equal(t, test.want, target.product.breaker.state, name)
	}
}

// A vendor whose answers take now this long, now that, is given the time of the longer.
func TestPatienceFollowsTheDeviation(t *testing.T) {
	var p pace
	for i := range 100 {
		p.learn(time.Duration(1+i%2*2) * time.Second)
	}
	require.False(t, p.tooSilent(5*time.Second))
	require.True(t, p.tooSilent(8*time.Second))
}

func TestTriedCredentialsAreNotUsedAgain(t *testing.T) {
	target := NewAccount(3, 100).Target("p")
	require.Equal(t, 1, granted(t, target, epoch, 0).Credential)
	require.Equal(t, 2, granted(t, target, epoch, 0, 1).Credential)
	require.Equal(t, CredentialsEjected, refused(t, target, epoch, 2, 1, 0))
}

// A refused credential is tried again after 5 s, then 10 s, and so on; the others go on
// meanwhile.
func TestEjectedCredentialIsProbedSlowly(t *testing.T) {
	target := NewAccount(2, 100).Target("p")
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
	target := NewAccount(2, 100).Target("p")
	ends(t, target, epoch, 1, Result{Credential: Faulty})
	ends(t, target, at(5*time.Second), 1, Result{Credential: Healthy})
	require.Equal(t, Grant{start: at(5 * time.Second), slot: Slot{at(5 * time.Second), 1}, credential: Permit{era: 3}},
		granted(t, target, at(5*time.Second)))
}

func TestSlotsAreTheAccounts(t *testing.T) {
	a := NewAccount(1, 2)
	granted(t, a.Target("p"), epoch)
	grant := granted(t, a.Target("q"), epoch)
	require.Equal(t, LimitReached, refused(t, a.Target("p"), epoch))
	a.Target("q").Release(epoch, grant, Result{})
	granted(t, a.Target("p"), epoch)
}

// A limit answer teaches the limiter and nothing else.
func TestLimitAnswerCountsAgainstNothing(t *testing.T) {
	a := NewAccount(1, 100)
	target := a.Target("p")
	for i := range 100 {
		ends(t, target, at(time.Duration(i)*time.Second), 1, Result{ConcurrencyLimited: true})
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
		LimitReached:       func(target *Target) { target.account.limiter.inFlight = 1 },
	}
	for refusal, keep := range keeps {
		target := NewAccount(1, 1).Target("p")
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
	target := a.Target("p")
	require.Zero(t, granted(t, target, epoch).ClockOffset)
	ends(t, target, epoch, 1, Result{SignatureRefused: true, Date: at(10 * time.Minute)})
	require.InDelta(t, 600, a.ClockOffset().Seconds(), 2)
	require.Equal(t, a.ClockOffset(), granted(t, a.Target("q"), epoch).ClockOffset)
	ends(t, target, epoch, 1, Result{})
	require.InDelta(t, 600, a.ClockOffset().Seconds(), 2)
}

// retry makes a retry that must be allowed, and ends.
func retry(t *testing.T, target *Target, now time.Time) {
	t.Helper()
	grant, refusal := target.AcquireRetry(now, time.Second, nil)
	require.Empty(t, refusal)
	target.Release(now, grant, Result{})
}

// noRetry is what a retry meets for which there is no budget.
func noRetry(t *testing.T, target *Target, now time.Time) {
	t.Helper()
	require.False(t, target.MayRetry(now))
	grant, refusal := target.AcquireRetry(now, time.Second, nil)
	require.Equal(t, Grant{}, grant)
	require.Equal(t, Refusal{RetryBudgetSpent, now}, refusal)
}

// Every attempt earns a part of a retry, whichever target made it.
func TestRetriesAreTheAccounts(t *testing.T) {
	a := NewAccount(1, 100)
	p, q := a.Target("p"), a.Target("q")
	for range retryBurst {
		retry(t, p, epoch)
	}
	noRetry(t, q, epoch)
	// Two of the three retries have earned a part already.
	ends(t, p, epoch, attemptsPerRetry-2, Result{})
	retry(t, q, epoch)
	noRetry(t, p, epoch)
}

// A retry that something else refuses is not spent.
func TestRefusedRetrySpendsNothing(t *testing.T) {
	a := NewAccount(1, 1)
	target := a.Target("p")
	grant := granted(t, target, epoch)
	for range 2 * retryBurst {
		_, refusal := target.AcquireRetry(epoch, time.Second, nil)
		require.Equal(t, LimitReached, refusal.Why)
	}
	target.Release(epoch, grant, Result{})
	retry(t, target, epoch)
}

func TestStatusOfAnAccount(t *testing.T) {
	a := NewAccount(2, 7)
	target := a.Target("p")
	ends(t, target, epoch, 1, Result{SignatureRefused: true, Date: at(time.Hour)})
	until := Status{Open, at(5 * time.Second)}
	for _, b := range []*Breaker{&a.credentials[0].breaker, &target.product.credentials[1].breaker} {
		b.state, b.probeAt = until.State, until.Until
	}
	require.Equal(t, AccountStatus{
		Limit: 7, MaxInFlight: 7, ClockOffset: a.ClockOffset(), Credentials: []Status{until, {}},
	}, a.Status(epoch))
	require.Equal(t, TargetStatus{Credentials: []Status{{}, until}}, target.Status(epoch))
}

// Whatever many do at once, everything is released in the end.
func TestAccountUnderConcurrency(t *testing.T) {
	a := NewAccount(2, 8)
	targets := []*Target{a.Target("p"), a.Target("p"), a.Target("q")}
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
	require.Empty(t, a.queue.waiting)
}

// use makes an attempt, or waits for its turn.
func use(target *Target, verdict Verdict) {
	grant, refusal := target.Acquire(time.Now(), time.Second, nil)
	switch refusal.Why {
	case "":
		target.Release(time.Now(), grant, Result{Product: verdict, Credential: verdict})
	case LimitReached:
		if _, leave, ok := target.Await(); ok {
			leave()
		}
	default:
		target.MayRetry(at(0))
	}
}
