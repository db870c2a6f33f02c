package vendorhttp

import (
	"context"
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

// Dialer opens the TCP connections of a transport, over which the files of a form are
// sent from where they lie, in few system calls: net/http alone would copy them through
// a small buffer. Over TLS it changes nothing.
type Dialer struct {
	net.Dialer
}

// DialContext is that of net.Dialer.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	connection, err := d.Dialer.DialContext(ctx, network, address)
	if tcp, ok := connection.(*net.TCPConn); ok {
		return piecewise{tcp}, nil
	}
	return connection, err
}

// piecewise is a connection that knows a form when it sees one.
type piecewise struct {
	*net.TCPConn
}

// ReadFrom sends r. net/http gives a body of known length as an io.LimitedReader.
func (c piecewise) ReadFrom(r io.Reader) (int64, error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		return c.TCPConn.ReadFrom(r)
	}
	form, ok := limited.R.(*sending)
	if !ok {
		return c.TCPConn.ReadFrom(r)
	}
	n, err := form.WriteTo(c.TCPConn)
	limited.N -= n
	return n, err
}
