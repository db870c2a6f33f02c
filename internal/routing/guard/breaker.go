package guard

import "time"

// Verdict is what an attempt says about what it used: a target, a product or a credential.
type Verdict uint8

// The verdicts.
const (
	// Neutral says nothing: the caller went away, or something else was at fault.
	Neutral Verdict = iota
	// Alive says that it answers. This ends a row of faults like Healthy, but closes no breaker.
	Alive
	// Healthy says that it works.
	Healthy
	// Faulty says that it does not.
	Faulty
	// Refused says that it answers and refuses the whole request without naming anything. This
	// counts as Faulty, unless it issues tokens to others.
	Refused
)

// State is a breaker's state.
type State uint8

// The states.
const (
	// Closed lets everything pass.
	Closed State = iota
	// HalfOpen lets one probe pass at a time.
	HalfOpen
	// Open lets nothing pass until its cool-down ends.
	Open
)

// String returns the state's name: "closed", "half_open" or "open".
func (s State) String() string { return [...]string{"closed", "half_open", "open"}[s] }

// BreakerConfig says when a breaker opens and for how long.
type BreakerConfig struct {
	// Consecutive is the number of faults in a row that open it.
	Consecutive int
	// Share of at least MinCalls verdicts in the last ten seconds opens it too; 0 means
	// that only Consecutive does.
	Share    float64
	MinCalls int
	// Cooldown is how long it stays open at first. It doubles, up to MaxCooldown, each time that a
	// probe fails.
	Cooldown, MaxCooldown time.Duration
}

// leaseGrace is how much longer than its timeout a probe may take before another one replaces it.
const leaseGrace = time.Second

// Breaker keeps attempts from what does not work. It is a pure state machine: time is
// passed in, nothing waits, and it is not safe for concurrent use. Use NewBreaker.
type Breaker struct {
	config *BreakerConfig
	state  State
	// era counts changes of state and probes. A permit of an earlier era no longer counts.
	era uint32
	// consecutive counts the faults since the last healthy verdict, while closed.
	consecutive int
	// window holds the verdicts that were not neutral, while closed.
	window window
	// source is the source of the last fault that counted, failedProbe that of the last failed
	// probe.
	source, failedProbe Source
	// issuedAt is when the last token was issued since the breaker closed; zero if none was.
	issuedAt time.Time
	cooldown time.Duration
	// fullTime says that the router cut the last probe short. This says nothing about the vendor,
	// and the next probe gets its full time.
	fullTime bool
	// probeAt is the end of the cool-down, while open.
	probeAt time.Time
	// leaseEnd is the end of the lease of the probe in flight, while half open; zero if
	// there is none.
	leaseEnd time.Time
}

// NewBreaker returns a closed breaker. The configuration may be shared and must not change.
func NewBreaker(config *BreakerConfig) Breaker {
	return Breaker{config: config, cooldown: config.Cooldown}
}

// Permit lets one attempt pass. It must be released once, whatever becomes of the attempt. A probe's
// permit also expires by itself.
type Permit struct {
	era uint32
	// Probe says that the attempt decides whether the breaker closes, FullTime that it must not be
	// cut short.
	Probe, FullTime bool
}

// Acquire returns a permit for an attempt of at most timeout, or false.
func (b *Breaker) Acquire(now time.Time, timeout time.Duration) (permit Permit, ok bool) {
	permit, ok = Permit{era: b.era}, true
	if b.state != Closed {
		permit, ok = b.acquireProbe(now, timeout)
	}
	return permit, ok
}

func (b *Breaker) acquireProbe(now time.Time, timeout time.Duration) (Permit, bool) {
	if now.Before(b.nextProbe()) {
		return Permit{}, false
	}
	b.state = HalfOpen
	b.era++
	b.leaseEnd = now.Add(timeout + leaseGrace)
	return Permit{era: b.era, Probe: true, FullTime: b.fullTime}, true
}

// Release takes a permit back with the verdict of its attempt.
func (b *Breaker) Release(now time.Time, permit Permit, verdict Verdict) {
	b.release(now, permit, verdict, Nobody, false)
}

// release is Release with the attempt's source. Halved says that the router cut the attempt short to
// leave time to other targets.
func (b *Breaker) release(now time.Time, permit Permit, verdict Verdict, source Source, halved bool) {
	switch {
	case permit.era != b.era:
	case permit.Probe && halved && verdict == Neutral:
		b.fullTime = true
		b.open(now)
	case permit.Probe:
		b.endProbe(now, verdict, source)
	case verdict == Healthy:
		b.issuedAt = now
		b.countServed(now)
	case verdict == Alive:
		b.countServed(now)
	case verdict != Neutral:
		b.countFault(now, verdict, source)
	}
}

// endProbe closes the breaker, opens it again for longer, or lets the next attempt be the probe.
func (b *Breaker) endProbe(now time.Time, verdict Verdict, source Source) {
	switch verdict {
	case Healthy:
		b.close()
		b.issuedAt = now
	case Faulty, Refused:
		b.failedProbe = source
		b.cooldown = min(2*b.cooldown, b.config.MaxCooldown)
		b.fullTime = false
		b.open(now)
	case Neutral, Alive:
		b.era++
		b.leaseEnd = time.Time{}
	}
}

// close closes the breaker and forgets all earlier verdicts.
func (b *Breaker) close() {
	*b = Breaker{config: b.config, era: b.era + 1, cooldown: b.config.Cooldown}
}

// probeBy makes an open breaker wait for its probe until then at most.
func (b *Breaker) probeBy(then time.Time) {
	if b.state == Open && b.probeAt.After(then) {
		b.probeAt = then
	}
}

// nextProbe returns when the next probe may pass; zero if it may at once, or if the breaker is closed.
func (b *Breaker) nextProbe() time.Time {
	switch b.state {
	case Open:
		return b.probeAt
	case HalfOpen:
		return b.leaseEnd
	default:
		return time.Time{}
	}
}

// clean reports whether the breaker is closed and the last verdict was no fault, so that another healthy
// one would change only the window.
func (b *Breaker) clean() bool { return b.state == Closed && b.consecutive == 0 }

func (b *Breaker) countServed(now time.Time) {
	b.consecutive = 0
	b.addToWindow(now, 0)
}

func (b *Breaker) countFault(now time.Time, verdict Verdict, source Source) {
	if b.repeats(source) || verdict == Refused && b.issuesToOthers(now, source) {
		return
	}
	b.source = source
	b.consecutive++
	b.addToWindow(now, 1)
	if b.consecutive >= b.config.Consecutive || b.shareReached(now) {
		b.open(now)
	}
}

// addToWindow counts a verdict, if the share of faults matters.
func (b *Breaker) addToWindow(now time.Time, faults int32) {
	if b.config.Share > 0 {
		b.window.add(now, faults)
	}
}

func (b *Breaker) shareReached(now time.Time) bool {
	if b.config.Share == 0 {
		return false
	}
	verdicts, faults := b.window.sum(now)
	return verdicts >= b.config.MinCalls && float64(faults) >= b.config.Share*float64(verdicts)
}

func (b *Breaker) open(now time.Time) {
	b.state = Open
	b.era++
	b.probeAt = now.Add(b.cooldown)
}

// coolAt returns the end of the cool-down; zero unless the breaker is open. While it is half open the
// end of the probe is not known.
func (b *Breaker) coolAt() time.Time {
	if b.state == Open {
		return b.probeAt
	}
	return time.Time{}
}

// Status is a breaker's state for observers.
type Status struct {
	State State
	// Until is when the next probe may pass; zero if the next attempt is one, or if
	// the breaker is closed.
	Until time.Time
}

// Status returns the state at now.
func (b *Breaker) Status(now time.Time) Status {
	if next := b.nextProbe(); now.Before(next) {
		return Status{b.state, next}
	}
	return Status{State: b.state}
}
