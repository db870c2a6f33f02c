package faulttest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
func healthy(t *testing.T) (*observed, *traffic.Call) {
	t.Helper()
	began := time.Unix(1_700_000_000, 0)
	c := answered("a", attempt(faultyvendor.First, livenessv1.Reason_OK))
	c.Start, c.End, c.Deadline = began.Add(time.Second), began.Add(1100*time.Millisecond), 4*time.Second
	held := process.Resources{Goroutines: 20, Descriptors: 10, Reported: true}
	return &observed{
		row: &Row{Name: "a fault"}, timed: true, calls: []*traffic.Call{c}, spans: []span{{began, began.Add(20 * time.Second)}},
		ledgers: map[string][]sandbox.Entry{faultyvendor.First: {{Product: traffic.RandomNumber, Token: "a"}}},
		log:     logged(t, "id-1: first OK v-a"), lag: timing.NewLag(began), before: held, after: held,
	}, c
}

func fails(c *traffic.Call, code codes.Code, reason string) {
	c.Answer = traffic.Answer{RequestID: "id-1", Code: code, Reason: reason, Failure: &livenessv1.IssueFailure{}}
}

// Whatever is not as it should be is told, each in its own words.
func TestReport(t *testing.T) {
	for name, c := range map[string]struct {
		change func(o *observed, c *traffic.Call)
		want   string
	}{
		"nothing": {func(*observed, *traffic.Call) {}, ""},
		"a failure": {func(_ *observed, c *traffic.Call) {
			fails(c, codes.Unavailable, "VENDOR_UNREACHABLE")
			c.Start = c.Start.Add(5 * time.Second)
			c.End = c.End.Add(5 * time.Second)
		}, "1 eligible calls failed"},
		"an early failure": {func(_ *observed, c *traffic.Call) { fails(c, codes.Unavailable, "VENDOR_UNREACHABLE") }, "1 eligible calls failed in the first two seconds of a fault"},
		"a failure of one who went away": {func(_ *observed, c *traffic.Call) {
			c.Kind = &traffic.Cancelled()[3]
			fails(c, codes.Canceled, "CALLER_CANCELLED")
		}, "reached no caller"},
		"a late answer": {func(_ *observed, c *traffic.Call) { c.End = c.Start.Add(c.Deadline + grace + 1) }, "1 answers came after their deadline"},
		"an answer as late as the machine": {func(o *observed, c *traffic.Call) {
			c.End = c.Start.Add(c.Deadline + grace + 10)
			later := c.End.Add(900 * time.Millisecond)
			o.lag.Add(later, later.Add(timing.Step+10))
		}, ""},
		"a late answer of an untimed run": {func(o *observed, c *traffic.Call) {
			o.timed = false
			c.End = c.Start.Add(c.Deadline + grace + 1)
		}, ""},
		"four attempts": {func(o *observed, _ *traffic.Call) { o.log = logged(t, "id-1: first X, second X, other X, fourth OK") }, "4 attempts for one call"},
		"retries":       {func(o *observed, _ *traffic.Call) { o.log = logged(t, repeated(6, "first X, first OK")...) }, "6 of 12 attempts at first were retries"},
		"a few retries": {func(o *observed, _ *traffic.Call) { o.log = logged(t, repeated(5, "first X, first OK")...) }, ""},
		"a lost token": {func(o *observed, _ *traffic.Call) {
			o.ledgers[faultyvendor.Second] = []sandbox.Entry{{Product: traffic.AppV5, Token: "b"}}
		}, "1 tokens of the ledgers reached no caller"},
		"a panic":          {func(o *observed, _ *traffic.Call) { o.log.Add([]byte("panic: oh")) }, "1 lines of panics"},
		"net/http's panic": {func(o *observed, _ *traffic.Call) { o.log.Add([]byte(`{"msg":"http: panic serving"}`)) }, "1 lines of panics"},
		"a bad end":        {func(o *observed, _ *traffic.Call) { o.stopped = errors.New("exit status 2") }, "exit status 2"},
		"a leak":           {func(o *observed, _ *traffic.Call) { o.after.Goroutines = 26 }, "after the load the gateway holds"},
		"open files":       {func(o *observed, _ *traffic.Call) { o.after.Descriptors = 14 }, "after the load the gateway holds"},
		"a slot":           {func(o *observed, _ *traffic.Call) { o.after.InFlight = 1 }, "after the load the gateway holds"},
		"no such metric":   {func(o *observed, _ *traffic.Call) { o.after.Reported = false }, "does not say how many"},
		"no fault":         {func(o *observed, _ *traffic.Call) { o.row.felt = "VENDOR_TIMEOUT" }, "the fault did not take place"},
		"not in use, untimed": {func(o *observed, c *traffic.Call) {
			o.timed, o.row.keeps = false, 0.9
			c.Response.Attempts[0].Account = faultyvendor.Second
		}, ""},
		"not in time": {func(o *observed, _ *traffic.Call) {
			o.row.inTime = func(*observed) []string { return []string{"too slow"} }
		}, "too slow"},
		"not in time, untimed": {func(o *observed, _ *traffic.Call) {
			o.timed, o.row.inTime = false, func(*observed) []string { return []string{"too slow"} }
		}, ""},
		"not in use": {func(o *observed, c *traffic.Call) {
			o.row.keeps = 0.9
			c.Response.Attempts[0].Account = faultyvendor.Second
		}, "first issued only 0.000"},
	} {
		t.Run(name, func(t *testing.T) {
			o, only := healthy(t)
			c.change(o, only)
			broken := report(o).Broken
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

func TestPooledRuns(t *testing.T) {
	pooled := Pool([]*Report{
		{Row: "a fault", Calls: 1, Attempts: 2, MostInACall: 2, Latencies: []time.Duration{2, 4}, Lag: 3, Remark: "one"},
		{Row: "a fault", Calls: 10, Attempts: 20, MostInACall: 1, Latencies: []time.Duration{3}, Lag: 1, Remark: "two", Broken: []string{"it"}},
	})
	require.Equal(t, &Report{
		Row: "a fault", Calls: 11, Attempts: 22, MostInACall: 2, Latencies: []time.Duration{2, 3, 4}, Lag: 3, Remark: "two", Broken: []string{"it"},
	}, pooled)
}

func TestTableIsWrittenBetweenItsMarks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "faults.md")
	reports := []*Report{{Row: "a fault", Calls: 2, Attempts: 3, Latencies: []time.Duration{time.Millisecond, time.Second}}}
	require.NoError(t, os.WriteFile(file, []byte("Head.\n"+beginMark+"old\n"+endMark+"Tail.\n"), 0o600))
	for range 2 { // it can be written again
		require.NoError(t, WriteTable(file, reports, LookAtMachine()))
	}
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Regexp(t, `^Head\.\n<!-- written by make faults -->\n\nCommit [^|]+\n\n\| fault \|[^\n]+\n\|---[^\n]+\n`+
		`\| a fault \| 2 \| 0 \| 0 \| 0 \| 1\.50 \| 0 \| 0\.0 \| 1 \| 1 \| 0 \| 0 \| 0 \| held \|\n\n<!-- end -->\nTail\.\n$`, string(page))
	require.NoError(t, os.WriteFile(file, []byte("Head.\n"), 0o600))
	require.ErrorContains(t, WriteTable(file, reports, LookAtMachine()), "no marks")
}
