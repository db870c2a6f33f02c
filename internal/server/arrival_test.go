package server_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"google.golang.org/protobuf/proto"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/rest"
)

// announce begins a REST request with a body of that length.
func announce(length int) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", tokensPath, length)
}

// prefix announces a gRPC message of that length.
func prefix(length int) []byte {
	return binary.BigEndian.AppendUint32([]byte{0}, uint32(length))
}

// claim begins calls with long messages that never come.
func (g *gateway) claim(t *testing.T, sent, length int) {
	t.Helper()
	overREST := dial(t, g.restAddress)
	_, err := io.WriteString(overREST, announce(length)+strings.Repeat(" ", sent))
	require.NoError(t, err)
	overGRPC := dial(t, g.grpcAddress)
	require.NoError(t, beginCall(overGRPC, false, append(prefix(length), make([]byte, sent)...)))
}

// What a client announces and does not send holds no bytes and no memory.
func TestIdleClaimsHoldNothing(t *testing.T) {
	const bound = 64 << 20
	g := startLimited(t, issues, admission.Limits{MaxCalls: 4, MaxPhotoBytes: bound})
	drain(t, g)
	require.NotNil(t, g.overGRPC(t, small()).response)
	before := heap()
	for range 64 {
		g.claim(t, 0, 20<<20)
	}
	time.Sleep(50 * time.Millisecond)
	calls, held := g.admission.InFlight()
	require.Zero(t, calls)
	require.Zero(t, held)
	require.Less(t, heap()-before, int64(128*100<<10), "100 KiB a claim, nearly all of it connections")
	for transport, send := range g.photoTransports() {
		require.NotNil(t, send(t, photosOf(19_000_000)).response, transport)
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC() // what a pool holds goes with the second one
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Of a message that has arrived in part, no more is reserved than StepFactor times that.
func TestReservedAsItArrives(t *testing.T) {
	for _, sent := range []int{0, 1, 4 << 10, 10_000} {
		t.Run(fmt.Sprint(sent), func(t *testing.T) {
			g := startLimited(t, issues, admission.Limits{MaxPhotoBytes: 64 << 20})
			g.claim(t, sent, 20<<20)
			time.Sleep(20 * time.Millisecond) // a bound that is not passed is seen at once
			_, held := g.admission.InFlight()
			require.LessOrEqual(t, held, int64(server.StepFactor*sent))
		})
	}
	g := startLimited(t, issues, admission.Limits{MaxPhotoBytes: 64 << 20})
	conn := dial(t, g.restAddress)
	const sent = 300_000
	_, err := io.WriteString(conn, announce(20<<20)+strings.Repeat(" ", sent))
	require.NoError(t, err)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		_, held := g.admission.InFlight()
		assert.GreaterOrEqual(c, held, int64(sent))
	}, 10*time.Second, time.Millisecond)
	_, held := g.admission.InFlight()
	require.LessOrEqual(t, held, int64(server.StepFactor*sent))
}

// How long a message took to arrive is noted, so that it is nobody's overhead.
func TestArrivalIsNoted(t *testing.T) {
	var arrivals []time.Duration
	d := dispatcherOf(issues, newKeeper(t), &admission.Controller{}, func(c *call.Call) {
		arrivals = append(arrivals, c.Arrival)
		assert.GreaterOrEqual(t, c.Duration, c.Arrival)
	})
	for _, send := range []func(*testing.T, *server.Dispatcher, int) (time.Duration, string){slowREST, slowGRPC} {
		took, words := send(t, d, 10<<10)
		require.Empty(t, words)
		require.InDelta(t, took.Seconds(), arrivals[len(arrivals)-1].Seconds(), 0.01)
	}
	require.Len(t, arrivals, 2)
}

// A message that arrives more slowly than 8 KiB a second after two seconds is refused, over
// either transport.
func TestSlowArrival(t *testing.T) {
	for _, c := range []struct {
		name       string
		perSecond  int
		refusedFor time.Duration // the time after which it is refused, 0 if it is not
	}{
		{"nothing", 0, 3 * time.Second},
		{"1 KiB a second", 1 << 10, 4 * time.Second},
		{"6 KiB a second", 6 << 10, 12 * time.Second},
		{"9 KiB a second", 9 << 10, 0},
		{"100 KiB a second", 100 << 10, 0},
	} {
		const size = 120_000
		for transport, send := range map[string]func(*testing.T, *server.Dispatcher, int) (time.Duration, string){"rest": slowREST, "grpc": slowGRPC} {
			t.Run(transport+", "+c.name, func(t *testing.T) {
				took, words := send(t, newDispatcher(t), c.perSecond)
				if c.refusedFor == 0 {
					require.Empty(t, words)
					require.InDelta(t, size/float64(c.perSecond), took.Seconds(), 1)
					return
				}
				require.Contains(t, words, "the message arrives too slowly: at least 8 KiB a second after 2s")
				require.LessOrEqual(t, took, c.refusedFor)
				require.GreaterOrEqual(t, took, 2*time.Second)
			})
		}
	}
}

// trickle writes content at a rate, until writing fails. At no rate it writes nothing.
func trickle(w io.Writer, content []byte, perSecond int) {
	for step := perSecond / 8; step > 0 && len(content) > 0; time.Sleep(time.Second / 8) {
		n := min(step, len(content))
		if _, err := w.Write(content[:n]); err != nil {
			return
		}
		content = content[n:]
	}
}

func slowREST(t *testing.T, d *server.Dispatcher, perSecond int) (took time.Duration, words string) {
	t.Helper()
	served := rest.New(d, &message.Buffers{}, nil, nil)
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		go func() { _ = served.Serve(listener) }()
		conn, err := listener.Dial(t.Context(), "", "")
		require.NoError(t, err)
		begun := time.Now()
		var writer sync.WaitGroup
		writer.Go(func() {
			_, _ = io.WriteString(conn, announce(120_000))
			trickle(conn, []byte(bodyOf(120_000)), perSecond)
		})
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // readReply closes it
		require.NoError(t, err)
		took = time.Since(begun)
		if r := readReply(t, answer); r.response == nil {
			words = r.status.GetMessage()
		}
		_ = conn.Close()
		_ = served.Close()
		writer.Wait()
	})
	return took, words
}

// framed writes data on the first stream.
type framed struct{ *http2.Framer }

func (f framed) Write(data []byte) (int, error) { return len(data), f.WriteData(1, false, data) }

func slowGRPC(t *testing.T, d *server.Dispatcher, perSecond int) (took time.Duration, words string) {
	t.Helper()
	encoded, err := proto.Marshal(photosOf(120_000))
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		conn, err := servePipes(t, d).Dial(t.Context(), "", "")
		require.NoError(t, err)
		begun := time.Now()
		var writer sync.WaitGroup
		writer.Go(func() {
			_ = beginCall(conn, false, prefix(len(encoded)))
			trickle(framed{http2.NewFramer(conn, nil)}, encoded, perSecond)
		})
		got := trailers(conn)
		took = time.Since(begun)
		if got["grpc-status"] != "0" {
			words = got["grpc-message"]
		}
		_ = conn.Close()
		writer.Wait()
	})
	return took, words
}

// A client that is refused before its body has arrived is told so at once: net/http would
// wait for the rest.
func TestRefusedWithoutTheRestOfTheBody(t *testing.T) {
	g := startLimited(t, unreachable(t), admission.Limits{MaxPhotoBytes: 10_000})
	conn := dial(t, g.restAddress)
	_, err := io.WriteString(conn, announce(100_000))
	require.NoError(t, err)
	begun := time.Now()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // readReply closes it
	require.NoError(t, err)
	require.True(t, answer.Close)
	require.Equal(t, http.StatusServiceUnavailable, readReply(t, answer).httpStatus)
	require.Less(t, time.Since(begun), 2*time.Second)
	require.Equal(t, providers.Overloaded, (<-g.calls).Reason)
}

// Photos that have arrived in several buffers are whole.
func TestBodyInPieces(t *testing.T) {
	g := start(t, issues)
	drain(t, g)
	for _, size := range []int{1, 4095, 4096, 4097, 65535, 65536, 65537, 131_072, 131_073, 1 << 20} {
		body := []byte(bodyOf(size + 100))
		for _, lengths := range [][]byte{
			fmt.Appendf(nil, "Content-Length: %d\r\n\r\n%s", len(body), body),
			fmt.Appendf(nil, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body),
		} {
			conn, err := net.Dial("tcp", g.restAddress)
			require.NoError(t, err)
			go func() {
				_, _ = io.Copy(conn, io.MultiReader(strings.NewReader("POST "+tokensPath+" HTTP/1.1\r\nHost: g\r\nContent-Type: application/json\r\n"), bytes.NewReader(lengths)))
			}()
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // readReply closes it
			require.NoError(t, err)
			require.NotNil(t, readReply(t, answer).response)
			_ = conn.Close()
		}
	}
}

// Where the gateway itself is late, a message that has arrived is not refused: the timer
// waits for twice its own lateness.
func TestLateTimerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := make(chan time.Duration, 1)
		l, began := &server.ArrivalLimit{}, time.Now()
		l.Begin(began.Add(-time.Second), func() { refused <- time.Since(began) }) // as if it had begun a second late
		require.Equal(t, 4*time.Second, <-refused)
		late, _ := l.End()
		require.True(t, late)
	})
}
