package guard

import "time"

// windowSeconds is the span of a window; its slots are seconds.
const windowSeconds = 10

// window counts verdicts and the faults among them over the last ten seconds.
type window struct {
	slots [windowSeconds]slot
}

type slot struct {
	second           int64
	verdicts, faults int32
}

func (w *window) add(now time.Time, faults int32) {
	second := now.Unix()
	s := &w.slots[second%windowSeconds]
	if s.second != second {
		*s = slot{second: second}
	}
	s.verdicts++
	s.faults += faults
}

func (w *window) sum(now time.Time) (verdicts, faults int) {
	oldest := now.Unix() - windowSeconds
	for i := range w.slots {
		if w.slots[i].second > oldest {
			verdicts += int(w.slots[i].verdicts)
			faults += int(w.slots[i].faults)
		}
	}
	return verdicts, faults
}
