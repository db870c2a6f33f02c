package recent

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// Snapshot is what is remembered at a moment. Points are whole steps, the oldest first; the
// step that is under way is not among them.
type Snapshot struct {
	Time        time.Time `json:"time"`
	StepSeconds float64   `json:"step_seconds"`
	Calls       Series    `json:"calls"`
	Targets     []Target  `json:"targets"`
	// Unrecorded is how many attempts were on targets for which there was no room.
	Unrecorded int64 `json:"unrecorded,omitempty"`
}

// Target is a product on an account, in whichever routes it is.
type Target struct {
	Account string `json:"account"`
	Product string `json:"product"`
	Series
}

// Series has a value for each point.
type Series struct {
	// Rate is all of a second, CallersFaults and Failures are those of them.
	Rate          [Steps]float64 `json:"rate"`
	CallersFaults [Steps]float64 `json:"callers_faults"`
	Failures      [Steps]float64 `json:"failures"`
	// P50 and P95 are seconds, wrong by a third at most; nil where there was nothing.
	P50 [Steps]*float64 `json:"p50_seconds"`
	P95 [Steps]*float64 `json:"p95_seconds"`
	// Errors are by when each came last, the newest first.
	Errors []Error `json:"errors"`
}

// Error is a reason for which something failed in the last five minutes.
type Error struct {
	Reason string    `json:"reason"`
	Count  uint64    `json:"count"`
	Last   time.Time `json:"last"`
}

// Snapshot returns what is remembered now.
func (r *Recorder) Snapshot() Snapshot {
	now := r.now()
	shot := Snapshot{Time: now, StepSeconds: Step.Seconds(), Calls: r.calls.at(now), Targets: []Target{}, Unrecorded: r.unrecorded.Load()}
	r.mu.RLock()
	defer r.mu.RUnlock()
	for key, s := range r.targets {
		if !s.over(now) {
			shot.Targets = append(shot.Targets, Target{key.account, key.product, s.at(now)})
		}
	}
	slices.SortFunc(shot.Targets, func(a, b Target) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Product, b.Product))
	})
	return shot
}

// at returns the series as it is at now.
func (s *series) at(now time.Time) Series {
	shown, current := Series{Errors: []Error{}}, stepOf(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range shown.Rate {
		step := current - Steps + int64(i)
		p := &s.points[step%int64(len(s.points))]
		if p.step == step {
			shown.set(i, p)
		}
	}
	for reason, f := range s.failures {
		e := Error{Reason: reason, Last: f.last}
		for i, step := range f.steps {
			if step > current-Steps {
				e.Count += uint64(f.counts[i])
			}
		}
		if e.Count > 0 {
			shown.Errors = append(shown.Errors, e)
		}
	}
	slices.SortFunc(shown.Errors, func(a, b Error) int { return cmp.Or(b.Last.Compare(a.Last), strings.Compare(a.Reason, b.Reason)) })
	return shown
}

func (s *Series) set(i int, p *point) {
	perSecond := func(n uint32) float64 { return float64(n) / Step.Seconds() }
	s.Rate[i] = perSecond(p.counts[OK] + p.counts[Caller] + p.counts[Failed])
	s.CallersFaults[i], s.Failures[i] = perSecond(p.counts[Caller]), perSecond(p.counts[Failed])
	s.P50[i], s.P95[i] = rounded(p.quantile(.5)), rounded(p.quantile(.95))
}

// rounded leaves three digits: there are no more to know.
func rounded(seconds float64) *float64 {
	if math.IsNaN(seconds) || seconds == 0 {
		return nil
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(seconds)))
	seconds = math.Round(seconds*scale) / scale
	return &seconds
}
