package callers_test

import (
	"context"
	"crypto/x509"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/callers/callerstest"
)

// shown returns what the case shows.
func shown(tb testing.TB, w *callerstest.World, c *callerstest.Case) callers.Shown {
	tb.Helper()
	s := callers.Shown{Authorization: c.Authorization}
	if c.Names != nil {
		var err error
		s.Certificate, err = x509.ParseCertificate(w.CA.Client(tb, c.Names...).Certificate[0])
		require.NoError(tb, err)
	}
	return s
}

func TestAuthenticate(t *testing.T) {
	w := callerstest.New(t)
	cases := append(w.Good(t), w.Wrong(t)...)
	require.Greater(t, len(cases), 200)
	for range 2 { // a token that was verified is known the second time
		var all sync.WaitGroup
		for _, c := range cases {
			s := shown(t, w, &c)
			all.Go(func() {
				caller, fault := w.Authenticator.Authenticate(t.Context(), s)
				assert.Equal(t, c.Fault, fault, c.Name)
				assert.Same(t, c.Caller, caller, c.Name)
			})
		}
		all.Wait()
	}
}

// run runs an authenticator in a bubble until it is stopped.
func run(a *callers.Authenticator) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { a.Run(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

func TestNoCallers(t *testing.T) {
	var none *callers.Authenticator
	caller, fault := none.Authenticate(t.Context(), callers.Shown{Authorization: []string{"Bearer x"}})
	require.Nil(t, caller)
	require.Empty(t, fault)
}

// Whatever is wrong takes the same time, by a clock that stands while work is done, and what
// is right takes none.
func TestRefusalsTakeTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := callerstest.NewWithFile(t)
		defer run(w.Authenticator)()
		for _, c := range append(w.Good(t), w.Wrong(t)...) {
			want := callers.RefusalTime
			if c.Fault == "" {
				want = 0
			}
			begun := time.Now()
			_, fault := w.Authenticator.Authenticate(t.Context(), shown(t, w, &c))
			require.Equal(t, c.Fault, fault, c.Name)
			require.Equal(t, want, time.Since(begun), c.Name)
		}
	})
}

// A flood of refusals holds a bounded number of calls, and a client that leaves none.
func TestRefusalsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := callerstest.NewWithFile(t)
		ctx, leave := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range 10_000 {
			waiting.Go(func() { _, _ = w.Authenticator.Authenticate(ctx, callers.Shown{}) })
		}
		synctest.Wait()
		begun := time.Now()
		_, fault := w.Authenticator.Authenticate(t.Context(), callers.Shown{})
		require.Equal(t, callers.NothingShown, fault)
		require.Zero(t, time.Since(begun), "4,096 wait")
		leave()
		waiting.Wait()
		require.Zero(t, time.Since(begun), "nobody waits for who has left")
		_, _ = w.Authenticator.Authenticate(t.Context(), callers.Shown{})
		require.Equal(t, callers.RefusalTime, time.Since(begun))
	})
}

// What shows two callers is a mistake of who configures them.
func TestIdentitiesOfTwo(t *testing.T) {
	_, key := callers.NewAPIKey()
	both := func(a, b callers.Identity) error {
		a.Caller, b.Caller = &callers.Caller{Name: "a"}, &callers.Caller{Name: "b"}
		_, err := callers.New([]callers.Identity{a, b}, nil, nil)
		return err
	}
	for _, i := range []callers.Identity{
		{URIs: []string{"spiffe://x/y"}}, {DNSNames: []string{"x.example"}}, {APIKeys: []callers.APIKey{key}},
	} {
		require.NoError(t, both(i, callers.Identity{}))
		require.ErrorContains(t, both(i, i), "is another's too")
	}
	require.ErrorContains(t, both(callers.Identity{Tokens: []callers.TokenName{{Issuer: "i", Value: "v"}}}, callers.Identity{}), `no issuer "i"`)
}

// Keys that were withdrawn verify no token, also none that they did verify.
func TestWithdrawnKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := callerstest.NewWithFile(t)
		s := callers.Shown{Authorization: []string{"Bearer " + w.Issuer.Token(t, "ES256", map[string]any{"exp": time.Now().Add(time.Hour).Unix()})}}
		defer run(w.Authenticator)()
		_, fault := w.Authenticator.Authenticate(t.Context(), s)
		require.Empty(t, fault)
		w.WriteFile(t, callerstest.KeySet(t, "key-2", w.Issuer.Others))
		time.Sleep(5*time.Minute + time.Second)
		_, fault = w.Authenticator.Authenticate(t.Context(), s)
		require.Equal(t, callers.TokenKeyUnknown, fault)
	})
}

// A token that was verified is good until it expires.
func TestVerifiedTokenExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := callerstest.NewWithFile(t)
		s := callers.Shown{Authorization: []string{"Bearer " + w.Issuer.Token(t, "ES256", nil)}}
		for range 10 {
			_, fault := w.Authenticator.Authenticate(t.Context(), s)
			require.Empty(t, fault)
			time.Sleep(30 * time.Second)
		}
		time.Sleep(30 * time.Second)
		_, fault := w.Authenticator.Authenticate(t.Context(), s)
		require.Equal(t, callers.TokenExpired, fault)
	})
}
