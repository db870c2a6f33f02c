package freeport_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/freeport"
)

// Programs that start side by side get ports of their own, and what asks for any port gets none of
// theirs.
func TestTake(t *testing.T) {
	taken := map[int]bool{}
	for range 100 {
		port, err := freeport.Take()
		require.NoError(t, err)
		assert.False(t, taken[port], "port %d twice", port)
		taken[port] = true
	}
	for range 100 {
		listener, err := net.Listen("tcp", freeport.Address(0))
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		assert.False(t, taken[listener.Addr().(*net.TCPAddr).Port])
	}
}

// A port at which somebody listens is passed over.
func TestTakePassesOver(t *testing.T) {
	port, err := freeport.Take()
	require.NoError(t, err)
	listener, err := net.Listen("tcp", freeport.Address(port+1))
	if err == nil {
		t.Cleanup(func() { _ = listener.Close() })
	}
	next, err := freeport.Take()
	require.NoError(t, err)
	assert.NotEqual(t, port+1, next)
}
