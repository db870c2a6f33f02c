package guard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Without the last usable credential no call is served: it takes refusals in a row, and a
// token between them ends the row.
func TestLastCredentialIsEjectedForRefusalsInARow(t *testing.T) {
	for _, result := range []Result{{Credential: Faulty}, {CredentialForProduct: Faulty}} {
		target := NewAccount(1, 100).Target("p", "")
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
	target := NewAccount(1, 100).Target("p", "")
	ends(t, target, epoch, lastEjectionConfig.Consecutive, Result{Credential: Faulty})
	var probed []time.Duration
	for d := time.Duration(0); d <= time.Minute; d += time.Second {
		grant := new(Grant)
		if refusal := target.Acquire(grant, "", at(d), time.Second, nil, Nobody); refusal.Why == "" {
			probed = append(probed, d/time.Second)
			target.Release(at(d), grant, Result{Credential: Faulty})
		}
	}
	require.Equal(t, []time.Duration{5, 15, 30, 45, 60}, probed)
}

// Where no credential is usable, those that were to wait for minutes are probed soon too.
func TestNoCredentialWaitsLongWhereNoneIsUsable(t *testing.T) {
	target := NewAccount(2, 100).Target("p", "")
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
		target := a.Target("p", "")
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
	p, q := a.Target("p", ""), a.Target("q", "")
	for _, target := range []*Target{p, q} {
		ends(t, target, epoch, lastEjectionConfig.Consecutive, Result{CredentialForProduct: Faulty, Cause: "quota"})
	}
	ends(t, p, at(5*time.Second), 1, healthy)
	require.Equal(t, Closed, q.product.credentials[0].breaker.state)
}

// One that is no probe says nothing of the others: they may have been refused since.
func TestOnlyAProbeRestores(t *testing.T) {
	a := NewAccount(2, 100)
	target := a.Target("p", "")
	ends(t, target, epoch, 1, Result{Credential: Faulty})
	ends(t, target, epoch, 3, healthy)
	require.Equal(t, Open, a.credentials[0].breaker.state)
}

// An ejected credential behind one that serves is probed too.
func TestEjectedCredentialIsProbedThoughAnotherServes(t *testing.T) {
	a := NewAccount(2, 100)
	target := a.Target("p", "")
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
