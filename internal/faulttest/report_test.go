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
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// healthy is a run of which nothing can be said: a call that succeeded, a second into a
// fault of 20 s.
func healthy(t *testing.T) (*observed, *call) {
	t.Helper()
	began := time.Unix(1_700_000_000, 0)
	c := answered("a", attempt(first, livenessv1.Reason_OK))
	c.start, c.end, c.deadline = began.Add(time.Second), began.Add(1100*time.Millisecond), 4*time.Second
	held := resources{goroutines: 20, descriptors: 10, reported: true}
	return &observed{
		row: &Row{Name: "a fault"}, timed: true, calls: []*call{c}, spans: []span{{began, began.Add(20 * time.Second)}},
		ledgers: map[string][]sandbox.Entry{first: {{Product: randomNumber, Token: "a"}}},
		log:     logged(t, "id-1: first OK v-a"), lag: &Lag{start: began}, before: held, after: held,
	}, c
}

func (c *call) fails(code codes.Code, reason string) {
	c.answer = answer{requestID: "id-1", code: code, reason: reason, failure: &livenessv1.IssueFailure{}}
}

// Whatever is not as it should be is told, each in its own words.
func TestReport(t *testing.T) {
	for name, c := range map[string]struct {
		change func(o *observed, c *call)
		want   string
	}{
		"nothing": {func(*observed, *call) {}, ""},
		"a failure": {func(_ *observed, c *call) {
			c.fails(codes.Unavailable, "VENDOR_UNREACHABLE")
			c.start = c.start.Add(5 * time.Second)
			c.end = c.end.Add(5 * time.Second)
		}, "1 eligible calls failed"},
		"an early failure":               {func(_ *observed, c *call) { c.fails(codes.Unavailable, "VENDOR_UNREACHABLE") }, "1 eligible calls failed in the first two seconds of a fault"},
		"a failure of one who went away": {func(_ *observed, c *call) { c.kind = &cancelled()[3]; c.fails(codes.Canceled, "CALLER_CANCELLED") }, "reached no caller"},
		"a late answer":                  {func(_ *observed, c *call) { c.end = c.start.Add(c.deadline + grace + 1) }, "1 answers came after their deadline"},
		"an answer as late as the machine": {func(o *observed, c *call) {
			c.end = c.start.Add(c.deadline + grace + 10)
			o.lag.worst = make([]time.Duration, 100)
			o.lag.worst[60] = 10 // a second later
		}, ""},
		"a late answer of an untimed run": {func(o *observed, c *call) {
			o.timed = false
			c.end = c.start.Add(c.deadline + grace + 1)
		}, ""},
		"four attempts":       {func(o *observed, _ *call) { o.log = logged(t, "id-1: first X, second X, other X, fourth OK") }, "4 attempts for one call"},
		"retries":             {func(o *observed, _ *call) { o.log = logged(t, repeated(6, "first X, first OK")...) }, "6 of 12 attempts at first were retries"},
		"a few retries":       {func(o *observed, _ *call) { o.log = logged(t, repeated(5, "first X, first OK")...) }, ""},
		"a lost token":        {func(o *observed, _ *call) { o.ledgers[second] = []sandbox.Entry{{Product: appV5, Token: "b"}} }, "1 tokens of the ledgers reached no caller"},
		"a panic":             {func(o *observed, _ *call) { o.log.add([]byte("panic: oh")) }, "1 lines of panics"},
		"net/http's panic":    {func(o *observed, _ *call) { o.log.add([]byte(`{"msg":"http: panic serving"}`)) }, "1 lines of panics"},
		"a bad end":           {func(o *observed, _ *call) { o.stopped = errors.New("exit status 2") }, "exit status 2"},
		"a leak":              {func(o *observed, _ *call) { o.after.goroutines = 26 }, "after the load the gateway holds"},
		"open files":          {func(o *observed, _ *call) { o.after.descriptors = 14 }, "after the load the gateway holds"},
		"a slot":              {func(o *observed, _ *call) { o.after.inFlight = 1 }, "after the load the gateway holds"},
		"no such metric":      {func(o *observed, _ *call) { o.after.reported = false }, "does not say how many"},
		"no fault":            {func(o *observed, _ *call) { o.row.felt = "VENDOR_TIMEOUT" }, "the fault did not take place"},
		"not in use, untimed": {func(o *observed, c *call) { o.timed, o.row.keeps = false, 0.9; c.response.Attempts[0].Account = second }, ""},
		"not in time":         {func(o *observed, _ *call) { o.row.inTime = func(*observed) []string { return []string{"too slow"} } }, "too slow"},
		"not in time, untimed": {func(o *observed, _ *call) {
			o.timed, o.row.inTime = false, func(*observed) []string { return []string{"too slow"} }
		}, ""},
		"not in use": {func(o *observed, c *call) { o.row.keeps = 0.9; c.response.Attempts[0].Account = second }, "first issued only 0.000"},
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
	require.NoError(t, os.WriteFile(file, []byte("Head.\n<!-- written by make faults -->\nold\n<!-- end -->\nTail.\n"), 0o600))
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

func TestResourcesAreReadFromMetrics(t *testing.T) {
	r, err := readResources(strings.NewReader(`# HELP go_goroutines Number.
go_goroutines 42
process_open_fds 17
liveness_gateway_vendor_inflight{account="first",provider="megvii"} 2
liveness_gateway_vendor_inflight{account="second",provider="megvii"} 3
`))
	require.NoError(t, err)
	require.Equal(t, resources{goroutines: 42, descriptors: 17, inFlight: 5, reported: true}, r)
}
