package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/tools/attack/internal/classes"
	"github.com/liveness-gateway/gateway/tools/attack/internal/process"
)

// floor is what the good caller's p99 is taken for at least, without the scheduling lag: less
// is noise.
const floor = 10 * time.Millisecond

// mostSlower is what its p99 may come to of its own without the attack.
const mostSlower = 2.0

// report is the result of a class.
type report struct {
	class       *classes.Class
	connections int64
	requests    int64
	answered    int64
	calls       int
	errors      int
	// calm is the good caller's p99 without the attack, ratio how much more it is with it, the
	// worse of one connection and many.
	calm     time.Duration
	ratio    float64
	memory   int64
	rest     time.Duration
	lag      time.Duration
	others   float64
	repeated int
	// broken says in words what was not as it should be, and timed how much of it is about
	// time.
	broken []string
	timed  int
}

// report judges a run.
func (o *observed) report() *report {
	r := &report{
		class: o.class, connections: o.byOne.Connections + o.byMany.Connections,
		requests: o.byOne.Requests + o.byMany.Requests, answered: o.byOne.Answered + o.byMany.Answered,
		memory: o.memory, rest: o.restTime, lag: o.lag, others: o.others,
	}
	r.brokenIf(o.stopped != nil, "%v", o.stopped)
	r.brokenIf(len(o.strange) > 0, "the gateway wrote: %q", o.strange)
	if o.after == nil {
		r.brokenIf(true, "the gateway did not outlive it")
		return r
	}
	for _, w := range []struct {
		when string
		*window
	}{{"before the attack", o.warm}, {"without an attack", o.calm}, {"under one connection", o.one}, {"under many connections", o.many}, {"after the attack", o.after}} {
		r.calls += len(w.latencies)
		r.errors += w.failures
		r.brokenIf(w.failures > 0, "%d of the good caller's %d calls failed %s: %v", w.failures, len(w.latencies), w.when, w.failure)
	}
	r.calm = o.calm.p99()
	least := max(r.calm, floor+o.lag)
	for _, w := range []*window{o.one, o.many} {
		r.ratio = max(r.ratio, float64(w.p99())/float64(least))
	}
	r.lateIf(r.ratio > mostSlower*o.slower()*o.slower(), "the good caller's p99 is %s under one connection and %s under many; without an attack it is %s, the lag %s, and others had %.0f %% of the machine",
		o.one.p99().Round(time.Millisecond), o.many.p99().Round(time.Millisecond), r.calm.Round(time.Millisecond), o.lag.Round(time.Millisecond), 100*o.others)
	r.brokenIf(o.memory > process.MemoryLimit, "the process took %d MiB", o.memory>>20)
	r.lateIf(float64(o.restTime) > float64(restLimit)*o.slower() || !o.rest.Within(o.before), "%s after the attack the gateway holds %s; before: %s",
		o.restTime.Round(time.Millisecond), o.rest, o.before)
	r.brokenIf(r.requests == 0, "nothing was sent")
	for _, found := range []string{o.byOne.Found, o.byMany.Found} {
		r.brokenIf(found != "", "%s", found)
	}
	return r
}

// slower is how many times as long the gateway's work takes beside what others do. What waits
// for it waits for as many times as much, and so takes the square of that.
func (o *observed) slower() float64 {
	const least = 0.05 // of the machine
	return 1 / max(least, 1-o.others)
}

func (r *report) brokenIf(wrong bool, format string, values ...any) {
	if wrong {
		r.broken = append(r.broken, fmt.Sprintf(format, values...))
	}
}

func (r *report) lateIf(wrong bool, format string, values ...any) {
	before := len(r.broken)
	r.brokenIf(wrong, format, values...)
	r.timed += len(r.broken) - before
}

const header = `| class | connections | requests | answered | good caller's calls | errors | p99 without, ms | p99 ratio | lag, ms | others' share of the machine, % | peak memory, MiB | at rest after, s | |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
`

// String returns the report's row of the table.
func (r *report) String() string {
	verdict := "held"
	if len(r.broken) > 0 {
		verdict = "broken"
	}
	if r.repeated > 0 {
		verdict += fmt.Sprintf(", %d repeated", r.repeated)
	}
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %.1f | %d | %.0f | %d | %.1f | %s |",
		r.class.Title(), r.connections, r.requests, r.answered, r.calls, r.errors, r.calm.Milliseconds(), r.ratio, r.lag.Milliseconds(), 100*r.others,
		r.memory>>20, r.rest.Seconds(), verdict)
}

// tableOf returns the table of the reports.
func tableOf(reports []*report) string {
	var table strings.Builder
	table.WriteString(header)
	for _, r := range reports {
		table.WriteString(r.String() + "\n")
	}
	return table.String()
}
