package idempotency_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// step is one call of a random history.
type step struct {
	At, Timeout, CancelAfter time.Duration
	Keeper, Key, Message     int
	// Took is how long its run takes, if it comes to one; Life is how long its token
	// lives, 0 if nobody knows; Ends is how the run ends.
	Took, Life time.Duration
	Ends       string
}

func seconds(least, most int) *rapid.Generator[time.Duration] {
	return rapid.Map(rapid.IntRange(least*10, most*10), func(tenths int) time.Duration {
		return time.Duration(tenths) * 100 * time.Millisecond
	})
}

var steps = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
	return step{
		At:          seconds(0, 60).Draw(t, "at"),
		Timeout:     seconds(1, 10).Draw(t, "timeout"),
		CancelAfter: seconds(1, 30).Draw(t, "cancel"),
		Keeper:      rapid.IntRange(0, 1).Draw(t, "keeper"),
		Key:         rapid.IntRange(0, 1).Draw(t, "key"),
		Message:     max(0, rapid.IntRange(-4, 1).Draw(t, "message")),
		Took:        seconds(0, 20).Draw(t, "took"),
		Life:        seconds(0, 20).Draw(t, "life"),
		Ends:        rapid.SampledFrom([]string{"answers", "answers", "ignores its context", "ignores its context", "is held", "is held", "fails", "panics"}).Draw(t, "ends"),
	}
}), 2, 40)

// token is what a run of a history was answered by.
type token struct {
	key, message int
	expires      time.Time
	// useful says that it had its margin of life when it was issued.
	useful bool
}

// given is a token that a caller got.
type given struct {
	step    step
	token   string
	outcome idempotency.Outcome
	at      time.Time
}

// history runs steps and keeps what comes of them.
type history struct {
	keepers []*idempotency.Keeper

	mu       sync.Mutex
	tokens   map[string]token
	given    []given
	outcomes map[idempotency.Outcome]int
	// heldCut says that the context of a run ended although it was held.
	heldCut bool
}

// run runs a step. No two of them begin in the same microsecond, so that it does not matter
// how their goroutines take turns.
func (h *history) run(t *testing.T, number int, s step) {
	t.Helper()
	time.Sleep(s.At + time.Duration(number)*time.Microsecond)
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), stepKey{}, number), s.Timeout)
	defer cancel()
	defer time.AfterFunc(s.CancelAfter, cancel).Stop()
	result, _ := h.keepers[s.Keeper].Do(ctx, idempotency.Call{
		Key: fmt.Sprint(s.Key), Message: []idempotency.Part{{fmt.Append(nil, s.Message)}},
		Run: func(ctx context.Context) (idempotency.Answer, error) { return h.issue(ctx, s) },
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.outcomes[result.Outcome]++
	if result.Answer != nil {
		h.given = append(h.given, given{s, string(result.Answer), result.Outcome, time.Now()})
	}
}

func (h *history) issue(ctx context.Context, s step) (idempotency.Answer, error) {
	ended, held := ctx.Done(), false
	switch s.Ends {
	case "ignores its context":
		ended = nil
	case "is held":
		defer idempotency.Hold(ctx, time.Now().Add(s.Took))()
		held = ctx.Err() == nil // all may have left before it began
	}
	select {
	case <-time.After(s.Took):
	case <-ended:
		h.mu.Lock()
		defer h.mu.Unlock()
		h.heldCut = h.heldCut || held
		return idempotency.Answer{}, ctx.Err()
	}
	switch s.Ends {
	case "fails":
		return idempotency.Answer{}, errors.New("refused")
	case "panics":
		panic("panics")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	issued := token{key: s.Key, message: s.Message, expires: time.Now().Add(s.Life), useful: s.Life == 0 || s.Life > margin}
	answer := idempotency.Answer{Content: fmt.Append(nil, "token-", len(h.tokens)), Expires: issued.expires}
	if s.Life == 0 {
		issued.expires = time.Now().Add(10*time.Minute + margin)
		answer.Expires = time.Time{}
	}
	h.tokens[string(answer.Content)] = issued
	return answer, nil
}

// violation returns how the history breaks the rules, "" if it does not.
func (h *history) violation() string {
	if h.heldCut {
		return "a run was ended that was held"
	}
	for i, g := range h.given {
		issued := h.tokens[g.token]
		switch {
		case issued.key != g.step.Key || issued.message != g.step.Message:
			return fmt.Sprintf("%+v was given the token of another call", g)
		case g.outcome == idempotency.Replayed && !issued.expires.Add(-margin).After(g.at):
			return fmt.Sprintf("%+v was replayed with too little life", g)
		}
		for _, earlier := range h.given[:i] {
			if issued.useful && earlier.step.Key == g.step.Key && earlier.token != g.token && h.tokens[earlier.token].expires.Add(-margin).After(g.at) {
				return fmt.Sprintf("%+v was given although %+v had been", g, earlier)
			}
		}
	}
	return ""
}

// margin is how much life a token of a history must have left to be repeated.
const margin = time.Second

// Whatever calls do, in two processes, and however often their store fails: one key never
// answers two different tokens that have life left, nor one that has not, and no run ends
// before its time that is held.
func TestModelRandomHistories(t *testing.T) {
	outcomes := make(map[idempotency.Outcome]int)
	rapid.Check(t, func(rt *rapid.T) {
		plan := steps.Draw(rt, "steps")
		trouble := rapid.SampledFrom([]int{0, 0, 10, 50}).Draw(rt, "trouble")
		seed := rapid.Uint64().Draw(rt, "seed")
		replicas := rapid.Bool().Draw(rt, "replicas")
		h := &history{tokens: make(map[string]token), outcomes: outcomes}
		synctest.Test(t, func(t *testing.T) {
			store := newUnreliable(newMemory(), trouble, seed)
			h.keepers = []*idempotency.Keeper{newKeeper(t, store), newKeeper(t, store)}
			if replicas {
				for i := range h.keepers {
					h.keepers[i] = newKeeper(t, idempotency.NewReplica(newMemory(), store))
				}
			}
			for _, keeper := range h.keepers {
				idempotency.WithMargin(margin)(keeper)
			}
			var calls sync.WaitGroup
			for i, s := range plan {
				calls.Go(func() { h.run(t, i, s) })
			}
			calls.Wait()
			time.Sleep(time.Minute) // until the last run that ignores its context has ended
		})
		if violation := h.violation(); violation != "" {
			rt.Fatal(violation)
		}
	})
	for _, outcome := range []idempotency.Outcome{
		idempotency.Issued, idempotency.Failed, idempotency.Joined, idempotency.Replayed, idempotency.Left,
		idempotency.Reused, idempotency.InProgress, idempotency.Unavailable,
	} {
		require.NotZero(t, outcomes[outcome], "the histories never come to %q", outcome)
	}
}
