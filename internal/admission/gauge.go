package admission

import "sync/atomic"

// verdict is whether something may be taken, and if not, why.
type verdict int

const (
	fits verdict = iota
	// overloaded: all callers together would hold too much.
	overloaded
	// aboveShare: they nearly would, and this caller more than its equal share.
	aboveShare
	// overQuota: the caller would hold too much.
	overQuota
)

// gauge counts what is held of something limited; a limit of 0 is none.
type gauge struct {
	limit, held atomic.Int64
}

// take adds n, or changes nothing if that would pass the limit; leavesFifth lowers the limit by a
// fifth, which is for others. Whatever fits at that moment is never refused, as it might be if take
// added first and checked afterwards.
func (g *gauge) take(n int64, leavesFifth bool) (before int64, ok bool) {
	for {
		held := g.held.Load()
		if !g.within(held+n, leavesFifth) {
			return held, false
		}
		if g.held.CompareAndSwap(held, held+n) {
			return held, true
		}
	}
}

func (g *gauge) within(total int64, leavesFifth bool) bool {
	limit := g.limit.Load()
	if limit <= 0 {
		return true
	}
	if leavesFifth {
		limit -= limit / 5
	}
	return total <= limit
}

// total is what all callers hold.
type total struct {
	gauge
	// holders is how many callers hold anything. Equal shares are computed for least of them if
	// there are fewer.
	holders, least atomic.Int64
}

// take takes n for the caller with the gauge own, and for all.
func (t *total) take(own *gauge, n int64, resent bool) verdict {
	before, ok := own.take(n, resent)
	if !ok {
		return overQuota
	}
	if before == 0 && n > 0 {
		t.holders.Add(1)
	}
	above := t.aboveShare(before+n, t.holders.Load())
	if _, ok := t.gauge.take(n, resent || above); ok {
		return fits
	}
	t.releaseOwn(own, n)
	return refused(above)
}

// fits returns what take would, and takes nothing.
func (t *total) fits(own *gauge, n int64, resent bool) verdict {
	held, holders := own.held.Load(), t.holders.Load()
	if !own.within(held+n, resent) {
		return overQuota
	}
	if held == 0 {
		holders++
	}
	above := t.aboveShare(held+n, holders)
	if t.within(t.held.Load()+n, resent || above) {
		return fits
	}
	return refused(above)
}

func refused(aboveShareToo bool) verdict {
	if aboveShareToo {
		return aboveShare
	}
	return overloaded
}

// aboveShare reports whether that much is more than an equal share.
func (t *total) aboveShare(held, holders int64) bool {
	among := max(holders, t.least.Load())
	return among > 1 && held > t.limit.Load()/among
}

// release gives back what was taken.
func (t *total) release(own *gauge, n int64) {
	t.held.Add(-n)
	t.releaseOwn(own, n)
}

func (t *total) releaseOwn(own *gauge, n int64) {
	if n > 0 && own.held.Add(-n) == 0 {
		t.holders.Add(-1)
	}
}
