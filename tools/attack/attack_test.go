package main

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/tools/attack/internal/classes"
	"github.com/liveness-gateway/gateway/tools/attack/internal/process"
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
	for _, c := range classes.All() {
		for name, address := range others {
			t.Run(c.Title()+" "+name, func(t *testing.T) {
				t.Parallel()
				done := make(chan result, 1)
				go func() {
					done <- attackWith(c, order{GRPC: address, REST: address, Connections: 2, For: 20 * time.Millisecond})
				}()
				select {
				case r := <-done:
					require.Empty(t, r.Found)
				case <-time.After(process.Patience):
					t.Fatal("the attack goes on")
				}
			})
		}
	}
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
		class: &classes.Class{Family: "HTTP/1", Name: "x"}, warm: seen(1, 0), calm: seen(10, 2*time.Millisecond), one: seen(10, 2*time.Millisecond),
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
		"no rest":               {func(o *observed) { o.rest.Goroutines = 1000 }, "1000 goroutines"},
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
