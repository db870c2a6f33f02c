package guard

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard/modeltest"
)

const (
	probeTime = 2 * time.Second
	// mostHeld is how many permits are out at once at most.
	mostHeld = 5
)

// modelConfig opens soon, by a row or by share.
var modelConfig = BreakerConfig{
	Consecutive: 3, Share: 0.6, MinCalls: 4, Cooldown: time.Second, MaxCooldown: 3 * time.Second,
}

// breakerWorld is a breaker beside a second one that is written differently: it keeps
// every verdict, and for each permit whether it still counts.
type breakerWorld struct {
	breaker Breaker
	now     time.Duration

	held  [mostHeld]heldPermit
	count int

	open, halfOpen bool
	blocked        time.Duration
	cooldown       time.Duration
	verdicts       [64]pastVerdict
	past           int
}

type heldPermit struct {
	permit  Permit
	ends    time.Duration
	matters bool
}

type pastVerdict struct {
	second int16
	faulty bool
}

func newBreakerWorld() breakerWorld {
	return breakerWorld{breaker: NewBreaker(&modelConfig), cooldown: modelConfig.Cooldown}
}

// newOpenWorld returns one whose breaker has opened, after which so many probes failed.
func newOpenWorld(probes int) breakerWorld {
	w := newBreakerWorld()
	for range modelConfig.Consecutive {
		w.acquire()
		w.release(0, Faulty)
	}
	for range probes {
		w.now = w.blocked
		w.acquire()
		w.release(0, Faulty)
	}
	return w
}

// breakerEvents are what can happen; sequences of the first few are gone through in full.
var breakerEvents = []func(*breakerWorld) string{
	(*breakerWorld).acquire,
	func(w *breakerWorld) string { return w.release(0, Faulty) },
	func(w *breakerWorld) string { return w.release(0, Healthy) },
	func(w *breakerWorld) string { return w.release(w.count-1, Neutral) },
	func(w *breakerWorld) string { return w.release(w.count-1, Faulty) },
	func(w *breakerWorld) string { return w.pass(time.Second) },
	func(w *breakerWorld) string { return w.pass(3 * time.Second) },
	(*breakerWorld).acquire,
	(*breakerWorld).forget,
	func(w *breakerWorld) string { return w.release(w.count/2, Healthy) },
	func(w *breakerWorld) string { return w.release(w.count/2, Faulty) },
	func(w *breakerWorld) string { return w.release(w.count/2, Neutral) },
	func(w *breakerWorld) string { return w.pass(100 * time.Millisecond) },
	func(w *breakerWorld) string { return w.pass(11 * time.Second) },
	func(w *breakerWorld) string { return w.release(w.count/2, Alive) },
}

func (w *breakerWorld) Do(event int) string {
	before := w.breaker.state
	if wrong := breakerEvents[event](w); wrong != "" {
		return wrong
	}
	return w.check(before)
}

func (w *breakerWorld) pass(d time.Duration) string {
	w.now += d
	return ""
}

// forget never gives the oldest permit back.
func (w *breakerWorld) forget() string {
	w.take(0)
	return ""
}

func (w *breakerWorld) take(i int) heldPermit {
	if w.count == 0 {
		return heldPermit{}
	}
	taken := w.held[i]
	copy(w.held[i:], w.held[i+1:w.count])
	w.count--
	return taken
}

func (w *breakerWorld) acquire() string {
	if w.count == mostHeld {
		w.forget()
	}
	permit, ok := w.breaker.Acquire(at(w.now), probeTime)
	switch {
	case ok != (!w.open || w.now >= w.blocked):
		return "lets pass what it must not, or the other way round"
	case !ok:
		return ""
	case permit.Probe != w.open:
		return "a probe while closed, or none while open"
	}
	if permit.Probe {
		w.halfOpen, w.blocked = true, w.now+probeTime+time.Second
		w.forgetAll()
	}
	w.held[w.count] = heldPermit{permit, w.now + probeTime + time.Second, true}
	w.count++
	return ""
}

// forgetAll makes that no permit counts any more.
func (w *breakerWorld) forgetAll() {
	for i := range w.count {
		w.held[i].matters = false
	}
}

func (w *breakerWorld) release(i int, verdict Verdict) string {
	if w.count == 0 {
		return modeltest.Impossible
	}
	h := w.take(i)
	w.breaker.Release(at(w.now), h.permit, verdict)
	switch {
	case !h.matters:
	case h.permit.Probe:
		w.probeEnded(verdict)
	case verdict != Neutral:
		w.verdicts[w.past] = pastVerdict{int16(w.now / time.Second), verdict == Faulty}
		w.past++
		if verdict == Faulty && (w.row() >= modelConfig.Consecutive || w.shareReached()) {
			w.opens()
		}
	}
	return ""
}

func (w *breakerWorld) opens() {
	w.open, w.halfOpen, w.blocked, w.past = true, false, w.now+w.cooldown, 0
	w.forgetAll()
}

func (w *breakerWorld) probeEnded(verdict Verdict) {
	switch verdict {
	case Neutral, Alive:
		w.blocked = w.now
	case Healthy:
		w.open, w.halfOpen, w.cooldown = false, false, modelConfig.Cooldown
	case Faulty, Refused:
		w.cooldown = min(2*w.cooldown, modelConfig.MaxCooldown)
		w.opens()
	}
}

// row is how many of the last verdicts are faulty.
func (w *breakerWorld) row() (n int) {
	for n < w.past && w.verdicts[w.past-1-n].faulty {
		n++
	}
	return n
}

func (w *breakerWorld) shareReached() bool {
	var verdicts, faults float64
	for _, v := range w.verdicts[:w.past] {
		if int16(w.now/time.Second)-v.second < 10 {
			verdicts++
			if v.faulty {
				faults++
			}
		}
	}
	return verdicts >= 4 && faults/verdicts >= 0.6
}

// check compares the two, and says what must be true of any breaker.
func (w *breakerWorld) check(before State) string {
	b := &w.breaker
	want := Closed
	if w.halfOpen {
		want = HalfOpen
	} else if w.open {
		want = Open
	}
	if b.state != want {
		return "is " + b.state.String() + ", not " + want.String()
	}
	if before == Open && b.state == Closed || before == Closed && b.state == HalfOpen {
		return "went from " + before.String() + " to " + b.state.String()
	}
	probes := 0
	for _, h := range w.held[:w.count] {
		if h.permit.Probe && w.now < h.ends {
			probes++
		}
	}
	if probes > 1 {
		return "has two probes out"
	}
	later := *b
	if _, ok := later.Acquire(at(w.now+modelConfig.MaxCooldown), probeTime); !ok {
		return "is stuck"
	}
	return ""
}

func TestModelBreakerEverySequence(t *testing.T) {
	modeltest.Every[breakerWorld, *breakerWorld](t, newBreakerWorld(), 7, 9)
	modeltest.Every[breakerWorld, *breakerWorld](t, newOpenWorld(0), 7, 8)
}

func TestModelBreakerRandomSequences(t *testing.T) {
	begin := func(random *rand.Rand) breakerWorld {
		if random.IntN(2) == 0 {
			return newOpenWorld(random.IntN(3))
		}
		return newBreakerWorld()
	}
	modeltest.Randomly[breakerWorld, *breakerWorld](t, begin, len(breakerEvents), 24)
}
