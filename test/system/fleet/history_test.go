package fleet

import (
	"fmt"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// op is one call of a history, and what came of it.
type op struct {
	replica int
	id      id
	message string
	// begin and end are times since the history began.
	begin, end time.Duration

	outcome   idempotency.Outcome
	token     string // "" if the caller got none
	duplicate bool
	// issued is the token that the vendor gave to this call's run, "" if it made none. It
	// may go to others, and be stored later than the call ends.
	issued string
}

// id is a caller's key.
type id struct{ caller, key string }

// entry is what the vendor's ledger has of a token.
type entry struct {
	id      id
	message string
}

// window is a time in which a fault may be noticed.
type window struct {
	from, to time.Duration
	fault    string
	// loses says that Redis may forget what it has acknowledged.
	loses bool
}

// history is all that was done, in which windows, and the vendor's ledger.
type history struct {
	replicas int
	ops      []op
	ledger   map[string]entry
	windows  []window
	// counted are the duplicates that each replica has counted.
	counted []int64
}

// verdict is what the check of a history finds.
type verdict struct {
	keys, lossless, healthy int
	// duplicates are the keys that came to several tokens at several replicas, as Redis had
	// lost something.
	duplicates int
	violations []string
}

func (v *verdict) violated(format string, args ...any) {
	v.violations = append(v.violations, fmt.Sprintf(format, args...))
}

// check holds the history to the promises of docs/redis.md.
func (h *history) check() *verdict {
	v := &verdict{}
	byID := make(map[id][]op)
	for _, o := range h.ops {
		byID[o.id] = append(byID[o.id], o)
		h.checkLedger(v, o)
	}
	issued := make(map[id]int)
	for _, e := range h.ledger {
		issued[e.id]++
	}
	for key, ops := range byID {
		v.keys++
		for replica := range h.replicas {
			here := slices.DeleteFunc(slices.Clone(ops), func(o op) bool { return o.replica != replica })
			if !linearizable(here, false) {
				v.violated("%v came to two tokens at replica %d: %+v", key, replica, tokens(here))
			}
		}
		faulty, loses := h.faults(ops)
		if !loses {
			v.lossless++
			if !linearizable(ops, true) {
				v.violated("%v came to two tokens although Redis lost nothing: %+v", key, tokens(ops))
			}
		} else if several(ops) {
			v.duplicates++
		}
		if !faulty && !slices.ContainsFunc(ops, func(o op) bool { return o.outcome == idempotency.Unavailable }) {
			v.healthy++
			if issued[key] > 1 {
				v.violated("%v was issued %d tokens while Redis was healthy: %+v", key, issued[key], ops)
			}
		}
	}
	h.checkMarks(v)
	return v
}

// checkLedger checks that a token was issued for the very call that got it.
func (h *history) checkLedger(v *verdict, o op) {
	switch e, found := h.ledger[o.token]; {
	case o.token == "":
	case !found:
		v.violated("%+v got a token that nobody has issued", o)
	case e.id != o.id:
		v.violated("%+v got the token of another caller or key: %+v", o, e)
	case e.message != o.message:
		v.violated("%+v got the token of another message: %+v", o, e)
	}
}

// faults reports whether there was a fault while the calls were made, and one by which Redis
// may have lost what it had been given.
func (h *history) faults(ops []op) (faulty, loses bool) {
	first, last := ops[0].begin, ops[0].end
	for _, o := range ops {
		first, last = min(first, o.begin), max(last, o.end)
	}
	for _, w := range h.windows {
		if w.from < last && first < w.to {
			faulty, loses = true, loses || w.loses
		}
	}
	return faulty, loses
}

// sweeps is the window of the calls that are made in the end, at one replica after the other,
// to find duplicates.
const sweeps = "sweep"

// checkMarks checks that of a key with several tokens every replica marks its own, but those
// whose answer stands in Redis, and that what is marked is counted.
func (h *history) checkMarks(v *verdict) {
	last := make(map[id][]op)
	marked := make([]int64, h.replicas)
	for _, o := range h.ops {
		if o.duplicate && o.outcome == idempotency.Replayed {
			marked[o.replica]++
		}
		if w := h.windows[len(h.windows)-1]; w.fault == sweeps && o.begin >= w.from {
			last[o.id] = append(last[o.id], o)
		}
	}
	for key, ops := range last {
		if !several(ops) {
			continue
		}
		unmarked := slices.DeleteFunc(slices.Clone(ops), func(o op) bool { return o.duplicate || o.token == "" })
		if several(unmarked) {
			v.violated("%v has two tokens, and who has them does not say so: %+v", key, ops)
		}
	}
	for replica, n := range marked {
		if n > 0 && h.counted[replica] == 0 {
			v.violated("replica %d has marked %d duplicates and counted none", replica, n)
		}
	}
}

// several reports whether the calls got more than one token.
func several(ops []op) bool { return len(tokens(ops)) > 1 }

// tokens returns what the calls got, each once.
func tokens(ops []op) []string {
	var all []string
	for _, o := range ops {
		if o.token != "" && !slices.Contains(all, o.token) {
			all = append(all, o.token)
		}
	}
	return all
}

// key is what a key is: a register that is written once. Its state is the token that it has
// come to, "" at first.
func key(everywhere bool) porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{""} },
		Step: func(state, input, _ any) []any {
			o, now := input.(*op), state.(string)
			switch {
			case o.token == "" && o.issued == "":
				return []any{now}
			case o.token == "": // who has it issued did not get it: it may be stored, at any time
				if now == "" {
					return []any{"", o.issued}
				}
				return []any{now}
			case now == o.token && o.outcome != idempotency.Issued:
				return []any{now}
			case now != "":
				return nil
			case o.outcome == idempotency.Replayed && everywhere: // nobody has stored it yet
				return nil
			default:
				return []any{o.token}
			}
		},
	}
	return model.ToModel()
}

// linearizable reports whether the calls of one key can have come one after the other, each
// while it was made. Unless it is all calls, wherever they were made, an answer may be repeated
// that came from elsewhere.
func linearizable(ops []op, everywhere bool) bool {
	history := make([]porcupine.Operation, 0, len(ops))
	for i := range ops {
		o := &ops[i]
		entry := porcupine.Operation{Input: o, Call: int64(o.begin), Return: int64(o.end)}
		if o.issued != "" && o.token != o.issued {
			entry.Return = int64(24 * time.Hour) // it may yet be stored
		}
		history = append(history, entry)
	}
	return porcupine.CheckOperationsTimeout(key(everywhere), history, 10*time.Second) == porcupine.Ok
}
