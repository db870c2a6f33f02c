package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// Expectations of single rows. Each returns what is not as it should be.

// FailsFast expects calls that no account can serve to fail at once, but for those that
// probe, with a status that allows a retry, and calls to succeed soon after the fault.
func FailsFast(o *Observed) []string {
	// A call that nobody answers tries one vendor after the other, so that it takes two
	// attempts' time until both are known to be down.
	const soon, known = 200 * time.Millisecond, 2500 * time.Millisecond
	const slowShare, slowAnyway = 0.02, 3
	fault, probes := o.Spans[0], o.Log.Probes()
	var broken []string
	failed, slow := 0, 0
	for _, c := range o.Calls {
		switch began := c.Start.Sub(fault.Begin); {
		case !c.Succeeded() && c.Code != codes.Unavailable && c.Code != codes.DeadlineExceeded:
			broken = append(broken, "another failure than expected: "+o.describe(c))
		case c.Succeeded(), c.Kind.Deadline != 0, began < 0:
		case c.Start.After(fault.End.Add(o.Want.Recovery(fault.End.Sub(fault.Begin)))):
			broken = append(broken, "no recovery: "+o.describe(c))
		case began > known && c.Start.Before(fault.End):
			failed++
			if c.End.Sub(c.Start) > soon+o.Lag.Around(c.End) && !probes[c.RequestID] {
				slow++
			}
		}
	}
	if failed == 0 {
		broken = append(broken, "no call failed: the fault did not take place")
	}
	if float64(slow) > slowShare*float64(failed)+slowAnyway {
		broken = append(broken, fmt.Sprintf("%d of %d calls waited for vendors that are known to be down", slow, failed))
	}
	return broken[:min(len(broken), 3)]
}

// FirstServesAgain expects that the vendor which comes first serves again after its
// fault.
func FirstServesAgain(o *Observed) []string {
	const enough = 0.9
	fault := o.Spans[0]
	share, tokens := o.servedBy(faultyvendor.First, fault.End.Add(o.Want.Recovery(fault.End.Sub(fault.Begin))), o.End)
	if tokens == 0 || share < enough {
		return []string{fmt.Sprintf("after the fault %s issued only %.3f of %d tokens", faultyvendor.First, share, tokens)}
	}
	return nil
}

// ClockIsLearnt expects that no signature is refused as stale once an answer has shown
// what time it is at the vendor's, both when its clock jumps and when it comes back.
func ClockIsLearnt(o *Observed) []string {
	var jump time.Time
	var stale int
	var worst time.Duration
	shown := ""
	for _, e := range o.Ledgers[faultyvendor.First] {
		if e.Outcome != shown { // the first answer with another Date
			shown, jump = e.Outcome, e.Time
		}
		known := jump.Add(faultyvendor.UsualDelay + grace + o.Lag.Around(e.Time))
		if strings.HasSuffix(e.Code, "EXPIRED_SIGN") && e.Time.After(known) {
			stale++
			worst = max(worst, e.Time.Sub(jump))
		}
	}
	if stale > 0 {
		return []string{fmt.Sprintf("%d signatures were stale after an answer had shown the vendor's time, one of them %s after",
			stale, worst.Round(time.Millisecond))}
	}
	return nil
}

// RefusesTheRushed expects calls without time enough to be refused, without a vendor's
// being asked.
func RefusesTheRushed(o *Observed) []string {
	var broken []string
	for _, c := range o.Calls {
		if !c.Rushed() {
			continue
		}
		asked := func(e sandbox.Entry) bool { return e.Reference == c.Reference }
		switch {
		case c.Reason != "DEADLINE_TOO_SHORT" && c.Code != codes.DeadlineExceeded:
			broken = append(broken, "a caller in a hurry was told another reason: "+o.describe(c))
		case len(c.Attempts()) > 0, slices.ContainsFunc(o.Ledgers[faultyvendor.First], asked), slices.ContainsFunc(o.Ledgers[faultyvendor.Second], asked):
			broken = append(broken, "a vendor was asked for a caller in a hurry: "+o.describe(c))
		}
	}
	return broken[:min(len(broken), 3)]
}

// RetriesWhereAlone expects calls that only one account may serve to be tried there again,
// which saves most of them.
func RetriesWhereAlone(o *Observed) []string {
	const lostShare, lostAnyway = 0.02, 2
	refused, retried, lost, all := 0, 0, 0, 0
	for _, c := range o.Calls {
		if !c.Kind.Alone {
			continue
		}
		all++
		if !c.Succeeded() {
			lost++
		}
		if made := c.Attempts(); len(made) > 0 && made[0].GetReason() != livenessv1.Reason_OK.String() {
			refused++
			retried += min(1, len(made)-1)
		}
	}
	if refused > 0 && retried == 0 || float64(lost) > lostShare*float64(all)+lostAnyway {
		return []string{fmt.Sprintf("of %d calls that one account may serve, %d were refused, %d tried again and %d lost",
			all, refused, retried, lost)}
	}
	return nil
}

// LimitUse tells how much of the vendor's limit was used, and how often it said
// that it was exceeded, once the limiter has had ten seconds to find it, or a second in a
// short run.
func LimitUse(o *Observed) string {
	const long, short = 10 * time.Second, time.Second
	from, to := o.Spans[0].Begin.Add(long), o.Spans[0].End
	if !from.Before(to) {
		from = o.Spans[0].Begin.Add(short)
	}
	issued, limited := 0, 0
	for _, e := range o.Ledgers[faultyvendor.First] {
		switch {
		case e.Time.Before(from) || e.Time.After(to):
		case e.Token != "":
			issued++
		case e.Code == faultyvendor.LimitCode:
			limited++
		}
	}
	used := float64(issued) * faultyvendor.ConcurrencyDelay.Seconds() / to.Sub(from).Seconds()
	return fmt.Sprintf("%.2f of the limit used, limit answers %.1f %%", used/float64(faultyvendor.Concurrency(o.Rate)), 100*float64(limited)/float64(max(1, issued+limited)))
}

// Recovers expects that the panics took place and were recovered.
func Recovers(o *Observed) []string {
	if o.Log.Recovered == 0 {
		return []string{"the log has no panic that was recovered"}
	}
	return nil
}
