package redis

import (
	"net"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// Once a connection has broken, all others are looked at before they are used: those of a server
// that was restarted break together, and an operation is tried twice at most.
func TestConnectionsAreLookedAtAfterOneHasBroken(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	o := &goredis.UniversalOptions{DialTimeout: time.Minute}
	renew(o, func() Access { return Access{} })
	dial := func() (client *conn, server net.Conn) {
		dialed, err := o.Dialer(t.Context(), "tcp", listener.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = dialed.Close() })
		server, err = listener.Accept()
		require.NoError(t, err)
		t.Cleanup(func() { _ = server.Close() })
		return dialed.(*conn), server
	}
	read := func(client *conn, server net.Conn) {
		_, err := server.Write([]byte{1})
		require.NoError(t, err)
		_, err = client.Read(make([]byte, 1))
		require.NoError(t, err)
		client.read = time.Now().Add(time.Hour) // however busy the machine is
	}
	one, itsServer := dial()
	other, othersServer := dial()
	read(one, itsServer)
	read(other, othersServer)
	require.True(t, one.lives())
	require.True(t, other.lives())

	require.NoError(t, one.SetReadDeadline(time.Unix(0, 1)))
	_, err = one.Read(make([]byte, 1))
	require.Error(t, err)
	require.True(t, other.lives(), "a server that is slow breaks nothing")

	require.NoError(t, itsServer.Close())
	require.NoError(t, one.SetReadDeadline(time.Time{}))
	_, err = one.Read(make([]byte, 1))
	require.Error(t, err)
	require.False(t, other.lives())
	read(other, othersServer)
	require.True(t, other.lives(), "it was read since")
}
