package judge

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
	"github.com/liveness-gateway/gateway/internal/faulttest/process"
	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// healthy is a run of which nothing can be said: a call that succeeded, a second into a
// fault of 20 s.
func healthy(t *testing.T) (*Observed, *traffic.Call) {
	t.Helper()
	began := time.Unix(1_700_000_000, 0)
	c := answered("a", attempt(faultyvendor.First, livenessv1.Reason_OK))
	c.Start, c.End, c.Deadline = began.Add(time.Second), began.Add(1100*time.Millisecond), 4*time.Second
	held := process.Resources{Goroutines: 20, Descriptors: 10, Reported: true}
	return &Observed{
		Want: Want{Row: "a fault"}, Timed: true, Calls: []*traffic.Call{c}, Spans: []Span{{began, began.Add(20 * time.Second)}},
		Ledgers: map[string][]sandbox.Entry{faultyvendor.First: {{Product: traffic.RandomNumber, Token: "a"}}},
		Log:     logged(t, "id-1: first OK v-a"), Lag: timing.NewLag(began), Before: held, After: held,
	}, c
}

func fails(c *traffic.Call, code codes.Code, reason string) {
	c.Answer = traffic.Answer{RequestID: "id-1", Code: code, Reason: reason, Failure: &livenessv1.IssueFailure{}}
}

// Whatever is not as it should be is told, each in its own words.
func TestReport(t *testing.T) {
	for name, c := range map[string]struct {
		change func(o *Observed, c *traffic.Call)
		want   string
	}{
		"nothing": {func(*Observed, *traffic.Call) {}, ""},
		"a failure": {func(_ *Observed, c *traffic.Call) {
			fails(c, codes.Unavailable, "VENDOR_UNREACHABLE")
			c.Start = c.Start.Add(5 * time.Second)
			c.End = c.End.Add(5 * time.Second)
		}, "1 eligible calls failed"},
		"an early failure": {func(_ *Observed, c *traffic.Call) { fails(c, codes.Unavailable, "VENDOR_UNREACHABLE") }, "1 eligible calls failed in the first two seconds of a fault"},
		"a failure of one who went away": {func(_ *Observed, c *traffic.Call) {
			c.Kind = &traffic.Cancelled()[3]
			fails(c, codes.Canceled, "CALLER_CANCELLED")
		}, "reached no caller"},
		"a late answer": {func(_ *Observed, c *traffic.Call) { c.End = c.Start.Add(c.Deadline + grace + 1) }, "1 answers came after their deadline"},
		"an answer as late as the machine": {func(o *Observed, c *traffic.Call) {
			c.End = c.Start.Add(c.Deadline + grace + 10)
			later := c.End.Add(900 * time.Millisecond)
			o.Lag.Add(later, later.Add(timing.Step+10))
		}, ""},
		"a late answer of an untimed run": {func(o *Observed, c *traffic.Call) {
			o.Timed = false
			c.End = c.Start.Add(c.Deadline + grace + 1)
		}, ""},
		"four attempts": {func(o *Observed, _ *traffic.Call) { o.Log = logged(t, "id-1: first X, second X, other X, fourth OK") }, "4 attempts for one call"},
		"seven requests": {func(o *Observed, _ *traffic.Call) {
			o.Log = logged(t, "id-1: first VENDOR_CREDENTIALS_REJECTED"+strings.Repeat(", first VENDOR_CREDENTIALS_REJECTED", 6))
		}, "7 attempts for one call, of which 7 had a credential refused"},
		"refused credentials": {func(o *Observed, _ *traffic.Call) {
			o.Log = logged(t, repeated(6, "first VENDOR_CREDENTIALS_REJECTED, first VENDOR_QUOTA_EXHAUSTED, first X, second OK")...)
		}, ""},
		"retries":       {func(o *Observed, _ *traffic.Call) { o.Log = logged(t, repeated(6, "first X, first OK")...) }, "6 of 12 attempts at first were retries"},
		"a few retries": {func(o *Observed, _ *traffic.Call) { o.Log = logged(t, repeated(5, "first X, first OK")...) }, ""},
		"a lost token": {func(o *Observed, _ *traffic.Call) {
			o.Ledgers[faultyvendor.Second] = []sandbox.Entry{{Product: traffic.AppV5, Token: "b"}}
		}, "1 tokens of the ledgers reached no caller"},
		"a panic":          {func(o *Observed, _ *traffic.Call) { o.Log.Add([]byte("panic: oh")) }, "1 lines of panics"},
		"net/http's panic": {func(o *Observed, _ *traffic.Call) { o.Log.Add([]byte(`{"msg":"http: panic serving"}`)) }, "1 lines of panics"},
		"a bad end":        {func(o *Observed, _ *traffic.Call) { o.Stopped = errors.New("exit status 2") }, "exit status 2"},
		"a leak":           {func(o *Observed, _ *traffic.Call) { o.After.Goroutines = 26 }, "after the load the gateway holds"},
		"open files":       {func(o *Observed, _ *traffic.Call) { o.After.Descriptors = 14 }, "after the load the gateway holds"},
		"a slot":           {func(o *Observed, _ *traffic.Call) { o.After.InFlight = 1 }, "after the load the gateway holds"},
		"no such metric":   {func(o *Observed, _ *traffic.Call) { o.After.Reported = false }, "does not say how many"},
		"no fault":         {func(o *Observed, _ *traffic.Call) { o.Want.Felt = "VENDOR_TIMEOUT" }, "the fault did not take place"},
		"not in use, untimed": {func(o *Observed, c *traffic.Call) {
			o.Timed, o.Want.Keeps = false, 0.9
			c.Response.Attempts[0].Account = faultyvendor.Second
		}, ""},
		"not in time": {func(o *Observed, _ *traffic.Call) {
			o.Want.InTime = func(*Observed) []string { return []string{"too slow"} }
		}, "too slow"},
		"not in time, untimed": {func(o *Observed, _ *traffic.Call) {
			o.Timed, o.Want.InTime = false, func(*Observed) []string { return []string{"too slow"} }
		}, ""},
		"not in use": {func(o *Observed, c *traffic.Call) {
			o.Want.Keeps = 0.9
			c.Response.Attempts[0].Account = faultyvendor.Second
		}, "first issued only 0.000"},
	} {
		t.Run(name, func(t *testing.T) {
			o, only := healthy(t)
			c.change(o, only)
			broken := Run(o).Broken
			if c.want == "" {
				require.Empty(t, broken)
				return
			}
			require.Contains(t, strings.Join(broken, "\n"), c.want)
		})
	}
}

func repeated(n int, attempts string) []string {
	var calls []string
	for i := range n {
		calls = append(calls, fmt.Sprintf("id-%d: %s", i, attempts))
	}
	return calls
}
