package limit

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard/modeltest"
)

// limiterWorld is a limiter and the slots taken of it.
type limiterWorld struct {
	limiter Limiter
	now     time.Duration
	held    [12]Slot
	count   int
	// raised is when the limit last went up, lowered when it went down; refused says
	// that a slot was refused since it last changed.
	raised, lowered time.Duration
	// pressed is when a slot was last refused.
	pressed time.Duration
	refused bool
}

// newLimiterWorld returns one that may be anywhere between a cut and the time to go up.
func newLimiterWorld(random *rand.Rand) limiterWorld {
	w := limiterWorld{limiter: NewLimiter(10), raised: -time.Hour, lowered: -time.Hour, pressed: -time.Hour}
	if random != nil && random.IntN(2) == 0 {
		w.limiter.limit, w.limiter.ended = 1+random.IntN(10), random.IntN(2*holdAttempts)
		w.limiter.cut, w.limiter.raise, w.limiter.double, w.lowered = epoch, at(holdTime), at(quietTime), 0
	}
	return w
}

var limiterEvents = []func(*limiterWorld) string{
	(*limiterWorld).acquire,
	func(w *limiterWorld) string { return w.release(0, false) },
	func(w *limiterWorld) string { return w.release(0, true) },
	func(w *limiterWorld) string { return w.release(w.count-1, true) },
	func(w *limiterWorld) string { return w.pass(time.Second) },
	func(w *limiterWorld) string { return w.release(w.count-1, false) },
	func(w *limiterWorld) string { return w.release(w.count/2, true) },
	func(w *limiterWorld) string { return w.pass(100 * time.Millisecond) },
	(*limiterWorld).acquire,
	(*limiterWorld).acquire,
	(*limiterWorld).acquire,
	(*limiterWorld).fillUp,
	(*limiterWorld).serve,
}

func (w *limiterWorld) Do(event int) string {
	before := w.limiter.limit
	if wrong := limiterEvents[event](w); wrong != "" {
		return wrong
	}
	switch l := &w.limiter; {
	case l.inFlight != w.count:
		return "has lost count of the slots taken"
	case l.limit < 1 || l.limit > l.most:
		return "has a limit outside its bounds"
	case l.limit < before && l.limit < l.inFlight:
		return "goes below what is in flight"
	case l.limit < before:
		w.lowered, w.refused = w.now, false
	}
	return ""
}

// checkRaise says whether the limit may go up by so much, if it does.
func (w *limiterWorld) checkRaise(by int) string {
	switch {
	case by == 0:
		return ""
	case w.now-max(w.lowered, w.pressed) >= quietTime:
		w.raised = w.now
		return ""
	case by != 1 || w.now-w.raised < raiseEvery || w.now-w.lowered < holdTime:
		return "goes up too fast"
	case !w.refused:
		return "goes up without need"
	}
	w.raised, w.refused = w.now, false
	return ""
}

func (w *limiterWorld) pass(d time.Duration) string {
	w.now += d
	return ""
}

func (w *limiterWorld) acquire() string {
	if w.count == len(w.held) {
		return ""
	}
	before := w.limiter.limit
	slot, ok := w.limiter.Acquire(at(w.now))
	if wrong := w.checkRaise(w.limiter.limit - before); wrong != "" {
		return wrong
	}
	if !ok {
		w.refused, w.pressed = true, w.now
		if w.count < w.limiter.limit {
			return "refuses what it has a slot for"
		}
		return ""
	}
	w.held[w.count] = slot
	w.count++
	if w.count > w.limiter.limit {
		return "has more in flight than the limit as another begins"
	}
	return ""
}

// fillUp takes slots until there is none.
func (w *limiterWorld) fillUp() string {
	for w.count < w.limiter.limit {
		if wrong := w.acquire(); wrong != "" {
			return wrong
		}
	}
	return ""
}

// serve is as many attempts as it takes to go up.
func (w *limiterWorld) serve() string {
	w.limiter.ended += holdAttempts
	return ""
}

func (w *limiterWorld) release(i int, limited bool) string {
	if w.count == 0 {
		return modeltest.Impossible
	}
	slot, before := w.held[i], w.limiter.limit
	copy(w.held[i:], w.held[i+1:w.count])
	w.count--
	w.limiter.Release(at(w.now), slot, limited)
	switch after := w.limiter.limit; {
	case after < before && !limited:
		return "goes down for an attempt that the vendor took"
	case after > before:
		return "goes up as a slot is released"
	case after < before && slot.start.Before(at(w.lowered)):
		return "counts an attempt from before it was lowered"
	}
	return ""
}

func TestModelLimiterEverySequence(t *testing.T) {
	modeltest.Every[limiterWorld, *limiterWorld](t, newLimiterWorld(nil), 5, 11)
}

func TestModelLimiterRandomSequences(t *testing.T) {
	modeltest.Randomly[limiterWorld, *limiterWorld](t, newLimiterWorld, len(limiterEvents), 24)
}
