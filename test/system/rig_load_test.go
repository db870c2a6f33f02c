package system

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// calls are what the load consists of: the body of the nth call.
type calls func(n int) string

// load makes calls at a steady rate, whatever becomes of them.
type load struct {
	client *http.Client
	scheme string
	every  time.Duration
	// repeats is after how many calls all begins anew.
	repeats int
	calls   atomic.Pointer[calls]
	made    atomic.Int64
	stopped atomic.Bool

	mu       sync.Mutex
	replicas []*replica
	// round is closed when all begins anew.
	round chan struct{}
}

// usualCall can be served by either vendor.
func usualCall(n int) string {
	return fmt.Sprintf(`{"flow":"FLOW_APP_SDK","acceptedProducts":["megvii.app-v5","linkface.app"],"subjectId":"user-%d"}`, n)
}

// keyedCall is one with an idempotency key.
func keyedCall(n int) string {
	return fmt.Sprintf(`{"flow":"FLOW_APP_SDK","acceptedProducts":["megvii.app-v5","linkface.app"],"idempotencyKey":"key-%d"}`, n)
}

// someCalls has so many of so many calls be of another kind.
func someCalls(part, of int, other calls) calls {
	return func(n int) string {
		if isOneOf(n, part, of) {
			return other(n)
		}
		return usualCall(n)
	}
}

// firstCalls has so many calls from now on be of another kind.
func firstCalls(of int64, other calls) calls {
	var made atomic.Int64
	return func(n int) string {
		if made.Add(1) <= of {
			return other(n)
		}
		return usualCall(n)
	}
}

// maxLoad bounds the calls in flight.
const maxLoad = 1000

func startLoad(t *testing.T, r *rig, client *http.Client, scheme string, f *fault) *load {
	t.Helper()
	l := &load{client: client, scheme: scheme, every: f.every, repeats: max(1, f.repeats), replicas: r.replicas, round: make(chan struct{})}
	if l.every == 0 {
		l.every = 20 * time.Millisecond
	}
	l.use(usualCall)
	if f.calls != nil {
		l.use(f.calls)
	}
	var running sync.WaitGroup
	running.Go(func() {
		tick := time.NewTicker(l.every)
		defer tick.Stop()
		slots := make(chan struct{}, maxLoad)
		for {
			select {
			case <-t.Context().Done():
				return
			case <-tick.C:
			}
			if l.stopped.Load() {
				continue
			}
			n := int(l.made.Add(1))
			if n%l.repeats == 0 {
				l.beginAnew()
			}
			slots <- struct{}{}
			running.Go(func() {
				defer func() { <-slots }()
				l.call(t.Context(), n)
			})
		}
	})
	t.Cleanup(running.Wait)
	return l
}

func (l *load) use(c calls) { l.calls.Store(&c) }

// call makes the nth call. What becomes of it is for the metrics to tell.
func (l *load) call(ctx context.Context, n int) {
	l.mu.Lock()
	to := l.replicas[n%len(l.replicas)]
	l.mu.Unlock()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.scheme+"://"+to.rest+"/v1/liveness-tokens", strings.NewReader((*l.calls.Load())(n)))
	if err != nil {
		return
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := l.client.Do(request)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
}

// leave has the load go to the first so many replicas alone.
func (l *load) leave(replicas int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replicas = l.replicas[:replicas]
}

// isOneOf reports whether n is one of part of so many, which are spread evenly; the first and the
// last of all are never.
func isOneOf(n, part, of int) bool { return (n%of*part+of/2)%of < part }

// awaitRound returns when all of the load's calls begin anew.
func (l *load) awaitRound(t *testing.T) {
	t.Helper()
	if l.repeats == 1 || l.stopped.Load() {
		return
	}
	l.mu.Lock()
	round := l.round
	l.mu.Unlock()
	select {
	case <-round:
	case <-time.After(startLimit):
		require.Fail(t, "the load does not go on")
	}
}

func (l *load) beginAnew() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.round)
	l.round = make(chan struct{})
}
