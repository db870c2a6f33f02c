package faulttest

import (
	"bytes"
	"compress/gzip"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

type handler = func(http.ResponseWriter, *http.Request)

// answers is a fault of what the vendor answers.
func answers(with func(*vendor) handler) fault {
	return func(v *vendor) (end func(), err error) {
		v.handle(http.HandlerFunc(with(v)))
		return func() { v.handle(v.usual()) }, nil
	}
}

// outcome is the stand-in while every request ends as docs/sandbox.md says.
func (v *vendor) outcome(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.standIn.ServeHTTP(w, r.WithContext(sandbox.WithOutcome(r.Context(), text)))
	})
}

// always makes every request end as the outcome says.
func always(outcome string) fault {
	return answers(func(v *vendor) handler { return after(usualDelay, v.outcome(outcome)).ServeHTTP })
}

// sometimes makes a share of the requests end as the vendor's outcome says.
func sometimes(share float64, outcomes map[string]string) fault {
	return answers(func(v *vendor) handler {
		var mu sync.Mutex
		random, failed, usual := newRandom(v.seed, v.name), after(usualDelay, v.outcome(outcomes[v.name])), v.usual()
		return func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			fails := random.Float64() < share
			mu.Unlock()
			if fails {
				failed.ServeHTTP(w, r)
				return
			}
			usual.ServeHTTP(w, r)
		}
	})
}

// concurrencyDelay is how long a request takes at a vendor with a limit.
const concurrencyDelay = 100 * time.Millisecond

// concurrency is how many requests such a vendor allows at once: half of what it is asked
// for.
func concurrency(rate float64) int64 { return int64(rate * concurrencyDelay.Seconds() / 2) }

// limitAtOnce refuses what goes beyond so many requests at once.
func limitAtOnce(v *vendor) (end func(), err error) {
	return answers(func(v *vendor) handler {
		var inside atomic.Int64
		limit := concurrency(v.rate)
		refused, usual := v.outcome("code="+limitCode), after(concurrencyDelay, v.standIn)
		return func(w http.ResponseWriter, r *http.Request) {
			defer inside.Add(-1)
			if inside.Add(1) > limit {
				refused.ServeHTTP(w, r)
				return
			}
			usual.ServeHTTP(w, r)
		}
	})(v)
}

const limitCode = "CONCURRENCY_LIMIT_EXCEEDED"

// limitRate refuses what goes beyond a third of the usual requests in a second.
func limitRate(v *vendor) (end func(), err error) {
	return answers(func(v *vendor) handler {
		limit := int(v.rate / 3)
		var mu sync.Mutex
		var second int64
		var taken int
		admit := func() bool {
			mu.Lock()
			defer mu.Unlock()
			if now := time.Now().Unix(); now != second {
				second, taken = now, 0
			}
			taken++
			return taken <= limit
		}
		refused, usual := v.outcome("status=429"), v.usual()
		return func(w http.ResponseWriter, r *http.Request) {
			if !admit() {
				refused.ServeHTTP(w, r)
				return
			}
			usual.ServeHTTP(w, r)
		}
	})(v)
}

// drip sends the answer to a request that was served, a byte a second.
func drip(v *vendor) (end func(), err error) {
	return answers(func(v *vendor) handler {
		return func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			v.usual().ServeHTTP(answer, r)
			w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
			for _, b := range answer.Body.Bytes() {
				_, _ = w.Write([]byte{b})
				_ = http.NewResponseController(w).Flush()
				pause(r.Context(), time.Second)
				if r.Context().Err() != nil {
					return
				}
			}
		}
	})(v)
}

// explode answers a request that was served with a little that unfolds to much. A gzip
// file is a series of members, so that one is compressed and repeated.
func explode(v *vendor) (end func(), err error) {
	const members = 32
	var member bytes.Buffer
	writer := gzip.NewWriter(&member)
	_, _ = writer.Write(make([]byte, 1<<20)) // a buffer takes all
	_ = writer.Close()
	bomb := bytes.Repeat(member.Bytes(), members)
	return answers(func(v *vendor) handler {
		return func(w http.ResponseWriter, r *http.Request) {
			v.usual().ServeHTTP(httptest.NewRecorder(), r)
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		}
	})(v)
}

type requestsKey struct{}

// countRequests is the server's http.Server.ConnContext.
func countRequests(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, requestsKey{}, new(atomic.Int64))
}

// resetReused resets a connection on which a second request comes, before it is served.
func resetReused(v *vendor) (end func(), err error) {
	return answers(func(v *vendor) handler {
		usual := v.usual()
		return func(w http.ResponseWriter, r *http.Request) {
			requests, _ := r.Context().Value(requestsKey{}).(*atomic.Int64)
			if requests.Add(1) == 1 {
				usual.ServeHTTP(w, r)
				return
			}
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // RST ends the connection
			}
			_ = c.Close()
		}
	})(v)
}
