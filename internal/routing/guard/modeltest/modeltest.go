// Package modeltest holds state machines to what must always be true of them, through sequences
// of events. It is a library of tests, and must not know what the machines are.
package modeltest

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

// Model is a machine beside what must be true of it. W is what do changes, and can be
// copied.
type Model[W any] interface {
	*W
	// Do lets the event happen and returns what has become wrong.
	Do(event int) (wrong string)
}

// Impossible is what Do returns for an event that cannot happen.
const Impossible = "impossible"

// Every goes through all sequences of so many events that can happen.
func Every[W any, M Model[W]](t *testing.T, begin W, events, length int) {
	t.Helper()
	if wrong := everyAfter[W, M](begin, events, length, nil); wrong != "" {
		t.Fatal(wrong)
	}
}

func everyAfter[W any, M Model[W]](before W, events, length int, past []int) (wrong string) {
	if length == 0 {
		return ""
	}
	for event := range events {
		after := before
		switch wrong := M(&after).Do(event); wrong {
		case "":
		case Impossible:
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

// Randomly goes through random sequences of so many events, the same ones in every run.
func Randomly[W any, M Model[W]](t *testing.T, begin func(*rand.Rand) W, events, length int) {
	t.Helper()
	var workers sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for i := range n {
		workers.Go(func() {
			for seed := i; seed < RandomSequences && !t.Failed(); seed += n {
				if wrong := sequence[W, M](uint64(seed), begin, events, length); wrong != "" {
					t.Errorf("sequence %d: %s", seed, wrong)
				}
			}
		})
	}
	workers.Wait()
}

func sequence[W any, M Model[W]](seed uint64, begin func(*rand.Rand) W, events, length int) (wrong string) {
	random := rand.New(rand.NewPCG(seed, 0))
	w := begin(random)
	past := make([]int, 0, 64)
	for range length {
		event := random.IntN(events)
		past = append(past, event)
		if wrong := M(&w).Do(event); wrong != "" && wrong != Impossible {
			return fmt.Sprintf("%s, after events %v", wrong, past)
		}
	}
	return ""
}
