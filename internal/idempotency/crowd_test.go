package idempotency_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// A call waits for nobody who has another key, however many there are: neither for those whose
// calls are under way, nor for those who wait for another's, nor for those who come at once.
func TestTheNextOfManyCalls(t *testing.T) {
	crowd := 40_000
	if alloctest.UnderRaceDetector() {
		crowd = 2000 // it allows 8,128 goroutines
	}
	keeper := newKeeper(t, idempotency.NewMemory(1<<20, 1<<40))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	do := func(key string, run idempotency.Run) error {
		_, err := keeper.Do(ctx, idempotency.Call{Key: key, Message: []idempotency.Part{{[]byte(key)}}, Run: run})
		return err
	}
	issued := idempotency.Answer{Content: sealed, Expires: time.Now().Add(time.Hour)}
	// next is how long most calls with keys of their own take at most.
	next := func(name string) time.Duration {
		var took []time.Duration
		for i := range 101 {
			began := time.Now()
			require.NoError(t, do(name+strconv.Itoa(i), func(context.Context) (idempotency.Answer, error) { return issued, nil }))
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		return took[len(took)/2]
	}
	alone := next("alone")

	release := make(chan struct{})
	var begun, ended sync.WaitGroup
	begun.Add(crowd)
	for i := range crowd {
		ended.Go(func() {
			_ = do("held"+strconv.Itoa(i), func(context.Context) (idempotency.Answer, error) {
				begun.Done()
				<-release
				return issued, nil
			})
		})
		if i%4 == 0 {
			ended.Go(func() {
				_ = do("shared", func(context.Context) (idempotency.Answer, error) {
					<-release
					return issued, nil
				})
			})
		}
	}
	begun.Wait()
	beside := next("beside")
	close(release)
	at := next("at once") // with all that end
	ended.Wait()
	t.Logf("alone %s, beside %d calls %s, while they end %s", alone, crowd, beside, at)
	const slack = 5 * time.Millisecond // of the scheduler
	require.Less(t, beside, 10*alone+slack)
	// Those who end need the processors: a call in the middle of them waits its turn once or twice.
	require.Less(t, at, time.Second)
	require.Less(t, next("after"), 10*alone+slack)
}
