package redis_test

import (
	"crypto/tls"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/certtest"
	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// A password and an authority that have changed are used by the next connection.
func TestAccessIsRenewed(t *testing.T) {
	before, after := certtest.New(t), certtest.New(t)
	serve := func(ca *certtest.Authority, password, address string) *miniredis.Miniredis {
		server := miniredis.NewMiniRedis()
		server.RequireUserAuth("gateway", password)
		security := &tls.Config{Certificates: []tls.Certificate{ca.Issue(t, certtest.Leaf{}).TLS(t)}, MinVersion: tls.VersionTLS12}
		if address == "" {
			require.NoError(t, server.StartTLS(security))
		} else {
			require.NoError(t, server.StartAddrTLS(address, security))
		}
		t.Cleanup(server.Close)
		return server
	}
	var access atomic.Pointer[redis.Access]
	access.Store(&redis.Access{
		Username: "gateway", Password: sensitive.New("before-7781"), TLS: &tls.Config{RootCAs: before.Pool(), MinVersion: tls.VersionTLS12},
	})
	server := serve(before, "before-7781", "")
	r := open(t, server.Addr(), func(o *redis.Options) { o.Access = func() redis.Access { return *access.Load() } })
	require.True(t, r.Up())

	address := server.Addr()
	server.Close()
	eventually(t, func() bool {
		_, _ = r.Run(t.Context(), set, a, "b")
		return !r.Up()
	})
	serve(after, "after-7781", address)
	access.Store(&redis.Access{
		Username: "gateway", Password: sensitive.New("after-7781"), TLS: &tls.Config{RootCAs: after.Pool(), MinVersion: tls.VersionTLS12},
	})
	eventually(t, r.Up)
	_, err := r.Run(t.Context(), set, a, "b")
	require.NoError(t, err)
	require.NotContains(t, r.logged(), "-7781")
}
