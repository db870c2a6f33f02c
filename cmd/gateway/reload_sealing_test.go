package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/redis/redistest"
)

// sealedWith is a configuration whose replicas share a Redis and seal answers with the keys of files.
func sealedWith(address string, files ...string) string {
	var keys []string
	for _, file := range files {
		keys = append(keys, fmt.Sprintf("{file: %s}", file))
	}
	return reloadText("", "", fmt.Sprintf("redis: {addresses: [%q], timeout: 5s}\nidempotency: {naming_key: {file: naming}, sealing_keys: [%s]}\n",
		address, strings.Join(keys, ", ")))
}

// issueKeyed makes a call with a key, and reports whether an earlier answer was repeated.
func (g *reloading) issueKeyed(t *testing.T, key string) (replayed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	answer, err := g.client.IssueLivenessToken(ctx, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, IdempotencyKey: key})
	require.NoError(t, err)
	return answer.GetReplayed()
}

// Sealing keys are rotated by reloads, at one replica after the other, as docs/redis.md says:
// whichever of them answers a key, the other repeats it. Calls with a key go on meanwhile.
func TestSealingKeysAreRotatedByReloads(t *testing.T) {
	vendor, store := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1"), redistest.Run(t)
	var replicas []*reloading
	for range 2 {
		g := newReloading(t, vendor.URL)
		for name, text := range map[string]string{"naming": "n", "old": "o", "new": "w"} {
			g.write(t, name, strings.Repeat(text, 32))
		}
		g.configure(t, sealedWith(store.Addr(), "old"))
		g.start(t)
		replicas = append(replicas, g)
	}
	l := replicas[0].load(200)
	keys := 0
	for _, step := range [][]string{{"old", "new"}, {"new", "old"}, {"new"}} {
		for _, changed := range replicas {
			changed.configure(t, sealedWith(store.Addr(), step...))
			_, err := changed.Reload("a test")
			require.NoError(t, err)
			for _, first := range replicas {
				keys++
				key := fmt.Sprint("rotated-", keys)
				require.False(t, first.issueKeyed(t, key), key)
				for _, again := range replicas {
					require.True(t, again.issueKeyed(t, key), key)
				}
			}
		}
	}
	l.end(t)

	// What is not sealed with any of the keys is not answered, and no second token is issued.
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := replicas[0].client.IssueLivenessToken(ctx, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, IdempotencyKey: "rotated-1"})
	require.ErrorContains(t, err, "idempotency")
	// A key that is gone, or too short, leaves those that there were.
	replicas[0].write(t, "new", "short")
	_, err = replicas[0].Reload("a test")
	require.ErrorContains(t, err, "sealing_keys")
	require.True(t, replicas[0].issueKeyed(t, fmt.Sprint("rotated-", keys)))
}
