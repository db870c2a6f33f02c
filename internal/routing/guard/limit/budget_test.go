package limit

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/routing/guard/modeltest"
)

func TestRetryBurst(t *testing.T) {
	var b RetryBudget
	for range 3 {
		require.True(t, b.Spend(at(0)))
	}
	require.False(t, b.Spend(at(0)))
}

// A quiet account has its burst again when it has not been asked to retry for 30 s.
func TestRetryBurstComesBack(t *testing.T) {
	var b RetryBudget
	for i := range 3 {
		require.True(t, b.Spend(at(time.Duration(i)*time.Second)))
	}
	require.False(t, b.Spend(at(32*time.Second-1)))
	for range 3 {
		require.True(t, b.Spend(at(32*time.Second)))
	}
	require.False(t, b.Spend(at(32*time.Second)))
}

func TestFiveAttemptsEarnARetry(t *testing.T) {
	b := RetryBudget{owed: RetryBurst * AttemptsPerRetry, last: at(0)}
	for range 4 {
		b.Earn()
	}
	require.False(t, b.Spend(at(0)))
	b.Earn()
	require.True(t, b.Spend(at(0)))
	require.False(t, b.Spend(at(0)))
}

// However many attempts there were: no more than the burst is saved up.
func TestRetriesAreNotSavedUp(t *testing.T) {
	b := RetryBudget{owed: 1}
	for range 1000 {
		b.Earn()
	}
	require.Equal(t, RetryBudget{}, b)
}

// As long as they go on, retries are at most a fifth of the attempts, and the burst, over
// whatever span one looks.
func TestModelRetryBudget(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	var b RetryBudget
	// excess is by how much, in attempts, the retries of the worst span that ends now
	// are above a fifth.
	excess, retries := 0, 0
	for range modeltest.RandomSequences {
		attempting := random.IntN(1+random.IntN(20)) > 0
		if attempting {
			b.Earn()
			excess = max(0, excess-1)
		} else if b.Spend(at(0)) {
			excess += AttemptsPerRetry
			retries++
		}
		if excess > RetryBurst*AttemptsPerRetry {
			t.Fatalf("%d fifths of retries too many", excess)
		}
	}
	require.Greater(t, retries, modeltest.RandomSequences/10)
}
