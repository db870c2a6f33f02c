package faulttest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// grace is how much later than its deadline an answer may come, beyond the scheduling
// lag measured beside it.
const grace = 50 * time.Millisecond

// early is how long after its beginning a fault counts as new.
const early = 2 * time.Second

// maxAttempts is the most that a call may make.
const maxAttempts = 3

// The share of an account's attempts that may be retries, and the burst beyond it.
const (
	retryShare = 0.2
	retryBurst = 3
)

// Report is the result of one or more runs of a row.
type Report struct {
	Row   string
	Calls int
	// FailedEarly and FailedLate count eligible calls that failed: in the first two
	// seconds of a fault, and at any other time.
	FailedEarly, FailedLate int
	// Late counts answers after their deadline, worst is by how much.
	Late                  int
	worst                 time.Duration
	Attempts, MostInACall int
	// Retries are attempts on an account that the call had tried already.
	Retries                        int
	Foreign, Orphaned, Unexplained int
	// Latencies are those of the eligible calls that succeeded, sorted.
	Latencies []time.Duration
	// Repeated counts the runs that were repeated because the scheduling lag was too long.
	Repeated int
	// Lag is the worst scheduling lag that was measured beside.
	Lag time.Duration
	// Remark is what else is worth knowing.
	Remark string
	// Broken says in words what was not as it should be. It is empty if all was.
	Broken []string
}

// report judges a run.
func report(o *observed) *Report {
	t := o.join()
	r := &Report{Row: o.row.Name, Calls: len(o.calls), Foreign: t.foreign, Orphaned: t.orphaned, Unexplained: t.unexplained}
	r.Lag = o.lag.Worst()
	o.countCalls(r)
	o.countAttempts(r)
	r.brokenIf(r.FailedLate > 0, "%d eligible calls failed", r.FailedLate)
	r.brokenIf(r.FailedEarly > 0, "%d eligible calls failed in the first two seconds of a fault", r.FailedEarly)
	r.brokenIf(o.timed && r.Late > 0, "%d answers came after their deadline, up to %s", r.Late, r.worst.Round(time.Millisecond))
	r.brokenIf(r.MostInACall > maxAttempts, "%d attempts for one call", r.MostInACall)
	r.brokenIf(r.Foreign > 0, "%d tokens were not of a product that was accepted, or of none that was issued", r.Foreign)
	r.brokenIf(r.Unexplained > 0, "%d tokens of the ledgers reached no caller, and nothing was reported of them", r.Unexplained)
	o.judgeGateway(r)
	if o.row.expect != nil {
		r.Broken = append(r.Broken, o.row.expect(o)...)
	}
	if o.timed && o.row.inTime != nil {
		r.Broken = append(r.Broken, o.row.inTime(o)...)
	}
	if o.row.remark != nil {
		r.Remark = o.row.remark(o)
	}
	return r
}

func (r *Report) brokenIf(wrong bool, format string, values ...any) {
	if wrong {
		r.Broken = append(r.Broken, fmt.Sprintf(format, values...))
	}
}

// judgeGateway judges what the gateway did to itself.
func (o *observed) judgeGateway(r *Report) {
	r.brokenIf(o.stopped != nil, "%v", o.stopped)
	r.brokenIf(len(o.log.unrecovered) > 0, "the log has %d lines of panics that were not recovered: %.300q", len(o.log.unrecovered), o.log.unrecovered)
	r.brokenIf(!o.after.reported, "the gateway does not say how many attempts are in flight")
	r.brokenIf(!o.after.within(o.before), "after the load the gateway holds %+v, before it held %+v", o.after, o.before)
	if share, tokens := o.servedBy(first, o.spans[0].begin, o.spans[len(o.spans)-1].end); o.timed && tokens > 0 {
		r.brokenIf(share < o.row.keeps, "%s issued only %.3f of the tokens during the fault", first, share)
	}
	if o.row.felt != "" {
		r.brokenIf(o.attemptsWith(o.row.felt) == 0, "no attempt failed with %s: the fault did not take place", o.row.felt)
	}
}

// countCalls counts what callers noticed.
func (o *observed) countCalls(r *Report) {
	var shown int
	for _, c := range o.calls {
		late := c.end.Sub(c.start) - c.deadline - grace - o.lag.Around(c.end)
		if late > 0 && !c.kind.cancels {
			r.Late++
			r.worst = max(r.worst, late)
		}
		if !o.row.eligible(c) {
			continue
		}
		if c.succeeded() {
			r.Latencies = append(r.Latencies, c.end.Sub(c.start))
			continue
		}
		if o.early(c) {
			r.FailedEarly++
		} else {
			r.FailedLate++
		}
		shown++
		if shown <= 3 {
			r.Broken = append(r.Broken, o.describe(c))
		}
	}
	slices.Sort(r.Latencies)
}

// early reports whether the call was under way in the first two seconds of a fault.
func (o *observed) early(c *call) bool {
	return slices.ContainsFunc(o.spans, func(s span) bool {
		return c.start.Before(s.begin.Add(early)) && !c.end.Before(s.begin)
	})
}

// describe tells of a call that failed.
func (o *observed) describe(c *call) string {
	var text strings.Builder
	fmt.Fprintf(&text, "for example, %s after the fault began, %s after %s:",
		c.start.Sub(o.spans[0].begin).Round(time.Millisecond), c.outcome(), c.end.Sub(c.start).Round(time.Millisecond))
	for _, a := range c.attempts() {
		fmt.Fprintf(&text, " %s %s %s,", a.GetAccount(), a.GetReason(), a.GetDuration().AsDuration().Round(time.Millisecond))
	}
	return text.String()
}

// countAttempts counts what the gateway did, which its log says of every call.
func (o *observed) countAttempts(r *Report) {
	attempts, retries := map[string]int{}, map[string]int{}
	for i := range o.log.calls {
		made := o.log.calls[i].Attempts
		r.MostInACall = max(r.MostInACall, len(made))
		for j, a := range made {
			attempts[a.Account]++
			if slices.ContainsFunc(made[:j], func(earlier loggedAttempt) bool { return earlier.Account == a.Account }) {
				retries[a.Account]++
			}
		}
	}
	for account, n := range attempts {
		r.Attempts += n
		r.Retries += retries[account]
		r.brokenIf(float64(retries[account]) > retryShare*float64(n)+retryBurst,
			"%d of %d attempts at %s were retries", retries[account], n, account)
	}
}

// attemptsWith counts the attempts that ended with the reason.
func (o *observed) attemptsWith(reason string) int {
	n := 0
	for i := range o.log.calls {
		for _, a := range o.log.calls[i].Attempts {
			if a.Reason == reason {
				n++
			}
		}
	}
	return n
}

// servedBy returns the account's share of the tokens of calls that began in that time.
func (o *observed) servedBy(account string, from, to time.Time) (share float64, tokens int) {
	its := 0
	for _, c := range o.calls {
		if !c.succeeded() || c.start.Before(from) || c.start.After(to) {
			continue
		}
		tokens++
		if made := c.attempts(); len(made) > 0 && made[len(made)-1].GetAccount() == account {
			its++
		}
	}
	return float64(its) / float64(max(1, tokens)), tokens
}
