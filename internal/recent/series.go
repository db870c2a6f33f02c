package recent

import (
	"math"
	"slices"
	"sync"
	"time"
)

// bounds are the upper ends of the durations that are counted together, a factor of 1.35 apart:
// a quantile that is read from them is wrong by a third at most.
var bounds = func() (all [35]time.Duration) {
	end := float64(time.Millisecond)
	for i := range all {
		all[i] = time.Duration(end)
		end *= 1.35
	}
	return all
}()

// point counts what ended in one step.
type point struct {
	step   int64
	counts [classes]uint32
	took   [len(bounds) + 1]uint32
}

// failure is a reason, how often it came in which step, and when last.
type failure struct {
	steps  [Steps]int64
	counts [Steps]uint32
	last   time.Time
}

// series are the last steps. The zero one is empty.
type series struct {
	mu       sync.Mutex
	points   [Steps + 1]point // the one that is under way too
	failures map[string]*failure
}

func stepOf(now time.Time) int64 { return now.UnixNano() / int64(Step) }

func (s *series) add(now time.Time, reason string, class Class, took time.Duration) {
	step := stepOf(now)
	bucket, _ := slices.BinarySearch(bounds[:], took)
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &s.points[step%int64(len(s.points))]
	if p.step < step {
		*p = point{step: step}
	}
	p.counts[class]++
	p.took[bucket]++
	if class != OK {
		s.fail(reason, step, now)
	}
}

func (s *series) fail(reason string, step int64, now time.Time) {
	f := s.failures[reason]
	if f == nil {
		if len(s.failures) >= maxReasons {
			return
		}
		if s.failures == nil {
			s.failures = map[string]*failure{}
		}
		f = &failure{}
		s.failures[reason] = f
	}
	i := step % Steps
	if f.steps[i] < step {
		f.steps[i], f.counts[i] = step, 0
	}
	f.counts[i]++
	f.last = now
}

// over reports whether nothing was added in the last steps.
func (s *series) over(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !slices.ContainsFunc(s.points[:], func(p point) bool { return p.step > stepOf(now)-Steps })
}

// quantile returns about how long that share of what the point has took at most, in seconds:
// a duration is taken to be anywhere between the ends of its bucket.
func (p *point) quantile(share float64) float64 {
	var total uint32
	for _, n := range p.took {
		total += n
	}
	rank, below := share*float64(total), 0.0
	for i, n := range p.took {
		if n == 0 || below+float64(n) < rank {
			below += float64(n)
			continue
		}
		if i == len(bounds) {
			return bounds[i-1].Seconds()
		}
		low := 0.0
		if i > 0 {
			low = bounds[i-1].Seconds()
		}
		return low + (bounds[i].Seconds()-low)*(rank-below)/float64(n)
	}
	return math.NaN()
}
