package wire

import (
	"context"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

// Sender sends messages that are larger than a stream's first window, as clients must: when
// the server opens it.
type Sender struct {
	w      *Conn
	t      *Target
	method string

	mu      sync.Mutex
	changed chan struct{}
	// connection and stream are the windows, initial what the latter begins with.
	connection, stream, initial int64
	current                     uint32
	ended, closed               bool
}

// NewSender returns one of calls of the method.
func NewSender(w *Conn, t *Target, method string) *Sender {
	return &Sender{w: w, t: t, method: method, changed: make(chan struct{}, 1), connection: 65535, initial: 65535}
}

// Read reads frames until the connection is closed.
func (s *Sender) Read() {
	defer s.update(func() { s.closed = true })
	s.w.SetMaxReadFrameSize(1 << 20)
	for {
		frame, err := s.w.ReadFrame()
		if err != nil {
			return
		}
		s.update(func() { s.take(frame) })
	}
}

func (s *Sender) take(frame http2.Frame) {
	switch frame := frame.(type) {
	case *http2.SettingsFrame:
		if size, ok := frame.Value(http2.SettingInitialWindowSize); ok {
			s.stream += int64(size) - s.initial
			s.initial = int64(size)
		}
	case *http2.WindowUpdateFrame:
		switch frame.StreamID {
		case 0:
			s.connection += int64(frame.Increment)
		case s.current:
			s.stream += int64(frame.Increment)
		}
	case *http2.HeadersFrame:
		if frame.StreamEnded() && frame.StreamID == s.current {
			s.ended = true
			s.t.Answered()
		}
	case *http2.RSTStreamFrame:
		s.ended = s.ended || frame.StreamID == s.current
	case *http2.GoAwayFrame:
		s.closed = true
	}
}

func (s *Sender) update(change func()) {
	s.mu.Lock()
	change()
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// answerLimit is how long is waited for the end of a stream.
const answerLimit = 5 * time.Second

// Send makes one call and waits for its end. It reports whether another one can be made.
func (s *Sender) Send(ctx context.Context, framed []byte) bool {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	s.mu.Lock()
	s.current, s.stream, s.ended = s.w.Headers(s.method, false), s.initial, false
	s.mu.Unlock()
	for s.w.Flush() {
		n, ended, closed := s.window(len(framed))
		switch {
		case closed:
			return false
		case ended:
			return true
		case n > 0:
			s.w.Data(s.current, n == len(framed), framed[:n])
			framed = framed[n:]
			continue
		}
		select {
		case <-s.changed:
		case <-ctx.Done():
			return false
		}
	}
	return false
}

// window takes what may be sent of n bytes.
func (s *Sender) window(n int) (taken int, ended, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > 0 {
		taken = int(max(0, min(int64(n), s.connection, s.stream, 16<<10)))
		s.connection -= int64(taken)
		s.stream -= int64(taken)
	}
	return taken, s.ended, s.closed
}
