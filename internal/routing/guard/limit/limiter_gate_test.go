package limit

import (
	"container/heap"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// callTime is how long the stand-in takes for a call.
const callTime = 100 * time.Millisecond

// standIn allows so many calls at once and answers any other, after limitTime, that
// there are too many. Callers, twice as many as it takes, come through a limiter. Time is
// virtual.
type standIn struct {
	allows    int
	limitTime time.Duration
	// demand is how many callers there are at once. closed callers come back as soon as they are served; open ones come in a steady
	// stream, and go away if no slot is free within the time of a call.
	demand int
	closed bool

	now     time.Duration
	limiter Limiter
	events  events
	waiting []time.Duration
	busy    int
	// served and limited count the answers since they were last asked for.
	served, limited int
}

func newStandIn(allows int, limitTime time.Duration, closed bool) *standIn {
	s := &standIn{allows: allows, limitTime: limitTime, demand: 2 * allows, closed: closed, limiter: NewLimiter(10_000)}
	if closed {
		for range s.demand {
			s.waiting = append(s.waiting, 0)
		}
	}
	heap.Push(&s.events, event{0, s.arrive})
	return s
}

// event is what happens at a time.
type event struct {
	at      time.Duration
	happens func()
}

// events is a heap of them.
type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at < e[j].at }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)        { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// run lets time pass, and returns the share of what the stand-in allows that was used,
// and that of limit answers among all.
func (s *standIn) run(d time.Duration) (used, limited float64) {
	s.served, s.limited = 0, 0
	end := s.now + d
	for s.events[0].at < end {
		next := heap.Pop(&s.events).(event)
		s.now = next.at
		next.happens()
	}
	s.now = end
	could := float64(s.allows) * d.Seconds() / callTime.Seconds()
	return float64(s.served) / could, float64(s.limited) / float64(s.served+s.limited)
}

// arrive is a caller's coming, while callers come by themselves, and the next one's.
func (s *standIn) arrive() {
	if !s.closed {
		s.waiting = append(s.waiting, s.now)
		heap.Push(&s.events, event{s.now + callTime/time.Duration(s.demand), s.arrive})
	}
	s.begin()
}

// begin lets those who wait begin, as far as the limiter allows.
func (s *standIn) begin() {
	for len(s.waiting) > 0 {
		if !s.closed && s.now-s.waiting[0] > callTime {
			s.waiting = s.waiting[1:]
			continue
		}
		slot, ok := s.limiter.Acquire(at(s.now))
		if !ok {
			return
		}
		s.waiting = s.waiting[1:]
		s.call(slot)
	}
}

func (s *standIn) call(slot Slot) {
	if s.busy >= s.allows {
		heap.Push(&s.events, event{s.now + s.limitTime, func() { s.limited++; s.end(slot, true) }})
		return
	}
	s.busy++
	heap.Push(&s.events, event{s.now + callTime, func() { s.busy--; s.served++; s.end(slot, false) }})
}

// end releases a slot; a closed caller asks again.
func (s *standIn) end(slot Slot, limited bool) {
	s.limiter.Release(at(s.now), slot, limited)
	if s.closed {
		s.waiting = append(s.waiting, s.now)
	}
	s.begin()
}

// gates runs a test for a vendor that says at once, or late, that there are too many, and
// for both kinds of callers.
func gates(t *testing.T, allows []int, test func(*testing.T, *standIn)) {
	t.Helper()
	for _, k := range allows {
		for _, limitTime := range []time.Duration{time.Millisecond, callTime} {
			for _, closed := range []bool{true, false} {
				t.Run(fmt.Sprintf("%d, limit answers after %v, closed %t", k, limitTime, closed), func(t *testing.T) {
					test(t, newStandIn(k, limitTime, closed))
				})
			}
		}
	}
}

// requireGate lets half a minute pass in which the stand-in must be used but not plagued.
func requireGate(t *testing.T, s *standIn) {
	t.Helper()
	for range 3 {
		used, limited := s.run(10 * time.Second)
		require.GreaterOrEqual(t, used, 0.85)
		require.LessOrEqual(t, limited, 0.02)
	}
}

func TestModelLimiterFindsTheLimit(t *testing.T) {
	gates(t, []int{1, 2, 5, 20, 100}, func(t *testing.T, s *standIn) {
		t.Helper()
		s.run(10 * time.Second)
		requireGate(t, s)
	})
}

func TestModelLimiterFollowsTheLimit(t *testing.T) {
	gates(t, []int{20}, func(t *testing.T, s *standIn) {
		t.Helper()
		s.run(20 * time.Second)
		s.allows = 5
		s.run(5 * time.Second)
		requireGate(t, s)
		s.allows = 20
		s.run(30 * time.Second)
		requireGate(t, s)
	})
}
