package server_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// requireNothingHeld waits until the gateway has ended what its callers saw end or left.
func (g *gateway) requireNothingHeld(t *testing.T) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		calls, bytes := g.admission.InFlight()
		assert.Zero(c, calls, "calls")
		assert.Zero(c, bytes, "bytes")
	}, 10*time.Second, time.Millisecond)
}

// moody is an issuer that issues, fails, panics or waits for its caller to leave, as
// the call's reference says.
func moody(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
	switch query.Request.Reference {
	case "fail":
		return &routing.Outcome{}, &providers.Error{Reason: providers.NoTargetAvailable}
	case "panic":
		panic(marker)
	case "wait":
		<-ctx.Done()
		return &routing.Outcome{}, &providers.Error{Reason: providers.CallerCancelled}
	default:
		return issues(ctx, query)
	}
}

// ends are the ways in which a call may end. Callers look at no answer here.
func ends() map[string]func(*testing.T, *gateway) {
	grpcCall := func(timeout time.Duration, message func() []byte) func(*testing.T, *gateway) {
		return func(t *testing.T, g *gateway) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			g.invokeRaw(ctx, t, message())
		}
	}
	restBytes := func(parts ...string) func(*testing.T, *gateway) {
		return func(t *testing.T, g *gateway) { t.Helper(); g.writeREST(t, parts...) }
	}
	body := func(reference string) string { return `{"flow": "FLOW_APP_SDK", "reference": "` + reference + `"}` }
	whole := func(body string) string { return "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body }
	ways := map[string]func(*testing.T, *gateway){
		"grpc undecodable":     grpcCall(time.Minute, func() []byte { return []byte{0xff, 0xff} }),
		"grpc too large":       grpcCall(time.Minute, func() []byte { return messageOf(21<<20 + 1) }),
		"grpc shed":            grpcCall(time.Minute, func() []byte { return messageOf(3 << 20) }),
		"grpc cut off early":   func(t *testing.T, g *gateway) { t.Helper(); g.openStream(t, true) },
		"grpc cut off midway":  func(t *testing.T, g *gateway) { t.Helper(); g.openStream(t, true, 0, 0, 1, 0, 0, 1, 2) },
		"grpc half-closed":     func(t *testing.T, g *gateway) { t.Helper(); g.openStream(t, false) },
		"rest no JSON":         restBytes(whole("{")),
		"rest too large":       restBytes("Content-Length: 99999999\r\n\r\n"),
		"rest shed":            restBytes("Content-Length: 3000000\r\n\r\n"),
		"rest chunks shed":     restBytes("Transfer-Encoding: chunked\r\n\r\n200000\r\n", string(make([]byte, 2<<20)), "\r\n0\r\n\r\n"),
		"rest cut off early":   restBytes("Content-Length: 1000\r\n\r\n"),
		"rest cut off midway":  restBytes("Content-Length: 1000\r\n\r\n" + body("")),
		"rest cut in a chunk":  restBytes("Transfer-Encoding: chunked\r\n\r\n100\r\n" + body("")),
		"rest left while held": restBytes(whole(body("wait"))),
	}
	for _, mood := range []string{"issue", "fail", "panic", "wait"} {
		ways["grpc "+mood] = grpcCall(150*time.Millisecond, func() []byte { return withReference(mood) })
		ways["rest "+mood] = restBytes("Grpc-Timeout: 150m\r\n" + whole(body(mood)))
	}
	return ways
}

// However a call ends, what it held is given back: a permit that leaks would choke the
// gateway slowly.
func TestPermitsAreGivenBack(t *testing.T) {
	g := startLimited(t, moody, admission.Limits{MaxCalls: 100, MaxPhotoBytes: 1 << 20})
	drain(t, g)
	for name, end := range ends() {
		t.Run(name, func(t *testing.T) {
			end(t, g)
			g.requireNothingHeld(t)
		})
	}
}

func TestPermitsAreGivenBackAtOnce(t *testing.T) {
	g := startLimited(t, moody, admission.Limits{MaxCalls: 10, MaxPhotoBytes: 1 << 20})
	drain(t, g)
	ways := ends()
	var names []string
	for name := range ways {
		names = append(names, name)
	}
	var callers sync.WaitGroup
	for caller := range uint64(20) {
		callers.Go(func() {
			random := rand.New(rand.NewPCG(caller, 1))
			for range 15 {
				ways[names[random.IntN(len(names))]](t, g)
			}
		})
	}
	callers.Wait()
	g.requireNothingHeld(t)
}

// drain drops what is observed.
func drain(t *testing.T, g *gateway) {
	t.Helper()
	close(g.unobserved)
}

// writeREST sends a request to the tokens route as it stands and leaves when something
// has been answered, or soon.
func (g *gateway) writeREST(t *testing.T, parts ...string) {
	t.Helper()
	conn, err := net.Dial("tcp", g.restAddress)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = conn.Close() }()
	for _, part := range append([]string{"POST " + tokensPath + " HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"}, parts...) {
		_, _ = io.WriteString(conn, part)
	}
	_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	_, _ = conn.Read(make([]byte, 1))
}
