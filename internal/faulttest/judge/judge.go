// Package judge says what was not as it should be in a run of a fault. It joins what callers
// got, what the gateway logged and what the vendors' ledgers say was issued, and has the
// expectations of single faults. It makes no call and no fault.
package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
	"github.com/liveness-gateway/gateway/internal/faulttest/process"
	"github.com/liveness-gateway/gateway/internal/faulttest/report"
	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
)

// grace is how much later than its deadline an answer may come, beyond the scheduling
// lag measured beside it.
const grace = 50 * time.Millisecond

// early is how long after its beginning a fault counts as new.
const early = 2 * time.Second

// maxAttempts is the most that a call may make, but for those whose credential is refused, and
// maxRequests with those.
const (
	maxAttempts = 3
	maxRequests = 6
)

// credentialRefused reports whether an attempt that ended so was refused for its credential.
func credentialRefused(reason string) bool {
	switch reason {
	case "VENDOR_CREDENTIALS_REJECTED", "VENDOR_ACCOUNT_DISABLED", "VENDOR_ACCOUNT_EXPIRED", "VENDOR_IP_NOT_ALLOWED",
		"VENDOR_QUOTA_EXHAUSTED", "VENDOR_PERMISSION_DENIED":
		return true
	default:
		return false
	}
}

// The share of an account's attempts that may be retries, and the burst beyond it.
const (
	retryShare = 0.2
	retryBurst = 3
)

// Run judges a run.
func Run(o *Observed) *report.Report {
	t := o.join()
	r := &report.Report{Row: o.Want.Row, Calls: len(o.Calls), Foreign: t.foreign, Orphaned: t.orphaned, Unexplained: t.unexplained}
	r.Lag = o.Lag.Worst()
	latest := o.countCalls(r)
	o.countAttempts(r)
	r.BrokenIf(r.FailedLate > 0, "%d eligible calls failed", r.FailedLate)
	r.BrokenIf(r.FailedEarly > 0, "%d eligible calls failed in the first two seconds of a fault", r.FailedEarly)
	r.BrokenIf(o.Timed && r.Late > 0, "%d answers came after their deadline, up to %s", r.Late, latest.Round(time.Millisecond))
	r.BrokenIf(r.Foreign > 0, "%d tokens were not of a product that was accepted, or of none that was issued", r.Foreign)
	r.BrokenIf(r.Unexplained > 0, "%d tokens of the ledgers reached no caller, and nothing was reported of them", r.Unexplained)
	o.judgeGateway(r)
	if o.Want.Expect != nil {
		r.Broken = append(r.Broken, o.Want.Expect(o)...)
	}
	if o.Timed && o.Want.InTime != nil {
		r.Broken = append(r.Broken, o.Want.InTime(o)...)
	}
	if o.Want.Remark != nil {
		r.Remark = o.Want.Remark(o)
	}
	return r
}

// judgeGateway judges what the gateway did to itself.
func (o *Observed) judgeGateway(r *report.Report) {
	r.BrokenIf(o.Stopped != nil, "%v", o.Stopped)
	r.BrokenIf(len(o.Log.Unrecovered) > 0, "the log has %d lines of panics that were not recovered: %.300q", len(o.Log.Unrecovered), o.Log.Unrecovered)
	r.BrokenIf(!o.After.Reported, "the gateway does not say how many attempts are in flight")
	r.BrokenIf(!o.After.Within(o.Before), "after the load the gateway holds %+v, before it held %+v", o.After, o.Before)
	if share, tokens := o.servedBy(faultyvendor.First, o.Spans[0].Begin, o.Spans[len(o.Spans)-1].End); o.Timed && tokens > 0 {
		r.BrokenIf(share < o.Want.Keeps, "%s issued only %.3f of the tokens during the fault", faultyvendor.First, share)
	}
	if o.Want.Felt != "" {
		r.BrokenIf(o.attemptsWith(o.Want.Felt) == 0, "no attempt failed with %s: the fault did not take place", o.Want.Felt)
	}
}

// countCalls counts what callers noticed, and returns how late the latest answer was.
func (o *Observed) countCalls(r *report.Report) (latest time.Duration) {
	var shown int
	probes := o.Log.Probes()
	for _, c := range o.Calls {
		late := c.End.Sub(c.Start) - c.Deadline - grace - o.Lag.Around(c.End)
		if late > 0 && !c.Kind.Cancels {
			r.Late++
			latest = max(latest, late)
		}
		if !o.eligible(c, probes) {
			continue
		}
		if c.Succeeded() {
			r.Latencies = append(r.Latencies, c.End.Sub(c.Start))
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
	return latest
}

// early reports whether the call was under way in the first two seconds of a fault.
func (o *Observed) early(c *traffic.Call) bool {
	return slices.ContainsFunc(o.Spans, func(s Span) bool {
		return c.Start.Before(s.Begin.Add(early)) && !c.End.Before(s.Begin)
	})
}

// describe tells of a call that failed.
func (o *Observed) describe(c *traffic.Call) string {
	var text strings.Builder
	fmt.Fprintf(&text, "for example, %s after the fault began, %s after %s:",
		c.Start.Sub(o.Spans[0].Begin).Round(time.Millisecond), c.Outcome(), c.End.Sub(c.Start).Round(time.Millisecond))
	for _, a := range c.Attempts() {
		fmt.Fprintf(&text, " %s %s %s,", a.GetAccount(), a.GetReason(), a.GetDuration().AsDuration().Round(time.Millisecond))
	}
	return text.String()
}

// countAttempts counts what the gateway did, which its log says of every call.
func (o *Observed) countAttempts(r *report.Report) {
	attempts, retries := map[string]int{}, map[string]int{}
	for i := range o.Log.Calls {
		made := o.Log.Calls[i].Attempts
		refused := 0
		for j, a := range made {
			attempts[a.Account]++
			if slices.ContainsFunc(made[:j], func(earlier process.Attempt) bool {
				return earlier.Account == a.Account && !credentialRefused(earlier.Reason)
			}) {
				retries[a.Account]++
			}
			if credentialRefused(a.Reason) {
				refused++
			}
		}
		r.MostInACall = max(r.MostInACall, len(made))
		r.BrokenIf(len(made)-refused > maxAttempts || len(made) > maxRequests, "%d attempts for one call, of which %d had a credential refused", len(made), refused)
	}
	for account, n := range attempts {
		r.Attempts += n
		r.Retries += retries[account]
		r.BrokenIf(float64(retries[account]) > retryShare*float64(n)+retryBurst,
			"%d of %d attempts at %s were retries", retries[account], n, account)
	}
}

// attemptsWith counts the attempts that ended with the reason.
func (o *Observed) attemptsWith(reason string) int {
	n := 0
	for i := range o.Log.Calls {
		for _, a := range o.Log.Calls[i].Attempts {
			if a.Reason == reason {
				n++
			}
		}
	}
	return n
}

// servedBy returns the account's share of the tokens of calls that began in that time.
func (o *Observed) servedBy(account string, from, to time.Time) (share float64, tokens int) {
	its := 0
	for _, c := range o.Calls {
		if !c.Succeeded() || c.Start.Before(from) || c.Start.After(to) {
			continue
		}
		tokens++
		if made := c.Attempts(); len(made) > 0 && made[len(made)-1].GetAccount() == account {
			its++
		}
	}
	return float64(its) / float64(max(1, tokens)), tokens
}
