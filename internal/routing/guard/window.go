package guard

import "time"

// windowSeconds is the span of a window; its buckets are seconds.
const windowSeconds = 10

// window counts verdicts and the faults among them over the last ten seconds.
type window struct {
	buckets [windowSeconds]bucket
}

type bucket struct {
	second           int64
	verdicts, faults int32
}

func (w *window) add(now time.Time, faults int32) {
	second := now.Unix()
	s := &w.buckets[second%windowSeconds]
	if s.second != second {
		*s = bucket{second: second}
	}
	s.verdicts++
	s.faults += faults
}

func (w *window) sum(now time.Time) (verdicts, faults int) {
	oldest := now.Unix() - windowSeconds
	for i := range w.buckets {
		if w.buckets[i].second > oldest {
			verdicts += int(w.buckets[i].verdicts)
			faults += int(w.buckets[i].faults)
		}
	}
	return verdicts, faults
}
