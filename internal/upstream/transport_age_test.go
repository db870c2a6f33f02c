package upstream

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
)

// Connections are replaced before they are too old, and a few at a time: of a hundred
// requests a second no second sees more than a few take the next generation for the first
// time.
func TestConnectionsAreReplacedAFewAtATime(t *testing.T) {
	const most = 100 * time.Second
	synctest.Test(t, func(t *testing.T) {
		transport := NewTransport(&config.Account{MaxConnectionAge: most})
		defer transport.Close()
		born := map[*generation]time.Time{}
		before := 0.0
		for range 10 * int(most/time.Second) {
			newest, newer := transport.current.Load(), 0
			for range 100 {
				g := transport.pick(time.Now())
				if born[g].IsZero() {
					born[g] = time.Now()
				}
				require.Less(t, time.Since(born[g]), most)
				if g != newest {
					newer++
				}
			}
			share := float64(newer) / 100
			if transport.current.Load() == newest {
				require.Less(t, share-before, 0.35)
				before = share
			} else {
				before = 0
			}
			time.Sleep(time.Second)
		}
		require.Greater(t, len(born), 9)
	})
}

// Replicas that began together do not dial together.
func TestConnectionAgesDiffer(t *testing.T) {
	account := &config.Account{MaxConnectionAge: 5 * time.Minute}
	ends := map[time.Duration]int{}
	for range 50 {
		transport := NewTransport(account)
		ends[time.Until(transport.current.Load().end).Round(time.Second)]++
	}
	require.Greater(t, len(ends), 20)
}
