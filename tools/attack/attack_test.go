package main

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// listen accepts connections till the end of the test and does this with each.
func listen(t *testing.T, with func(net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go with(conn)
		}
	}()
	return listener.Addr().String()
}

// Whatever the other side does, an attack sends something and ends in time.
func TestAttacksEnd(t *testing.T) {
	others := map[string]string{
		"silent":  listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }),
		"deaf":    listen(t, func(net.Conn) {}),
		"closing": listen(t, func(conn net.Conn) { _ = conn.Close() }),
		"absent":  "127.0.0.1:0",
	}
	for _, c := range classes() {
		for name, address := range others {
			t.Run(c.title()+" "+name, func(t *testing.T) {
				t.Parallel()
				done := make(chan result, 1)
				go func() {
					done <- c.attackWith(order{GRPC: address, REST: address, Connections: 2, For: 20 * time.Millisecond})
				}()
				select {
				case r := <-done:
					require.Empty(t, r.Found)
				case <-time.After(patience):
					t.Fatal("the attack goes on")
				}
			})
		}
	}
}

// Classes are told apart by their titles, on the command line too.
func TestTitles(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range classes() {
		require.NotContains(t, seen, c.title())
		seen[c.title()] = true
		require.Regexp(t, `^(HTTP/1|HTTP/2|gRPC|JSON|multipart|protobuf|vendor): `, c.title())
	}
}

func TestPace(t *testing.T) {
	p := &pace{rate: 100}
	began := time.Now()
	for range 11 {
		p.wait(t.Context())
	}
	require.GreaterOrEqual(t, time.Since(began), 100*time.Millisecond)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	(&pace{rate: 1e-6}).wait(ended)
}

func TestResources(t *testing.T) {
	r, err := readResources(strings.NewReader(`# HELP go_goroutines x
go_goroutines 17
process_open_fds 9
go_memstats_heap_alloc_bytes 1.5e+06
liveness_gateway_vendor_inflight{provider="megvii",account="a b"} 2
liveness_gateway_vendor_inflight{provider="megvii",account="c"} 1
`))
	require.NoError(t, err)
	require.Equal(t, resources{goroutines: 17, descriptors: 9, inFlight: 3, heap: 1.5e6}, r)
	require.True(t, r.within(r))
	more := r
	more.inFlight++
	require.False(t, more.within(r))
}

func TestOthersShareOfTheMachine(t *testing.T) {
	before, err := machineUsage("cpu  100 0 50 800 10 0 5 35 7 0\ncpu0 1 2 3 4 5\n")
	require.NoError(t, err)
	require.Equal(t, usage{machine: 1000, idle: 810}, before)
	after, err := machineUsage("cpu  180 0 60 880 20 0 5 55 7 0\n")
	require.NoError(t, err)
	after.family, err = processUsage("17 (a) name) S 1 1 1 0 -1 4194560 1 0 0 0 20 30 0 0 20 0 1 0 1 1")
	require.NoError(t, err)
	require.EqualValues(t, 50, after.family)
	require.InDelta(t, 60./200, after.others(before), 1e-9)
	require.Zero(t, before.others(before))
	for _, text := range []string{"", "cpu 1 2", "intr 1 2 3 4 5 6", "cpu a b c d e f"} {
		_, err := machineUsage(text)
		require.Error(t, err, text)
	}
	for _, text := range []string{"", "1 (a) S 1", "1 (a) S 1 1 1 0 -1 0 1 0 0 0 x 30 0"} {
		_, err := processUsage(text)
		require.Error(t, err, text)
	}
}

// Who burns the machine is seen, unless it is one of the family.
func TestLookAtMachine(t *testing.T) {
	before, err := lookAtMachine([]int{os.Getpid()})
	require.NoError(t, err)
	require.Positive(t, before.machine)
	for end := time.Now().Add(50 * time.Millisecond); time.Now().Before(end); {
	}
	after, err := lookAtMachine([]int{os.Getpid()})
	require.NoError(t, err)
	require.Greater(t, after.machine, before.machine)
	_, err = lookAtMachine([]int{-1})
	require.NoError(t, err)
}

// seen is a window with that many calls, of which each took so long.
func seen(calls int, took time.Duration) *window {
	w := &window{}
	for range calls {
		w.latencies = append(w.latencies, took)
	}
	return w
}

// calm is a run in which nothing went wrong.
func calm() *observed {
	return &observed{
		class: &class{family: "HTTP/1", name: "x"}, warm: seen(1, 0), calm: seen(10, 2*time.Millisecond), one: seen(10, 2*time.Millisecond),
		many: seen(10, 3*time.Millisecond), after: seen(1, 0), byMany: result{Connections: 10, Requests: 5}, memory: 1 << 20,
	}
}

func TestReports(t *testing.T) {
	for name, c := range map[string]struct {
		wrong func(*observed)
		want  string
	}{
		"nothing":               {func(*observed) {}, ""},
		"slow, but for the lag": {func(o *observed) { o.many, o.lag = seen(10, 50*time.Millisecond), 20*time.Millisecond }, ""},
		"slow":                  {func(o *observed) { o.one = seen(10, 50*time.Millisecond) }, "p99 is 50ms under one"},
		"slow, but for others":  {func(o *observed) { o.one, o.others = seen(10, 50*time.Millisecond), 0.5 }, ""},
		"slower than by others": {func(o *observed) { o.one, o.others = seen(10, 90*time.Millisecond), 0.5 }, "others had 50 % of the machine"},
		"late, but for others":  {func(o *observed) { o.restTime, o.others = 19*time.Second, 0.5 }, ""},
		"later than by others":  {func(o *observed) { o.restTime, o.others = 21*time.Second, 0.5 }, "21s after"},
		"a failure, busy":       {func(o *observed) { o.one.failures, o.one.failure, o.others = 1, io.EOF, 1 }, "1 of the good caller's 10 calls failed under one connection: EOF"},
		"a failure after it":    {func(o *observed) { o.after.failures, o.after.failure = 1, io.EOF }, "1 of the good caller's 1 calls failed after the attack: EOF"},
		"too much memory":       {func(o *observed) { o.memory = 300 << 20 }, "300 MiB"},
		"no rest":               {func(o *observed) { o.rest.goroutines = 1000 }, "1000 goroutines"},
		"rest, but late":        {func(o *observed) { o.restTime = 11 * time.Second }, "11s after"},
		"a foreign line":        {func(o *observed) { o.strange = []string{"Unsolicited response"} }, "Unsolicited"},
		"an end":                {func(o *observed) { o.after, o.stopped = nil, io.EOF }, "EOF"},
		"nothing sent":          {func(o *observed) { o.byMany.Requests = 0 }, "nothing was sent"},
		"something found":       {func(o *observed) { o.byOne.Found = "two requests" }, "two requests"},
	} {
		t.Run(name, func(t *testing.T) {
			o := calm()
			c.wrong(o)
			r := o.report()
			if c.want == "" {
				require.Empty(t, r.broken)
				require.Contains(t, tableOf([]*report{r}), "| HTTP/1: x | 10 | 5 | 0 |")
				return
			}
			require.NotEmpty(t, r.broken)
			require.Contains(t, strings.Join(r.broken, "\n"), c.want)
			require.Contains(t, r.String(), "| broken |")
		})
	}
}
