package routing

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// sending is a vendor's target that begins to send its request after a time, and is
// answered after another.
func sending(after, takes time.Duration) answering {
	wait := func(ctx context.Context, d time.Duration) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return interrupted(ctx)
		}
	}
	return func(ctx context.Context, _ providers.Call) (*providers.Token, error) {
		if err := wait(ctx, after); err != nil {
			return nil, err
		}
		if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.WroteHeaders != nil {
			trace.WroteHeaders()
		}
		if err := wait(ctx, takes); err != nil {
			return nil, err
		}
		return issued, nil
	}
}

// keyedCall is a call whose context ends when its caller leaves, unless it is held.
type keyedCall struct {
	ctx    *movingContext
	held   atomic.Bool
	until  time.Time
	asked  int
	result chan *Outcome
}

func beginKeyed(t *testing.T, r *Router, left time.Duration) *keyedCall {
	t.Helper()
	c := &keyedCall{ctx: newMovingContext(t, left), result: make(chan *Outcome, 1)}
	q := query()
	q.Hold = func(until time.Time) func() {
		c.held.Store(true)
		c.until = until
		c.asked++
		return func() { c.held.Store(false) }
	}
	go func() {
		outcome, _ := r.Issue(c.ctx, q)
		c.result <- outcome
	}()
	synctest.Wait()
	return c
}

// leave is the end of the caller's time.
func (c *keyedCall) leave() {
	synctest.Wait()
	if !c.held.Load() {
		c.ctx.end(context.DeadlineExceeded)
	}
}

// An attempt that was sent has its own time, whatever the caller's.
func TestHeldAttemptHasItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := target("a")
		a.Issuer = sending(0, 1200*time.Millisecond)
		start := time.Now()
		c := beginKeyed(t, router(a, target("b")), 300*time.Millisecond)
		require.True(t, c.held.Load())
		require.Equal(t, start.Add(3*time.Second), c.until)
		time.Sleep(300 * time.Millisecond)
		c.leave()
		outcome := <-c.result
		require.Equal(t, []string{"a"}, tried(outcome))
		require.NotNil(t, outcome.Issued())
		require.Equal(t, 1200*time.Millisecond, time.Since(start))
		require.False(t, c.held.Load())
	})
}

// Nothing follows it once nobody has any time left, and a vendor that hangs has had all of
// the time that it should need.
func TestHeldAttemptThatHangs(t *testing.T) {
	for timeout, want := range map[time.Duration]time.Duration{3 * time.Second: 3 * time.Second, time.Minute: maxHeld} {
		synctest.Test(t, func(t *testing.T) {
			a := target("a", within(timeout))
			a.Issuer = sending(0, time.Hour)
			r := router(a, target("b"))
			for range toOpen {
				start := time.Now()
				c := beginKeyed(t, r, 300*time.Millisecond)
				time.Sleep(300 * time.Millisecond)
				c.leave()
				outcome := <-c.result
				require.Equal(t, []string{"a"}, tried(outcome))
				require.Equal(t, want, time.Since(start))
			}
			require.Equal(t, guards{product: 2}, stateOf(r, 0))
		})
	}
}

// Before its request is sent, an attempt ends with its caller and is not held.
func TestUnsentAttemptEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := target("a")
		a.Issuer = sending(time.Second, 0)
		start := time.Now()
		c := beginKeyed(t, router(a, target("b")), 300*time.Millisecond)
		time.Sleep(300 * time.Millisecond)
		c.leave()
		require.Nil(t, (<-c.result).Issued())
		require.Equal(t, 300*time.Millisecond, time.Since(start))
		require.Zero(t, c.asked)
	})
}

// With time left, a failed attempt is followed by another, each held by itself.
func TestEachAttemptIsHeldByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := target("a", within(time.Second)), target("b")
		a.Issuer, b.Issuer = sending(0, time.Hour), sending(0, time.Second)
		c := beginKeyed(t, router(a, b), 8*time.Second)
		outcome := <-c.result
		require.Equal(t, []string{"a", "b"}, tried(outcome))
		require.NotNil(t, outcome.Issued())
		require.Equal(t, 2, c.asked)
		require.False(t, c.held.Load())
	})
}

// net/http may tell of the sending when the attempt is over.
func TestAttemptThatIsOverIsNotHeld(t *testing.T) {
	var sent func()
	a := target("a")
	a.Issuer = answering(func(ctx context.Context, _ providers.Call) (*providers.Token, error) {
		sent = httptrace.ContextClientTrace(ctx).WroteHeaders
		return issued, nil
	})
	q := query()
	held := 0
	q.Hold = func(time.Time) func() { held++; return func() { held-- } }
	_, failure := issue(t, router(a), q)
	require.Nil(t, failure)
	sent()
	require.Zero(t, held)
}

// net/http would send a request whose caller leaves when its header is written, and nobody would
// know of the token.
func TestWhoLeftBeforeTheSendingSendsNothing(t *testing.T) {
	var received atomic.Int32
	vendor := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { received.Add(1) }))
	defer vendor.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	for range 20 {
		caller, leave := context.WithTimeout(t.Context(), time.Minute)
		a := target("a")
		a.Issuer = answering(func(ctx context.Context, _ providers.Call) (*providers.Token, error) {
			traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaderField: func(string, []string) { leave() }})
			request, err := http.NewRequestWithContext(traced, http.MethodPost, vendor.URL, strings.NewReader("a=1"))
			if err != nil {
				return nil, err
			}
			response, err := transport.RoundTrip(request)
			if err != nil {
				return nil, interrupted(ctx)
			}
			return issued, response.Body.Close()
		})
		q := query()
		q.Hold = func(time.Time) func() { return nil }
		_, failure := issueUnder(caller, t, router(a), q)
		leave()
		if failure != nil { // else an answer came, which the vendor's count tells
			require.Equal(t, providers.CallerCancelled, failure.Reason)
		}
	}
	vendor.Close() // when all requests are answered
	require.Zero(t, received.Load())
}
