package judge

import (
	"fmt"
	"time"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
)

// Expectations of the rows of vendors that work.

// LosesFew expects of calls that only one account may serve few to be lost to a few refusals
// of its only credential.
func LosesFew(o *Observed) []string {
	const lostShare, lostAnyway = 0.03, 2
	lost, all := 0, 0
	for _, c := range o.Calls {
		if c.Kind.Alone {
			all++
			if !c.Succeeded() {
				lost++
			}
		}
	}
	if float64(lost) > lostShare*float64(all)+lostAnyway {
		return []string{fmt.Sprintf("of %d calls that one account may serve, %d were lost", all, lost)}
	}
	return nil
}

// TellsToWait expects callers whom only a vendor that rests could serve to be told to come
// again when the rest is over, give or take a fifth, and not before.
func TellsToWait(o *Observed) []string {
	const least = 0.8
	fault, failed := o.Spans[0], 0
	var broken []string
	for _, c := range o.Calls {
		if !c.Kind.Alone || c.Succeeded() || c.Start.Before(fault.Begin) || c.Start.After(fault.End) {
			continue
		}
		failed++
		left := time.Duration(least * float64(faultyvendor.Rest-c.End.Sub(fault.Begin)))
		if c.RetryAfter < left-time.Second { // a Retry-After has whole seconds
			broken = append(broken, fmt.Sprintf("told to come again after %s: %s", c.RetryAfter, o.describe(c)))
		}
	}
	if failed == 0 {
		broken = append(broken, "no call failed that one account may serve: the fault did not take place")
	}
	return broken[:min(len(broken), 3)]
}

// FirstRests expects that the vendor which comes first is asked nothing more of a product once
// it has said when to come again.
func FirstRests(o *Observed) []string {
	known, more := map[string]time.Time{}, 0
	for _, e := range o.Ledgers[faultyvendor.First] {
		until, refused := known[e.Product]
		switch {
		case e.Outcome == "" || e.Time.After(o.Spans[0].End):
		case !refused:
			known[e.Product] = e.Time.Add(faultyvendor.UsualDelay + grace + o.Lag.Around(e.Time))
		case e.Time.After(until):
			more++
		}
	}
	if more > 0 {
		return []string{fmt.Sprintf("%s was asked %d times more after it had said when to come again", faultyvendor.First, more)}
	}
	return nil
}

// FrameworksAreRead expects that what a framework says is taken for what its status means.
func FrameworksAreRead(o *Observed) []string {
	var broken []string
	for _, reason := range []livenessv1.Reason{
		livenessv1.Reason_VENDOR_ENDPOINT_NOT_FOUND, livenessv1.Reason_VENDOR_RATE_LIMITED, livenessv1.Reason_VENDOR_INTERNAL_ERROR,
	} {
		if o.attemptsWith(reason.String()) == 0 {
			broken = append(broken, "no attempt failed with "+reason.String())
		}
	}
	if n := o.attemptsWith(livenessv1.Reason_VENDOR_ERROR_UNRECOGNIZED.String()); n > 0 {
		broken = append(broken, fmt.Sprintf("%d answers were not recognised", n))
	}
	return broken
}

// FirstIsAskedLittle expects that a vendor which allows ten requests a second is not asked for
// many times as many, once it has been found out.
func FirstIsAskedLittle(o *Observed) []string {
	const most, finding = 40, time.Second
	from, asked := o.Spans[0].Begin.Add(finding), 0
	for _, e := range o.Ledgers[faultyvendor.First] {
		if e.Time.After(from) && e.Time.Before(o.Spans[0].End) {
			asked++
		}
	}
	if rate := float64(asked) / o.Spans[0].End.Sub(from).Seconds(); rate > most {
		return []string{fmt.Sprintf("%s was asked %.0f times a second", faultyvendor.First, rate)}
	}
	return nil
}

// OthersTakeOver expects that calls succeed while the fault lasts.
func OthersTakeOver(o *Observed) []string {
	for _, c := range o.Calls {
		if c.Succeeded() && c.Start.After(o.Spans[0].Begin) && c.Start.Before(o.Spans[0].End) && !servedByFirst(c) {
			return nil
		}
	}
	return []string{"no other account served while the fault lasted"}
}

func servedByFirst(c *traffic.Call) bool {
	made := c.Attempts()
	return len(made) > 0 && made[len(made)-1].GetAccount() == faultyvendor.First
}

// NoSignatureRefused expects that a Date which is off spoils no signature.
func NoSignatureRefused(o *Observed) []string {
	if n := o.attemptsWith(livenessv1.Reason_VENDOR_SIGNATURE_EXPIRED.String()); n > 0 {
		return []string{fmt.Sprintf("%d signatures were refused", n)}
	}
	return nil
}

// OneTokenAKey expects that callers who leave and come again by the same key have one token
// issued for them, and that some of them get what the vendor answered meanwhile.
func OneTokenAKey(o *Observed) []string {
	issued := map[string]int{}
	for _, entries := range o.Ledgers {
		for _, e := range entries {
			if e.Token != "" {
				issued[e.Reference]++
			}
		}
	}
	replayed, twice := 0, 0
	for _, c := range o.Calls {
		if !c.Kind.Returns {
			continue
		}
		if c.Response.GetReplayed() {
			replayed++
		}
		if issued[c.Reference] > 1 {
			twice++
		}
	}
	var broken []string
	if replayed == 0 {
		broken = append(broken, "nobody who came again got what was answered meanwhile")
	}
	if twice > 0 {
		broken = append(broken, fmt.Sprintf("for %d keys more than one token was issued", twice))
	}
	return broken
}
