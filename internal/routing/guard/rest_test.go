package guard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A refused attempt is told the earliest time at which another may begin, over all that
// keeps it.
func TestRefusalSaysWhenToComeAgain(t *testing.T) {
	a := NewAccount(2, 100)
	target := a.Target("p", "")
	retryAt := func() time.Time {
		refusal := target.Acquire(new(Grant), "", epoch, time.Second, nil, Nobody)
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
		p, q := a.Target("p", ""), a.Target("q", "")
		p.Release(epoch, granted(t, p, epoch), Result{RetryAfter: 30 * time.Second, RestOf: subject})
		var got [4]bool
		var credentials [2]int
		for i, target := range []*Target{p, q} {
			grant := new(Grant)
			refusal := target.Acquire(grant, "", at(30*time.Second-1), time.Second, nil, Nobody)
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
	target := NewAccount(1, 100).Target("p", "")
	grants := []*Grant{granted(t, target, epoch), granted(t, target, epoch)}
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
		target := NewAccount(1, 100).Target("p", "")
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
