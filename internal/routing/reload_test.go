package routing

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// keyring is a vendor that takes some keys. An answer takes it a while.
type keyring struct {
	mu    sync.Mutex
	taken map[string]bool
}

func (k *keyring) take(key string, taken bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.taken[key] = taken
}

// keys are the credentials of an account under one configuration.
type keys struct {
	of  *keyring
	all []string
}

func (k keys) Issue(_ context.Context, call providers.Call) (*providers.Token, error) {
	time.Sleep(50 * time.Millisecond)
	k.of.mu.Lock()
	defer k.of.mu.Unlock()
	if !k.of.taken[k.all[call.Credential]] {
		return nil, refusedFor(providers.VendorCredentialsRejected)
	}
	return &providers.Token{Value: sensitive.New("token"), Exchange: providers.Exchange{HTTPStatus: 200}}, nil
}

// rotated is an account whose only credential is replaced.
type rotated struct {
	guard *guard.Account
	keys  keys
}

// next is the account with another key, in a table of routes.
func (r *rotated) next(key string) *route.Table {
	before, all := r.keys.all, []string{key}
	next, replaced := r.guard.Next(time.Now(), all, 10_000)
	for _, i := range replaced {
		all = append(all, before[i])
	}
	r.guard, r.keys = next, keys{r.keys.of, all}
	return r.table()
}

func (r *rotated) table() *route.Table {
	t := target("a", on(r.guard))
	t.Issuer, t.Credentials = r.keys, r.keys.all
	return route.NewTable([]route.Route{{Flow: providers.FlowAppSDK, Targets: []route.Target{t}}})
}

// The only credential of an account is replaced for an hour, each time by one that the vendor
// does not know for some seconds, and revoked once the new one serves: no call fails.
func TestOnlyCredentialIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := &keyring{taken: map[string]bool{"0": true}}
		account := &rotated{guard.AccountOf([]string{"0"}, 10_000), keys{vendor, []string{"0"}}}
		r := guarded(nil, ignore)
		r.Use(account.table())
		done := make(chan struct{})
		rotations := 0
		go func() {
			defer close(done)
			for last := "0"; t.Context().Err() == nil && rotations < 30; rotations++ {
				key := strconv.Itoa(rotations + 1)
				r.Use(account.next(key))
				time.Sleep(time.Duration(rotations%7) * time.Second)
				vendor.take(key, true)
				for !account.guard.Replaced() {
					time.Sleep(time.Second)
				}
				r.Use(account.next(key))
				assert.Len(t, account.keys.all, 1)
				time.Sleep(time.Second) // for attempts in flight with the old one
				vendor.take(last, false)
				last = key
			}
		}()
		require.Zero(t, steady(t, r, 20, time.Hour))
		<-done
		require.Equal(t, 30, rotations)
	})
}

// A call keeps the routes under which it began: its second attempt is on a target that the
// configuration has no more.
func TestCallKeepsItsRoutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &vendor{takes: time.Second, err: &providers.Error{Reason: providers.VendorInternalError}}
		r := router(target("a", by(slow)), target("b"))
		time.AfterFunc(time.Second/2, func() {
			r.Use(route.NewTable([]route.Route{{Flow: providers.FlowAppSDK, Targets: []route.Target{target("c", on(guard.NewAccount(1, 1)))}}}))
		})
		for _, want := range [][]string{{"a", "b"}, {"c"}} {
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			outcome, err := r.Issue(ctx, query())
			cancel()
			require.NoError(t, err)
			require.Equal(t, want, tried(outcome))
		}
	})
}
