package guard

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
)

// The tests named TestModel… hold whole machines to what must always be true of them,
// whatever happens in whatever order. Planted mistakes are named after smaller tests,
// which say what is wrong: see tools/mutants.

// model is a machine beside what must be true of it. W is what do changes, and can be
// copied.
type model[W any] interface {
	*W
	// do lets the event happen and returns what has become wrong.
	do(event int) (wrong string)
}

// impossible is what do returns for an event that cannot happen.
const impossible = "impossible"

// every goes through all sequences of so many events that can happen.
func every[W any, M model[W]](t *testing.T, begin W, events, length int) {
	t.Helper()
	if wrong := everyAfter[W, M](begin, events, length, nil); wrong != "" {
		t.Fatal(wrong)
	}
}

func everyAfter[W any, M model[W]](before W, events, length int, past []int) (wrong string) {
	if length == 0 {
		return ""
	}
	for event := range events {
		after := before
		switch wrong := M(&after).do(event); wrong {
		case "":
		case impossible:
			continue
		default:
			return fmt.Sprintf("%s, after events %v", wrong, append(past, event))
		}
		if wrong := everyAfter[W, M](after, events, length-1, append(past, event)); wrong != "" {
			return wrong
		}
	}
	return ""
}

// randomly goes through random sequences of so many events, the same ones in every run.
func randomly[W any, M model[W]](t *testing.T, begin func(*rand.Rand) W, events, length int) {
	t.Helper()
	var workers sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for i := range n {
		workers.Go(func() {
			for seed := i; seed < randomSequences && !t.Failed(); seed += n {
				if wrong := sequence[W, M](uint64(seed), begin, events, length); wrong != "" {
					t.Errorf("sequence %d: %s", seed, wrong)
				}
			}
		})
	}
	workers.Wait()
}

func sequence[W any, M model[W]](seed uint64, begin func(*rand.Rand) W, events, length int) (wrong string) {
	random := rand.New(rand.NewPCG(seed, 0))
	w := begin(random)
	past := make([]int, 0, 64)
	for range length {
		event := random.IntN(events)
		past = append(past, event)
		if wrong := M(&w).do(event); wrong != "" && wrong != impossible {
			return fmt.Sprintf("%s, after events %v", wrong, past)
		}
	}
	return ""
}
