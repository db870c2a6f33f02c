package faulttest

import (
	"os"
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
func failed3(t *testing.T) (*observed, *traffic.Call) {
	t.Helper()
	o, c := healthy(t)
	c.Start = o.spans[0].begin.Add(3 * time.Second)
	c.End = c.Start.Add(time.Millisecond)
	fails(c, codes.Unavailable, "NO_TARGET_AVAILABLE")
	return o, c
}

func TestExpectations(t *testing.T) {
	stale := func(o *observed, after ...time.Duration) {
		for _, d := range after {
			o.ledgers[faultyvendor.First] = append(o.ledgers[faultyvendor.First], sandbox.Entry{
				Time: o.spans[0].begin.Add(d), Outcome: "skew=10m", Code: "AUTHORIZATION_ERROR:EXPIRED_SIGN",
			})
		}
	}
	for name, c := range map[string]struct {
		expect func(*observed) []string
		change func(o *observed, c *traffic.Call)
		want   string
	}{
		"fast": {failsFast, func(*observed, *traffic.Call) {}, ""},
		"slow": {failsFast, func(o *observed, c *traffic.Call) {
			c.End = c.Start.Add(time.Second)
			o.calls = []*traffic.Call{c, c, c, c}
		}, "4 of 4 calls waited"},
		"slow probes": {failsFast, func(o *observed, c *traffic.Call) {
			c.End = c.Start.Add(time.Second)
			o.calls = []*traffic.Call{c, c, c, c}
			o.log.Calls[0].Attempts[0].Kind = "probe"
		}, ""},
		"another status": {failsFast, func(_ *observed, c *traffic.Call) { c.Code = codes.Internal }, "another failure than expected"},
		"no recovery":    {failsFast, func(o *observed, c *traffic.Call) { c.Start = o.spans[0].end.Add(18 * time.Second); c.End = c.Start }, "no recovery"},
		"nothing failed": {failsFast, func(o *observed, _ *traffic.Call) { o.calls = nil }, "the fault did not take place"},

		"first does not serve again": {firstServesAgain, func(*observed, *traffic.Call) {}, "after the fault first issued only 0.000 of 0 tokens"},
		"first serves again": {firstServesAgain, func(o *observed, c *traffic.Call) {
			c.Response = answered("a", attempt(faultyvendor.First, livenessv1.Reason_OK)).Response
			c.Start = o.spans[0].end.Add(18 * time.Second)
			o.end = c.Start
		}, ""},

		"stale until an answer came": {clockIsLearnt, func(o *observed, _ *traffic.Call) { stale(o, 0, 10*time.Millisecond) }, ""},
		"stale after one":            {clockIsLearnt, func(o *observed, _ *traffic.Call) { stale(o, 0, time.Second) }, "1 signatures were stale"},

		"in a hurry":           {refusesTheRushed, func(_ *observed, c *traffic.Call) { c.Deadline = time.Millisecond; c.Reason = "DEADLINE_TOO_SHORT" }, ""},
		"in a hurry, unserved": {refusesTheRushed, func(_ *observed, c *traffic.Call) { c.Deadline = time.Millisecond }, "was told another reason"},
		"in a hurry, vendor met": {refusesTheRushed, func(o *observed, c *traffic.Call) {
			c.Deadline, c.Code = time.Millisecond, codes.DeadlineExceeded
			o.ledgers[faultyvendor.First][0].Reference = "r-1"
		}, "a vendor was asked"},

		"lost where alone": {retriesWhereAlone, func(o *observed, c *traffic.Call) {
			c.Kind = &traffic.OnlyOther()[0]
			o.calls = []*traffic.Call{c, c, c}
		}, "3 lost"},
		"not tried again": {retriesWhereAlone, func(_ *observed, c *traffic.Call) {
			c.Kind = &traffic.OnlyOther()[0]
			c.Failure.Attempts = []*livenessv1.Attempt{attempt(faultyvendor.Other, livenessv1.Reason_VENDOR_INTERNAL_ERROR)}
		}, "1 were refused, 0 tried again"},
		"tried again": {retriesWhereAlone, func(_ *observed, c *traffic.Call) {
			c.Kind = &traffic.OnlyOther()[0]
			c.Failure.Attempts = []*livenessv1.Attempt{attempt(faultyvendor.Other, livenessv1.Reason_VENDOR_INTERNAL_ERROR), attempt(faultyvendor.Other, livenessv1.Reason_OK)}
		}, ""},

		"no panic": {recovers, func(*observed, *traffic.Call) {}, "no panic"},
		"a panic": {recovers, func(o *observed, _ *traffic.Call) {
			o.log.Add([]byte(`{"msg":"call","attempts":[{"cause":"panic: string"}]}`))
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
	o.rate, o.ledgers = 300, map[string][]sandbox.Entry{}
	for i := range 1000 {
		o.ledgers[faultyvendor.First] = append(o.ledgers[faultyvendor.First], sandbox.Entry{Time: o.spans[0].begin.Add(15 * time.Second), Token: "t"})
		if i < 10 {
			o.ledgers[faultyvendor.First] = append(o.ledgers[faultyvendor.First], sandbox.Entry{Time: o.spans[0].begin.Add(15 * time.Second), Code: faultyvendor.LimitCode})
		}
	}
	require.Equal(t, "0.67 of the limit used, limit answers 1.0 %", limitUse(o))
}

// Every row has a name of its own and can be seen to have taken place, or says what is to
// stay as it is.
func TestRows(t *testing.T) {
	names := map[string]bool{}
	page, err := os.ReadFile("../../docs/faults.md")
	require.NoError(t, err)
	for _, r := range Rows() {
		require.False(t, names[r.Name], r.Name)
		names[r.Name] = true
		require.Contains(t, string(page), "\n| "+r.Name+" | ", "make faults writes the page's table")
		require.True(t, r.felt != "" || r.keeps > 0, r.Name)
		if r.felt != "" {
			require.Contains(t, livenessv1.Reason_value, r.felt, r.Name)
		}
		require.GreaterOrEqual(t, r.length(Long).fault, 20*time.Second, r.Name)
	}
	require.Len(t, names, 32)
}

func TestSpansOfAFaultThatFlaps(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	row := Row{flaps: true}
	spans := row.spans(start, length{calm: time.Second, fault: 4 * time.Second, period: time.Second})
	require.Equal(t, []span{{start.Add(time.Second), start.Add(2 * time.Second)}, {start.Add(3 * time.Second), start.Add(4 * time.Second)}}, spans)
}
