package grpcserver

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/server"
)

// A burst of messages is answered at once, the others at the rate, whoever sends them; after
// a pause no more than a burst has been saved up.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		for range 2 {
			begun := time.Now()
			for range server.ReflectionBurst {
				p.wait(t.Context())
			}
			require.Zero(t, time.Since(begun))
			var streams sync.WaitGroup
			for range 10 {
				streams.Go(func() {
					for range 2 * server.ReflectionRate / 10 {
						p.wait(t.Context())
					}
				})
			}
			streams.Wait()
			require.Equal(t, 2*time.Second, time.Since(begun))
			time.Sleep(time.Hour)
		}
	})
}
