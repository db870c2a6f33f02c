package guard

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// next is the guard under another configuration.
func next(t *testing.T, a *Account, now time.Time, kept []int, ids ...string) *Account {
	t.Helper()
	other, also := a.Next(now, ids, 100)
	require.Equal(t, kept, also)
	return other
}

// What did not change is known under the next configuration, and what happens under either
// counts for both.
func TestNextConfigurationKnowsWhatIsKnown(t *testing.T) {
	a := AccountOf([]string{"main", "spare"}, 100)
	own, shared := a.Target("p", "login"), a.Target("q", "")
	ends(t, own, epoch, breakerConfig.Consecutive, Result{Target: Faulty})
	ends(t, shared, epoch, breakerConfig.Consecutive, Result{Product: Faulty})
	ends(t, a.Target("r", ""), epoch, 1, Result{Credential: Faulty})
	inFlight := granted(t, a.Target("r", ""), epoch)

	b := next(t, a, epoch, nil, "spare", "main")
	require.Equal(t, BreakerOpen, refused(t, b.Target("p", "login"), epoch))
	require.Equal(t, BreakerOpen, refused(t, b.Target("q", "other"), epoch))
	granted(t, b.Target("p", "withdrawal"), epoch)
	require.Equal(t, []State{Closed, Open}, []State{b.Status(epoch).Credentials[0].State, b.Status(epoch).Credentials[1].State})
	require.Equal(t, 2, b.Status(epoch).InFlight)
	a.Target("r", "").Release(epoch, inFlight, Result{RateLimited: true, Answered: true})
	require.Equal(t, 1, b.Status(epoch).InFlight)
	require.NotZero(t, b.Status(epoch).Rate)
}

// A target that a configuration leaves out is forgotten, not only hidden.
func TestWhatIsLeftOutIsForgotten(t *testing.T) {
	a := AccountOf([]string{"main"}, 100)
	ends(t, a.Target("p", "login"), epoch, breakerConfig.Consecutive, Result{Target: Faulty})
	b := next(t, a, epoch, nil, "main")
	b.Target("p", "other")
	c := next(t, b, epoch, nil, "main")
	granted(t, c.Target("p", "login"), epoch)
}

// However many configurations there were, the guard holds what the last two asked for.
func TestConfigurationsDoNotAddUp(t *testing.T) {
	a := AccountOf([]string{"0"}, 100)
	for i := range 1000 {
		a, _ = a.Next(epoch, []string{strconv.Itoa(i)}, 100)
		target := a.Target("p", strconv.Itoa(i))
		grant := new(Grant)
		refusal := target.Acquire(grant, strconv.Itoa(i), epoch, time.Second, nil, Nobody)
		require.Empty(t, refusal)
		target.Release(epoch, grant, healthy)
		require.LessOrEqual(t, len(a.credentials), 1+maxReplaced)
	}
	require.LessOrEqual(t, len(a.products["p"].ejections), 2)
	require.LessOrEqual(t, len(a.products["p"].own)+len(a.products["p"].before), 2)
	require.LessOrEqual(t, len(a.callers), 2)
}

func TestLimitOfTheNextConfiguration(t *testing.T) {
	a := AccountOf([]string{"main"}, 100)
	b, _ := a.Next(epoch, []string{"main"}, 10)
	require.Equal(t, 10, b.Status(epoch).Limit)
	var grants []*Grant
	for range 6 {
		grants = append(grants, granted(t, b.Target("p", ""), epoch))
	}
	for i, grant := range slices.Backward(grants) {
		b.Target("p", "").Release(epoch, grant, Result{ConcurrencyLimited: i == 5}) // as the vendor teaches
	}
	require.Equal(t, 5, b.Status(epoch).Limit)
	c, _ := b.Next(epoch, []string{"main"}, 200)
	require.Equal(t, 5, c.Status(epoch).Limit)
	require.Equal(t, 200, c.Status(epoch).MaxInFlight)
}

// The new credential is tried by one probe while the one that it replaces serves, and serves
// alone once the probe has issued a token.
func TestNewCredentialIsTriedBeforeTheOldOneGoes(t *testing.T) {
	a := AccountOf([]string{"old"}, 100)
	a.Target("p", "")
	b := next(t, a, epoch, []int{0}, "new")
	target := b.Target("p", "")
	require.Equal(t, []Rotation{Untried, Replaced}, b.Status(epoch).Rotations)
	probe := granted(t, target, epoch)
	require.True(t, probe.Probe)
	require.Equal(t, 0, probe.Credential)
	for range 10 {
		require.Equal(t, 1, granted(t, target, epoch).Credential)
	}
	require.False(t, b.Replaced())
	target.Release(at(time.Second), probe, healthy)
	require.True(t, b.Replaced())
	for range 10 {
		require.Equal(t, 0, granted(t, target, at(time.Second)).Credential)
	}
	require.Equal(t, CredentialsEjected, refused(t, target, at(time.Second), 0)) // the old one is gone
	c := next(t, b, at(time.Second), nil, "new")
	require.Equal(t, []Rotation{NoRotation}, c.Status(epoch).Rotations)
}

// A new credential that the vendor refuses is probed like any that is ejected, and the old
// one serves, for however long.
func TestOldCredentialServesWhileTheNewOneIsRefused(t *testing.T) {
	a := AccountOf([]string{"old"}, 100)
	b := next(t, a, epoch, []int{0}, "new")
	target := b.Target("p", "")
	for d := time.Duration(0); d < time.Hour; d += time.Second {
		grant := granted(t, target, at(d))
		if grant.Credential == 0 {
			target.Release(at(d), grant, Result{Credential: Faulty, Cause: "rejected"})
			grant = granted(t, target, at(d), 0)
		}
		require.Equal(t, 1, grant.Credential)
		target.Release(at(d), grant, healthy)
	}
	require.Equal(t, []Rotation{Rejected, Replaced}, b.Status(epoch).Rotations)
	// The configuration that is loaded again changes nothing, and one with another new
	// credential keeps the one that serves.
	c := next(t, b, at(time.Hour), []int{1}, "new")
	d := next(t, c, at(time.Hour), []int{1}, "newer")
	require.Equal(t, []Rotation{Untried, Replaced}, d.Status(epoch).Rotations)
	// Going back is no rotation.
	e := next(t, d, at(time.Hour), nil, "old")
	require.Equal(t, []Rotation{NoRotation}, e.Status(epoch).Rotations)
}

// One that serves no more for a while is kept all the same, until the new one has served.
func TestEjectedCredentialIsKept(t *testing.T) {
	a := AccountOf([]string{"old"}, 100)
	b := next(t, a, epoch, []int{0}, "new")
	target := b.Target("p", "")
	target.Release(epoch, granted(t, target, epoch), Result{Credential: Faulty, Cause: "rejected"})
	ends(t, target, epoch, lastEjectionConfig.Consecutive, Result{Credential: Faulty, Cause: "quota"})
	require.Equal(t, CredentialsEjected, refused(t, target, epoch))
	c := next(t, b, epoch, []int{1}, "new")
	require.Equal(t, []Rotation{Rejected, Replaced}, c.Status(epoch).Rotations)
}

// What an operator only takes out is gone at once.
func TestCredentialThatNothingReplacesIsGone(t *testing.T) {
	a := AccountOf([]string{"main", "leaked"}, 100)
	b := next(t, a, epoch, nil, "main")
	require.Len(t, b.Status(epoch).Credentials, 1)
}

// Where no credential is usable there is nothing to lose.
func TestNewCredentialServesAtOnceWhereNoneIsUsable(t *testing.T) {
	a := AccountOf([]string{"old"}, 100)
	ends(t, a.Target("p", ""), epoch, lastEjectionConfig.Consecutive, Result{Credential: Faulty})
	b := next(t, a, epoch, nil, "new")
	target := b.Target("p", "")
	for range 10 {
		grant := granted(t, target, epoch)
		require.Zero(t, grant.Credential)
		require.False(t, grant.Probe)
	}
}

// A probe of another credential says nothing of one that never served.
func TestProbeDoesNotRestoreWhatNeverServed(t *testing.T) {
	a := AccountOf([]string{"one", "two"}, 100)
	target := a.Target("p", "")
	ends(t, target, epoch, 1, Result{Credential: Faulty, Cause: "rejected"})
	b := next(t, a, epoch, []int{1}, "one", "new")
	target = b.Target("p", "")
	probe := granted(t, target, epoch)
	require.Equal(t, 1, probe.Credential)
	target.Release(epoch, probe, Result{Credential: Faulty, Cause: "rejected"})
	probe = granted(t, target, at(5*time.Second))
	require.Equal(t, 0, probe.Credential)
	target.Release(at(5*time.Second), probe, healthy)
	require.Equal(t, []Rotation{NoRotation, Rejected, Replaced}, b.Status(epoch).Rotations)
	require.Equal(t, Open, b.Status(at(5 * time.Second)).Credentials[1].State)
}
