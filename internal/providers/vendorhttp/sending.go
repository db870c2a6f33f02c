package vendorhttp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
)

// sending is a form on its way. net/http reads it in a goroutine of its own, and may
// close it while that goroutine reads, or long after the call is over: the files' memory
// is held until it is closed and nobody reads.
type sending struct {
	rest  net.Buffers
	files []file

	mu     sync.Mutex
	closed bool
	// users is how many hold the memory: whoever is to close, and whoever reads.
	users int
}

// Read reads what was not sent yet.
func (s *sending) Read(p []byte) (int, error) {
	if !s.use() {
		return 0, http.ErrBodyReadAfterClose
	}
	defer s.done()
	return s.rest.Read(p)
}

// WriteTo sends the rest in its pieces.
func (s *sending) WriteTo(w io.Writer) (int64, error) {
	if !s.use() {
		return 0, http.ErrBodyReadAfterClose
	}
	defer s.done()
	return s.rest.WriteTo(w)
}

// Close ends the sending, whether or not everything was sent.
func (s *sending) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if !closed {
		s.done()
	}
	return nil
}

// use holds the memory for a reader, unless it is closed.
func (s *sending) use() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.users++
	return true
}

// done lets go of the memory when it was the last to hold it.
func (s *sending) done() {
	s.mu.Lock()
	s.users--
	last := s.users == 0
	s.mu.Unlock()
	if !last {
		return
	}
	for _, file := range s.files {
		file.content.Memory().Free()
	}
}

// Dialer opens the connections of a transport, over which the files of a form are sent
// from where they lie: net/http alone would copy them through a small buffer. Timeout,
// which must be set, bounds connecting, and once more the TLS handshake.
type Dialer struct {
	net.Dialer

	// TLS is for DialTLSContext. The name of the server is that of the address.
	TLS *tls.Config
}

// DialContext is that of net.Dialer.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	connection, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return piecewise{connection}, nil
}

// DialTLSContext opens a TLS connection, for HTTP/1.1.
func (d *Dialer) DialTLSContext(ctx context.Context, network, address string) (net.Conn, error) {
	connection, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := d.TLS.Clone()
	config.ServerName, _, _ = net.SplitHostPort(address) // net/http adds the port
	secured := tls.Client(connection, config)
	ctx, cancel := context.WithTimeout(ctx, d.Timeout)
	defer cancel()
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, connection.Close())
	}
	return piecewise{secured}, nil
}

// piecewise is a connection that knows a form when it sees one. Over TCP all pieces go
// in one system call, over TLS each is encrypted from where it lies.
type piecewise struct {
	net.Conn
}

// ReadFrom sends r. net/http gives a body of known length as an io.LimitedReader.
func (c piecewise) ReadFrom(r io.Reader) (int64, error) {
	if limited, ok := r.(*io.LimitedReader); ok {
		if form, ok := limited.R.(*sending); ok {
			n, err := form.WriteTo(c.Conn)
			limited.N -= n
			return n, err
		}
	}
	return io.Copy(c.Conn, r)
}
