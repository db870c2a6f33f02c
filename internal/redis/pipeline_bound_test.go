package redis

import (
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// What waits is bounded, in batches that are bounded.
func TestWhatWaitsIsBounded(t *testing.T) {
	p := &pipeline{wake: make(chan struct{}, senders)} // whose senders never come
	for range mostBatches * mostOperations {
		_, _, err := p.join(&goredis.Cmd{}, time.Time{})
		require.NoError(t, err)
	}
	_, _, err := p.join(&goredis.Cmd{}, time.Time{})
	require.ErrorIs(t, err, goredis.ErrPoolTimeout)
	for range mostBatches {
		require.Equal(t, 1, p.sending)
		require.Len(t, p.next().commands, mostOperations)
	}
	require.Nil(t, p.next())
}
