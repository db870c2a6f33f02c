package judge

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

func TestExpectationsOfHours(t *testing.T) {
	alone, returning := &traffic.OnlyOther()[0], &traffic.Returning()[3]
	asked := func(o *Observed, outcome string, after ...time.Duration) {
		for _, d := range after {
			o.Ledgers[faultyvendor.First] = append(o.Ledgers[faultyvendor.First], sandbox.Entry{
				Time: o.Spans[0].Begin.Add(d), Product: traffic.RandomNumber, Outcome: outcome,
			})
		}
	}
	every := func(step time.Duration, n int) (all []time.Duration) {
		for i := range n {
			all = append(all, time.Duration(i)*step)
		}
		return all
	}
	for name, c := range map[string]struct {
		expect func(*Observed) []string
		change func(o *Observed, c *traffic.Call)
		want   string
	}{
		"few are lost": {LosesFew, func(o *Observed, c *traffic.Call) {
			c.Kind = alone
			o.Calls = []*traffic.Call{c, c}
		}, ""},
		"many are lost": {LosesFew, func(o *Observed, c *traffic.Call) {
			c.Kind = alone
			o.Calls = []*traffic.Call{c, c, c}
		}, "of 3 calls that one account may serve, 3 were lost"},

		"nobody failed": {TellsToWait, func(*Observed, *traffic.Call) {}, "the fault did not take place"},
		"told when":     {TellsToWait, func(_ *Observed, c *traffic.Call) { c.Kind, c.RetryAfter = alone, 45*time.Second }, ""},
		"told too soon": {TellsToWait, func(_ *Observed, c *traffic.Call) { c.Kind, c.RetryAfter = alone, 44*time.Second }, "told to come again after 44s"},
		"told nothing":  {TellsToWait, func(_ *Observed, c *traffic.Call) { c.Kind = alone }, "told to come again after 0s"},

		"at rest":          {FirstRests, func(o *Observed, _ *traffic.Call) { asked(o, "status=429", 0, 60*time.Millisecond) }, ""},
		"no rest":          {FirstRests, func(o *Observed, _ *traffic.Call) { asked(o, "status=429", 0, 80*time.Millisecond) }, "was asked 1 times more"},
		"after the fault":  {FirstRests, func(o *Observed, _ *traffic.Call) { asked(o, "status=429", 0, time.Minute) }, ""},
		"before the fault": {FirstRests, func(o *Observed, _ *traffic.Call) { asked(o, "", -time.Second, time.Second) }, ""},

		"one reason only": {FrameworksAreRead, func(o *Observed, _ *traffic.Call) {
			o.Log = logged(t, "id-1: first VENDOR_RATE_LIMITED", "id-2: first VENDOR_INTERNAL_ERROR")
		}, "no attempt failed with VENDOR_ENDPOINT_NOT_FOUND"},
		"read": {FrameworksAreRead, func(o *Observed, _ *traffic.Call) {
			o.Log = logged(t, "id-1: first VENDOR_RATE_LIMITED", "id-2: first VENDOR_INTERNAL_ERROR", "id-3: first VENDOR_ENDPOINT_NOT_FOUND")
		}, ""},
		"not recognised": {FrameworksAreRead, func(o *Observed, _ *traffic.Call) {
			o.Log = logged(t, "id-1: first VENDOR_ERROR_UNRECOGNIZED")
		}, "1 answers were not recognised"},

		"asked little": {FirstIsAskedLittle, func(o *Observed, _ *traffic.Call) { asked(o, "", every(25*time.Millisecond, 800)...) }, ""},
		"asked much":   {FirstIsAskedLittle, func(o *Observed, _ *traffic.Call) { asked(o, "", every(20*time.Millisecond, 1000)...) }, "was asked 50 times a second"},

		"no other took over": {OthersTakeOver, func(*Observed, *traffic.Call) {}, "no other account served"},
		"first served": {OthersTakeOver, func(_ *Observed, c *traffic.Call) {
			c.Response = answered("a", attempt(faultyvendor.First, livenessv1.Reason_OK)).Response
		}, "no other account served"},
		"another took over": {OthersTakeOver, func(_ *Observed, c *traffic.Call) {
			c.Response = answered("a", attempt(faultyvendor.Second, livenessv1.Reason_OK)).Response
		}, ""},

		"no signature refused": {NoSignatureRefused, func(*Observed, *traffic.Call) {}, ""},
		"a signature refused": {NoSignatureRefused, func(o *Observed, _ *traffic.Call) {
			o.Log = logged(t, "id-1: first VENDOR_SIGNATURE_EXPIRED")
		}, "1 signatures were refused"},

		"nothing replayed": {OneTokenAKey, func(*Observed, *traffic.Call) {}, "nobody who came again"},
		"replayed": {OneTokenAKey, func(_ *Observed, c *traffic.Call) {
			c.Kind, c.Response = returning, &livenessv1.IssueLivenessTokenResponse{Replayed: true}
		}, ""},
		"issued twice": {OneTokenAKey, func(o *Observed, c *traffic.Call) {
			c.Kind, c.Response = returning, &livenessv1.IssueLivenessTokenResponse{Replayed: true}
			for _, account := range []string{faultyvendor.First, faultyvendor.Second} {
				o.Ledgers[account] = append(o.Ledgers[account], sandbox.Entry{Reference: c.Reference, Token: "t"})
			}
		}, "for 1 keys more than one token was issued"},
	} {
		t.Run(name, func(t *testing.T) {
			o, only := failed3(t)
			only.Reference = "r-1"
			c.change(o, only)
			broken := c.expect(o)
			if c.want == "" {
				require.Empty(t, broken)
				return
			}
			require.Contains(t, strings.Join(broken, "\n"), c.want)
		})
	}
}

// Where the gateway learns of a fault by the calls that it costs, those are not counted, and
// in an untimed run none.
func TestCallsThatAFaultMayCost(t *testing.T) {
	for name, c := range map[string]struct {
		began    time.Duration
		untimed  bool
		probe    bool
		eligible bool
	}{
		"before":         {-5 * time.Second, false, false, true},
		"as it begins":   {-time.Second, false, false, false},
		"in it, unknown": {4400 * time.Millisecond, false, false, false},
		"in it, known":   {4600 * time.Millisecond, false, false, true},
		"a probe":        {4600 * time.Millisecond, false, true, false},
		"untimed":        {4600 * time.Millisecond, true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			o, call := healthy(t)
			o.Want.Blind, o.Timed, o.Rate = true, !c.untimed, 400
			fails(call, codes.DeadlineExceeded, "VENDOR_TIMEOUT")
			call.Start = o.Spans[0].Begin.Add(c.began)
			require.Equal(t, c.eligible, o.eligible(call, map[string]bool{"id-1": c.probe}))
		})
	}
}

// A vendor that may need a second probe has twice the time to serve again.
func TestRecovery(t *testing.T) {
	require.Equal(t, 3*time.Second, Want{}.Recovery(time.Second))
	require.Equal(t, 17*time.Second, Want{}.Recovery(time.Minute))
	require.Equal(t, 6*time.Second, Want{Slowly: true}.Recovery(time.Second))
}
