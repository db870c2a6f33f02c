package system

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"

	standins "github.com/liveness-gateway/gateway/internal/sandbox"
)

// vendor is a stand-in that answers as a test says.
type vendor struct {
	url string
	// outcome is that of its nth request since it was set, as docs/sandbox.md writes it; "" is
	// the usual one.
	outcome atomic.Pointer[func(n int) string]
	asked   atomic.Int64
	// ahead is how far its clock is, in nanoseconds.
	ahead atomic.Int64
	// allows is how many requests it takes at once, any number if it is 0; busy is with how many.
	allows, busy atomic.Int64
	// rate is how many requests it takes in a second, any number if it is nil.
	rate atomic.Pointer[rate.Limiter]
	// revoked is a key that it takes no more.
	revoked atomic.Pointer[string]
}

func startVendor(t *testing.T, standIn func(standins.Options) *standins.StandIn) *vendor {
	t.Helper()
	v := &vendor{}
	plays := standIn(standins.Options{
		Now:     func() time.Time { return time.Now().Add(time.Duration(v.ahead.Load())) },
		Revoked: func(key string) bool { revoked := v.revoked.Load(); return revoked != nil && *revoked == key },
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		defer v.busy.Add(-1)
		outcome := v.next()
		if allows := v.allows.Load(); v.busy.Add(1) > allows && allows > 0 {
			outcome = "code=CONCURRENCY_LIMIT_EXCEEDED"
		}
		if limiter := v.rate.Load(); limiter != nil && !limiter.Allow() {
			outcome = "status=429"
		}
		if outcome != "" {
			request = request.WithContext(standins.WithOutcome(request.Context(), outcome))
		}
		plays.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)
	v.url = server.URL
	return v
}

// next returns the outcome of the next request.
func (v *vendor) next() string {
	if outcome := v.outcome.Load(); outcome != nil {
		return (*outcome)(int(v.asked.Add(1)))
	}
	return ""
}

// answer has the vendor's requests end so from now on.
func (v *vendor) answer(outcome func(n int) string) {
	v.asked.Store(0)
	v.outcome.Store(&outcome)
}

// always has them all end in one way.
func always(outcome string) func(int) string { return func(int) string { return outcome } }

// revoke has the vendor take a key no more.
func (v *vendor) revoke(key string) { v.revoked.Store(&key) }
