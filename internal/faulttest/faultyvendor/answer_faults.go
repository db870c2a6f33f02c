package faultyvendor

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

	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

type handler = func(http.ResponseWriter, *http.Request)

// answers is a fault of what the vendor answers.
func answers(with func(*Vendor) handler) Fault {
	return func(v *Vendor) (end func(), err error) {
		v.handle(http.HandlerFunc(with(v)))
		return func() { v.handle(v.usual()) }, nil
	}
}

// outcome is the stand-in while every request ends as docs/sandbox.md says.
func (v *Vendor) outcome(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.standIn.ServeHTTP(w, r.WithContext(sandbox.WithOutcome(r.Context(), text)))
	})
}

// Always makes every request end as the outcome says.
func Always(outcome string) Fault {
	return answers(func(v *Vendor) handler { return after(UsualDelay, v.outcome(outcome)).ServeHTTP })
}

// Sometimes makes a share of the requests end as the vendor's outcome says.
func Sometimes(share float64, outcomes map[string]string) Fault {
	return answers(func(v *Vendor) handler {
		var mu sync.Mutex
		random, failed, usual := v.random(v.name), after(UsualDelay, v.outcome(outcomes[v.name])), v.usual()
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

// ConcurrencyDelay is how long a request takes at a vendor with a limit.
const ConcurrencyDelay = 100 * time.Millisecond

// Concurrency is how many requests such a vendor allows at once: half of what it is asked
// for.
func Concurrency(rate float64) int64 { return int64(rate * ConcurrencyDelay.Seconds() / 2) }

// LimitAtOnce refuses what goes beyond so many requests at once.
func LimitAtOnce(v *Vendor) (end func(), err error) {
	return answers(func(v *Vendor) handler {
		var inside atomic.Int64
		limit := Concurrency(v.rate)
		refused, usual := v.outcome("code="+LimitCode), after(ConcurrencyDelay, v.standIn)
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

// LimitCode is the code of an answer to what goes beyond a limit on requests at once.
const LimitCode = "CONCURRENCY_LIMIT_EXCEEDED"

// LimitRate refuses what goes beyond a third of the usual requests in a second.
func LimitRate(v *Vendor) (end func(), err error) { return LimitTo(int(v.rate / 3))(v) }

// LimitTo refuses, at once, what goes beyond so many requests in a second.
func LimitTo(limit int) Fault {
	return answers(func(v *Vendor) handler {
		var mu sync.Mutex
		var Second int64
		var taken int
		admit := func() bool {
			mu.Lock()
			defer mu.Unlock()
			if now := time.Now().Unix(); now != Second {
				Second, taken = now, 0
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
	})
}

// Every makes one in n requests end as the vendor's outcome says, the tenth first.
func Every(n int64, outcomes map[string]string) Fault {
	const first = 10
	return answers(func(v *Vendor) handler {
		var requests atomic.Int64
		failed, usual := after(UsualDelay, v.outcome(outcomes[v.name])), v.usual()
		return func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1)%n == first%n {
				failed.ServeHTTP(w, r)
				return
			}
			usual.ServeHTTP(w, r)
		}
	})
}

// Drip sends the answer to a request that was served, a byte a second.
func Drip(v *Vendor) (end func(), err error) {
	return answers(func(v *Vendor) handler {
		return func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			v.usual().ServeHTTP(answer, r)
			w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
			for _, b := range answer.Body.Bytes() {
				_, _ = w.Write([]byte{b})
				_ = http.NewResponseController(w).Flush()
				timing.Pause(r.Context(), time.Second)
				if r.Context().Err() != nil {
					return
				}
			}
		}
	})(v)
}

// Explode answers a request that was served with a little that unfolds to much. A gzip
// file is a series of members, so that one is compressed and repeated.
func Explode(v *Vendor) (end func(), err error) {
	const members = 32
	var member bytes.Buffer
	writer := gzip.NewWriter(&member)
	_, _ = writer.Write(make([]byte, 1<<20)) // a buffer takes all
	_ = writer.Close()
	bomb := bytes.Repeat(member.Bytes(), members)
	return answers(func(v *Vendor) handler {
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

// ResetReused resets a connection on which a second request comes, before it is served.
func ResetReused(v *Vendor) (end func(), err error) {
	return answers(func(v *Vendor) handler {
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
