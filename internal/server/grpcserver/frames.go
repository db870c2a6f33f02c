package grpcserver

import (
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/grpc/mem"

	"github.com/liveness-gateway/gateway/internal/server"
)

// What the frames of a connection cost, other than those of calls. A client that pings,
// opens windows, cancels calls and begins some whose message comes later stays far below the
// rate; from one that does nothing else the gateway reads no faster. The library bounds none
// of it but pings, and a frame that costs its sender nothing costs the gateway microseconds.
const (
	// frameRate is how many such frames a second are read, and frameBurst how many at once.
	frameRate  = 2000
	frameBurst = 2000
	// streamCost is what a stream costs until its message begins to arrive, and resetCost what
	// it costs to reset one, in frames.
	streamCost = 10
	resetCost  = 14
	// messageEarns is what a message earns: what the stream has cost, and what flow control
	// and an acknowledgement cost.
	messageEarns = streamCost + 4
	// smallData is what DATA has at least that costs nothing.
	smallData = 256
	// mostPaused is how long a connection may be paused without a break before it is closed:
	// what it has sent meanwhile would be read for minutes, also after it has gone.
	mostPaused = 2 * time.Second
)

// errFlood ends a connection that does not stop.
var errFlood = errors.New("the connection floods the gateway with frames")

// prefaceLength is that of what a client sends before its first frame.
const prefaceLength = len(http2.ClientPreface)

// frames reads the frames that a connection brings, by their headers alone, and tells how
// long to wait before more is read.
type frames struct {
	// skip is what remains of a frame's content, header what has come of the next header.
	skip   int
	header [9]byte
	n      int

	// credit is how many frames may still come at once, at the time counted. It is less
	// than nothing if the connection must wait.
	credit  float64
	counted time.Time
	// paused is for how long the connection has been, without a break.
	paused time.Duration
	// unpaid are streams whose message has not begun.
	unpaid int

	// ended counts the streams that the server has ended, nil if nobody does. begun are those
	// that the client has begun and not reset, latest is the id of the last one, and surplus
	// are those beyond what it may have, as far as their refusal has not been counted.
	ended   *atomic.Int64
	begun   int64
	latest  uint32
	surplus int64
}

func newFrames(now time.Time) *frames {
	return &frames{skip: prefaceLength, credit: frameBurst, counted: now}
}

// read takes in what has been read and returns how long to wait before it is made use of, and
// errFlood if it is not to be.
func (f *frames) read(data []byte, now time.Time) (wait time.Duration, err error) {
	f.credit = min(frameBurst, f.credit+frameRate*now.Sub(f.counted).Seconds())
	f.counted = now
	for len(data) > 0 {
		if f.skip > 0 {
			n := min(f.skip, len(data))
			f.skip -= n
			data = data[n:]
			continue
		}
		n := copy(f.header[f.n:], data)
		f.n += n
		data = data[n:]
		if f.n == len(f.header) {
			f.n = 0
			f.count()
		}
	}
	if f.credit >= 0 {
		f.paused = 0
		return 0, nil
	}
	wait = min(mostPaused-f.paused, time.Duration(-f.credit/frameRate*float64(time.Second)))
	if f.paused += wait; f.paused >= mostPaused {
		err = errFlood
	}
	return wait, err
}

// count takes in a frame (RFC 9113, section 4.1).
func (f *frames) count() {
	f.skip = int(f.header[0])<<16 | int(f.header[1])<<8 | int(f.header[2])
	switch kind, flags := http2.FrameType(f.header[3]), http2.Flags(f.header[4]); kind {
	case http2.FrameHeaders:
		f.credit -= streamCost
		switch {
		case f.begin(binary.BigEndian.Uint32(f.header[5:])) > server.MaxStreams:
			f.credit -= resetCost // before the server is made to: a burst is read at once
			f.surplus++
		case !flags.Has(http2.FlagHeadersEndStream): // or no message comes
			f.unpaid++
		}
	case http2.FrameData:
		const prefix = 5 // of a message; it is none yet
		switch {
		case f.skip > prefix && f.unpaid > 0:
			f.unpaid--
			f.credit = min(frameBurst, f.credit+messageEarns)
		case f.skip < smallData && !flags.Has(http2.FlagDataEndStream):
			f.credit--
		}
	case http2.FrameRSTStream:
		f.credit -= resetCost
		f.begun--
	default:
		f.credit--
	}
}

// begin takes in the header of a stream and returns how many are open, 0 if nobody knows.
func (f *frames) begin(stream uint32) (open int64) {
	if f.ended == nil || stream <= f.latest { // trailers
		return 0
	}
	f.latest = stream
	ended := f.ended.Load()
	f.begun = max(f.begun, ended) + 1 // one may have been reset when it had ended
	return f.begun - ended
}

// refused takes in how many streams the server has refused. Their messages have earned
// nothing, and each costs a reset, but for those that were known to be too many.
func (f *frames) refused(n int64) {
	known := min(n, f.surplus)
	f.surplus -= known
	f.credit -= (messageEarns + resetCost) * float64(n-known)
}

// LimitFrames returns the listener for the server to serve: a connection that floods it with
// frames is read slowly, and closed in the end. What it brings must not be encrypted.
func LimitFrames(l net.Listener) net.Listener { return frameListener{l} }

type frameListener struct{ net.Listener }

// Accept is net.Listener's.
func (l frameListener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &frameConn{Conn: accepted, frames: newFrames(time.Now()), closed: make(chan struct{})}
	c.ready, _ = accepted.(readyReader)
	if watched, ok := accepted.(*conn); ok {
		c.frames.ended = &watched.watch.ended
		c.refused, c.refusals = &watched.watch.refused, watched.watch.refusals
	}
	return c, nil
}

// readyReader is what the library reads by, where a connection has it: a buffer is taken only
// when there is something to read.
type readyReader interface {
	ReadOnReady(size int, pool mem.BufferPool) (*[]byte, int, error)
}

// frameConn is a connection whose frames are counted. One goroutine reads from it.
type frameConn struct {
	net.Conn

	ready  readyReader // nil if the connection has none
	frames *frames
	// refused counts the streams that the library has refused, nil if nobody does.
	refused *atomic.Int64
	// refusals counts what is closed for a flood.
	refusals *Refusals
	closed   chan struct{}
	close    sync.Once
}

// Read is net.Conn's.
func (c *frameConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if flood := c.count(p[:n]); flood != nil {
		return 0, flood
	}
	return n, err
}

// ReadOnReady is readyReader's.
func (c *frameConn) ReadOnReady(size int, pool mem.BufferPool) (*[]byte, int, error) {
	if c.ready != nil {
		buffer, n, err := c.ready.ReadOnReady(size, pool)
		if n > 0 {
			if flood := c.count((*buffer)[:n]); flood != nil {
				pool.Put(buffer)
				return nil, 0, flood
			}
		}
		return buffer, n, err
	}
	buffer := pool.Get(size)
	n, err := c.Read(*buffer)
	if err != nil {
		pool.Put(buffer)
		return nil, 0, err
	}
	return buffer, n, nil
}

// count pauses if what was read comes too fast, and fails if that does not stop.
func (c *frameConn) count(data []byte) error {
	if c.refused != nil {
		c.frames.refused(c.refused.Swap(0))
	}
	wait, err := c.frames.read(data, time.Now())
	if wait == 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.closed:
	}
	if err != nil {
		c.refusals.add(tooManyFrames, c.RemoteAddr())
	}
	return err
}

// Close is net.Conn's.
func (c *frameConn) Close() error {
	c.close.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
