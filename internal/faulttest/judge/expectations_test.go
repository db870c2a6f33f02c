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

// failed3 is a run with a call that failed at once three seconds into the fault.
func failed3(t *testing.T) (*Observed, *traffic.Call) {
	t.Helper()
	o, c := healthy(t)
	c.Start = o.Spans[0].Begin.Add(3 * time.Second)
	c.End = c.Start.Add(time.Millisecond)
	fails(c, codes.Unavailable, "NO_TARGET_AVAILABLE")
	return o, c
}

func TestExpectations(t *testing.T) {
	stale := func(o *Observed, after ...time.Duration) {
		for _, d := range after {
			o.Ledgers[faultyvendor.First] = append(o.Ledgers[faultyvendor.First], sandbox.Entry{
				Time: o.Spans[0].Begin.Add(d), Outcome: "skew=10m", Code: "AUTHORIZATION_ERROR:EXPIRED_SIGN",
			})
		}
	}
	for name, c := range map[string]struct {
		expect func(*Observed) []string
		change func(o *Observed, c *traffic.Call)
		want   string
	}{
		"fast": {FailsFast, func(*Observed, *traffic.Call) {}, ""},
		"slow": {FailsFast, func(o *Observed, c *traffic.Call) {
			c.End = c.Start.Add(time.Second)
			o.Calls = []*traffic.Call{c, c, c, c}
		}, "4 of 4 calls waited"},
		"slow probes": {FailsFast, func(o *Observed, c *traffic.Call) {
			c.End = c.Start.Add(time.Second)
			o.Calls = []*traffic.Call{c, c, c, c}
			o.Log.Calls[0].Attempts[0].Kind = "probe"
		}, ""},
		"another status": {FailsFast, func(_ *Observed, c *traffic.Call) { c.Code = codes.Internal }, "another failure than expected"},
		"no recovery":    {FailsFast, func(o *Observed, c *traffic.Call) { c.Start = o.Spans[0].End.Add(18 * time.Second); c.End = c.Start }, "no recovery"},
		"nothing failed": {FailsFast, func(o *Observed, _ *traffic.Call) { o.Calls = nil }, "the fault did not take place"},

		"first does not serve again": {FirstServesAgain, func(*Observed, *traffic.Call) {}, "after the fault first issued only 0.000 of 0 tokens"},
		"first serves again": {FirstServesAgain, func(o *Observed, c *traffic.Call) {
			c.Response = answered("a", attempt(faultyvendor.First, livenessv1.Reason_OK)).Response
			c.Start = o.Spans[0].End.Add(18 * time.Second)
			o.End = c.Start
		}, ""},

		"stale until an answer came": {ClockIsLearnt, func(o *Observed, _ *traffic.Call) { stale(o, 0, 10*time.Millisecond) }, ""},
		"stale after one":            {ClockIsLearnt, func(o *Observed, _ *traffic.Call) { stale(o, 0, time.Second) }, "1 signatures were stale"},

		"in a hurry":           {RefusesTheRushed, func(_ *Observed, c *traffic.Call) { c.Deadline = time.Millisecond; c.Reason = "DEADLINE_TOO_SHORT" }, ""},
		"in a hurry, unserved": {RefusesTheRushed, func(_ *Observed, c *traffic.Call) { c.Deadline = time.Millisecond }, "was told another reason"},
		"in a hurry, vendor met": {RefusesTheRushed, func(o *Observed, c *traffic.Call) {
			c.Deadline, c.Code = time.Millisecond, codes.DeadlineExceeded
			o.Ledgers[faultyvendor.First][0].Reference = "r-1"
		}, "a vendor was asked"},

		"lost where alone": {RetriesWhereAlone, func(o *Observed, c *traffic.Call) {
			c.Kind = &traffic.OnlyOther()[0]
			o.Calls = []*traffic.Call{c, c, c}
		}, "3 lost"},
		"not tried again": {RetriesWhereAlone, func(_ *Observed, c *traffic.Call) {
			c.Kind = &traffic.OnlyOther()[0]
			c.Failure.Attempts = []*livenessv1.Attempt{attempt(faultyvendor.Other, livenessv1.Reason_VENDOR_INTERNAL_ERROR)}
		}, "1 were refused, 0 tried again"},
		"tried again": {RetriesWhereAlone, func(_ *Observed, c *traffic.Call) {
			c.Kind = &traffic.OnlyOther()[0]
			c.Failure.Attempts = []*livenessv1.Attempt{attempt(faultyvendor.Other, livenessv1.Reason_VENDOR_INTERNAL_ERROR), attempt(faultyvendor.Other, livenessv1.Reason_OK)}
		}, ""},

		"no panic": {Recovers, func(*Observed, *traffic.Call) {}, "no panic"},
		"a panic": {Recovers, func(o *Observed, _ *traffic.Call) {
			o.Log.Add([]byte(`{"msg":"call","attempts":[{"cause":"panic: string"}]}`))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o, only := failed3(t)
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

// A limit of 15 at once, each for 100 ms, allows 150 tokens a second.
func TestLimitUse(t *testing.T) {
	o, _ := healthy(t)
	o.Rate, o.Ledgers = 300, map[string][]sandbox.Entry{}
	for i := range 1000 {
		o.Ledgers[faultyvendor.First] = append(o.Ledgers[faultyvendor.First], sandbox.Entry{Time: o.Spans[0].Begin.Add(15 * time.Second), Token: "t"})
		if i < 10 {
			o.Ledgers[faultyvendor.First] = append(o.Ledgers[faultyvendor.First], sandbox.Entry{Time: o.Spans[0].Begin.Add(15 * time.Second), Code: faultyvendor.LimitCode})
		}
	}
	require.Equal(t, "0.67 of the limit used, limit answers 1.0 %", LimitUse(o))
}
