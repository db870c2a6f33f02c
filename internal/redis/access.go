package redis

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"

	goredis "github.com/redis/go-redis/v9"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Access is the credentials and TLS with which connections to Redis are made.
type Access struct {
	Username string
	Password sensitive.String
	// TLS is nil for none.
	TLS *tls.Config
}

// renew makes new connections use what access then returns. Open connections stay as they are.
func renew(o *goredis.UniversalOptions, access func() Access) {
	o.CredentialsProviderContext = func(context.Context) (username, password string, err error) {
		a := access()
		return a.Username, a.Password.Reveal(), nil
	}
	dialer, broken := &net.Dialer{Timeout: o.DialTimeout}, new(atomic.Int64)
	o.Dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
		if security := access().TLS; security != nil {
			return (&tls.Dialer{NetDialer: dialer, Config: security}).DialContext(ctx, network, address)
		}
		dialed, err := dialer.DialContext(ctx, network, address)
		if tcp, ok := dialed.(*net.TCPConn); ok {
			return &conn{TCPConn: tcp, broken: broken}, nil
		}
		return dialed, err
	}
}
