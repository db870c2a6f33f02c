package guard

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard/modeltest"
)

// accountWorld is an account of two credentials and three slots, with two targets of
// one product and one of another, and the grants that are out.
type accountWorld struct {
	account *Account
	targets [3]*Target
	now     time.Duration
	held    [4]heldGrant
	count   int
}

type heldGrant struct {
	grant  Grant
	target int
	ends   time.Duration
}

const accountSlots = 3

// newAccountWorld returns one of which a product and a target may be near to opening.
func newAccountWorld(random *rand.Rand) accountWorld {
	a := NewAccount(2, accountSlots)
	a.roll = func() float64 { return 0.5 } // a sequence comes out the same again
	w := accountWorld{account: a, targets: [3]*Target{a.Target("p", ""), a.Target("p", ""), a.Target("q", "")}}
	if random != nil {
		w.targets[0].breaker.consecutive = random.IntN(breakerConfig.Consecutive)
		w.targets[0].product.breaker.consecutive = random.IntN(breakerConfig.Consecutive)
	}
	return w
}

// accountEvents are what can happen; sequences of the first few are gone through in full.
var accountEvents = []func(*accountWorld) string{
	func(w *accountWorld) string { return w.acquire(0, nil) },
	func(w *accountWorld) string { return w.acquire(2, nil) },
	func(w *accountWorld) string { return w.release(0, Result{Target: Faulty, Product: Faulty}) },
	func(w *accountWorld) string { return w.release(0, Result{Credential: Faulty}) },
	func(w *accountWorld) string { return w.release(w.count-1, healthy) },
	func(w *accountWorld) string { return w.pass(5 * time.Second) },
	func(w *accountWorld) string { return w.acquire(1, nil) },
	func(w *accountWorld) string { return w.acquire(0, []int{0}) },
	func(w *accountWorld) string { return w.acquire(1, []int{1}) },
	func(w *accountWorld) string { return w.release(w.count-1, Result{}) },
	func(w *accountWorld) string { return w.release(w.count-1, Result{ConcurrencyLimited: true}) },
	func(w *accountWorld) string { return w.release(0, Result{CredentialForProduct: Faulty}) },
	func(w *accountWorld) string { return w.release(w.count/2, Result{Product: Faulty}) },
	func(w *accountWorld) string { return w.release(w.count/2, Result{Product: Healthy}) },
	func(w *accountWorld) string { return w.pass(time.Second) },
	func(w *accountWorld) string { return w.pass(100 * time.Millisecond) },
}

var healthy = Result{Issued: true, Answered: true, Target: Healthy, Product: Healthy, Credential: Healthy, CredentialForProduct: Healthy}

func (w *accountWorld) Do(event int) string {
	if wrong := accountEvents[event](w); wrong != "" {
		return wrong
	}
	if w.account.limiter.InFlight() != w.count {
		return "has lost count of the slots taken"
	}
	for i := range w.held[:w.count] {
		for j := range i {
			if w.now < w.held[i].ends && w.now < w.held[j].ends && w.sameProbe(&w.held[i], &w.held[j]) {
				return "has two probes of the same thing out"
			}
		}
	}
	return ""
}

// sameProbe reports whether both are probes of the same thing.
func (w *accountWorld) sameProbe(a, b *heldGrant) bool {
	sameProduct := w.targets[a.target].product.product == w.targets[b.target].product.product
	sameCredential := a.grant.Credential == b.grant.Credential
	return a.target == b.target && a.grant.target.Probe && b.grant.target.Probe ||
		sameProduct && a.grant.product.Probe && b.grant.product.Probe ||
		sameCredential && a.grant.credential.Probe && b.grant.credential.Probe ||
		sameProduct && sameCredential && a.grant.credentialForProduct.Probe && b.grant.credentialForProduct.Probe
}

func (w *accountWorld) pass(d time.Duration) string {
	w.now += d
	return ""
}

func (w *accountWorld) acquire(i int, tried []int) string {
	if w.count == len(w.held) {
		return ""
	}
	target := w.targets[i]
	h := &w.held[w.count]
	refusal := target.Acquire(&h.grant, "", at(w.now), probeTime, tried, Nobody)
	if refusal.Why != "" {
		return w.checkRefusal(target, refusal.Why, tried)
	}
	if len(tried) > 0 && h.grant.Credential == tried[0] {
		return "uses a credential again"
	}
	h.target, h.ends = i, w.now+probeTime+leaseGrace
	w.count++
	return ""
}

// checkRefusal says whether what is said to keep an attempt back does so.
func (w *accountWorld) checkRefusal(target *Target, refusal Why, tried []int) string {
	now := at(w.now)
	shut := func(b *Breaker) bool { return !b.Status(now).Until.IsZero() }
	free := false
	for i := range w.account.credentials {
		wasTried := len(tried) > 0 && tried[0] == i
		free = free || !wasTried && !shut(&w.account.credentials[i].breaker) && !shut(&target.product.credentials[i].breaker)
	}
	open := shut(&target.breaker) || shut(&target.product.breaker)
	full := w.account.limiter.InFlight() >= w.account.limiter.Limit()
	if refusal == BreakerOpen && open ||
		refusal == CredentialsEjected && !open && !free ||
		refusal == LimitReached && !open && free && full ||
		refusal == VendorLimitReached && !open && free && !full && w.account.limiter.Limit() == 1 && w.account.chance.Share(now) < 1 {
		return ""
	}
	return "is refused without reason: " + string(refusal)
}

func (w *accountWorld) release(i int, result Result) string {
	if w.count == 0 {
		return modeltest.Impossible
	}
	h := w.held[i]
	copy(w.held[i:], w.held[i+1:w.count])
	w.count--
	w.targets[h.target].Release(at(w.now), &h.grant, result)
	return ""
}

// rest gives everything back, lets the longest ejection pass and tries every target.
func (w *accountWorld) rest() string {
	for w.count > 0 {
		w.release(0, Result{})
	}
	w.now += ejectionConfig.MaxCooldown
	for i := range w.targets {
		for range accountSlots {
			if wrong := w.acquire(i, nil); wrong != "" || w.count == 0 {
				return "is stuck"
			}
			w.release(0, healthy)
		}
	}
	if w.account.limiter.InFlight() != 0 {
		return "has slots taken at rest"
	}
	return ""
}

// playAccount lets the events happen and then comes to rest.
func playAccount(w *accountWorld, events []int) string {
	for _, event := range events {
		if wrong := w.Do(event); wrong != "" && wrong != modeltest.Impossible {
			return wrong
		}
	}
	return w.rest()
}

func TestModelAccountEverySequence(t *testing.T) {
	const length, alphabet = 6, 6
	events := make([]int, length)
	for n := 0; events[length-1] < alphabet; n++ {
		w := newAccountWorld(nil)
		if wrong := playAccount(&w, events); wrong != "" {
			t.Fatalf("%s, after events %v", wrong, events)
		}
		events[0]++
		for i := 0; i < length-1 && events[i] == alphabet; i++ {
			events[i], events[i+1] = 0, events[i+1]+1
		}
	}
}

// restingWorld comes to rest at the end of a sequence.
type restingWorld struct{ accountWorld }

func newRestingWorld(random *rand.Rand) restingWorld { return restingWorld{newAccountWorld(random)} }

func (w *restingWorld) Do(event int) string {
	if event == len(accountEvents) {
		return w.rest()
	}
	return w.accountWorld.Do(event)
}

func TestModelAccountRandomSequences(t *testing.T) {
	modeltest.Randomly[restingWorld, *restingWorld](t, newRestingWorld, len(accountEvents)+1, 16)
}
