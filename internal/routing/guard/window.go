package guard

import "time"

// windowSeconds is the span of a window; its buckets are seconds.
const windowSeconds = 10

// window counts verdicts and the faults among them over the last ten seconds. Its seconds are counted
// from the first verdict by the monotonic clock: the wall clock may be set.
type window struct {
	begin time.Time
	// buckets are a power of two, a few more than needed, so that finding one takes no division.
	buckets [16]bucket
}

type bucket struct {
	second           int64
	verdicts, faults int32
}

func (w *window) add(now time.Time, faults int32) {
	if w.begin.IsZero() {
		w.begin = now
	}
	second := w.second(now)
	b := &w.buckets[uint64(second)%uint64(len(w.buckets))]
	if b.second != second {
		*b = bucket{second: second}
	}
	b.verdicts++
	b.faults += faults
}

func (w *window) sum(now time.Time) (verdicts, faults int) {
	latest := w.second(now)
	for i := range w.buckets {
		if age := latest - w.buckets[i].second; age >= 0 && age < windowSeconds {
			verdicts += int(w.buckets[i].verdicts)
			faults += int(w.buckets[i].faults)
		}
	}
	return verdicts, faults
}

// second returns the number of the second, counted from the first verdict.
func (w *window) second(now time.Time) int64 {
	since := now.Sub(w.begin)
	if since < 0 {
		since -= time.Second - 1
	}
	return int64(since / time.Second)
}
