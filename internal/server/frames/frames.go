// Package frames bounds what the frames of an HTTP/2 connection cost, for the gRPC and the REST
// listener alike. It must not know what frames are about, nor who serves them.
package frames

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

// What frames cost, other than those that make up calls. An ordinary client that pings, opens
// windows, cancels calls and begins calls whose messages come later stays far below the rate; a
// client that does nothing else is read no faster than that. The library itself bounds only pings,
// although a frame that costs its sender nothing costs the gateway microseconds.
const (
	// frameRate is how many such frames a second are read, and frameBurst how many at once.
	frameRate  = 2000
	frameBurst = 2000
	// streamCost is the price of a stream until its message begins to arrive, and resetCost that
	// of a reset, both in frames.
	streamCost = 10
	resetCost  = 14
	// messageEarns is the credit for a message: the price of its stream, and of the frames of flow
	// control and acknowledgement that go with it.
	messageEarns = streamCost + 4
	// smallData is the length below which a frame of DATA has a price.
	smallData = 256
	// mostPaused is how long a connection may be paused without a break before it is closed:
	// otherwise what it has sent meanwhile would be read for minutes, even after it has gone.
	mostPaused = 2 * time.Second
	// restedCredit is the credit that ends a row of pauses. It is well above zero, because where
	// frames are read one by one, as in TLS records, credit stays close to zero during a flood.
	restedCredit = frameBurst / 2
)

// errFlood ends a connection whose flood does not stop.
var errFlood = errors.New("the connection floods the gateway with frames")

// prefaceLength is the length of the preface, which a client sends before its first frame.
const prefaceLength = len(http2.ClientPreface)

// frames follows what a connection brings by the headers of its frames, and says how long to wait
// before more is read.
type frames struct {
	// skip is how much of a frame's content is still to come; header holds the first n bytes of
	// the next header.
	skip   int
	header [9]byte
	n      int

	// credit is how many frames could still come at once, as of the time counted. It is negative
	// while the connection must wait.
	credit  float64
	counted time.Time
	// clock tells the time, and earned says that credit has been given up to the current read. Most
	// reads of a long message change no credit, and need no time.
	clock  func() time.Time
	earned bool
	// paused is for how long the connection has been paused without a break.
	paused time.Duration
	// unpaid counts the streams whose message has not begun.
	unpaid int

	// ended counts the streams that the server has ended; nil if that is not known. begun counts
	// those that the client has begun and not reset, latest is the id of the last one, and surplus
	// counts those beyond its limit whose refusal has not been counted yet.
	ended   *atomic.Int64
	begun   int64
	latest  uint32
	surplus int64
}

func newFrames(clock func() time.Time) *frames {
	return &frames{skip: prefaceLength, credit: frameBurst, counted: clock(), clock: clock}
}

// waited notes how long a wait really took: a busy machine ends it late.
func (f *frames) waited(d time.Duration) { f.paused += d }

// read counts what has been read, and returns how long to wait before passing it on, and errFlood
// if it is not to be passed on at all.
func (f *frames) read(data []byte) (wait time.Duration, err error) {
	f.earned = false
	if f.credit < restedCredit {
		f.earn()
	}
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
	if f.credit >= restedCredit {
		f.paused = 0
	}
	if f.credit >= 0 {
		return 0, nil
	}
	wait = max(0, min(mostPaused-f.paused, time.Duration(-f.credit/frameRate*float64(time.Second))))
	if f.paused+wait >= mostPaused {
		err = errFlood
	}
	return wait, err
}

// earn gives the credit of the time since it was last given, once in a read.
func (f *frames) earn() {
	if f.earned {
		return
	}
	now := f.clock()
	f.credit = min(frameBurst, f.credit+frameRate*now.Sub(f.counted).Seconds())
	f.counted, f.earned = now, true
}

// count counts the frame whose header has been read (RFC 9113, section 4.1).
func (f *frames) count() {
	f.skip = int(f.header[0])<<16 | int(f.header[1])<<8 | int(f.header[2])
	kind, flags := http2.FrameType(f.header[3]), http2.Flags(f.header[4])
	if kind == http2.FrameData && f.skip >= smallData && f.unpaid == 0 {
		return // it has no price
	}
	f.earn()
	switch kind {
	case http2.FrameHeaders:
		f.credit -= streamCost
		switch {
		case f.begin(binary.BigEndian.Uint32(f.header[5:])) > server.MaxStreams:
			f.credit -= resetCost // at once, not when the server resets it: a burst is read in one go
			f.surplus++
		case !flags.Has(http2.FlagHeadersEndStream): // otherwise no message comes
			f.unpaid++
		}
	case http2.FrameData:
		const prefix = 5 // the length prefix alone is not a message yet
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

// begin notes that a stream begins, and returns how many are open; 0 if that is not known.
func (f *frames) begin(stream uint32) (open int64) {
	if f.ended == nil || stream <= f.latest { // trailers
		return 0
	}
	f.latest = stream
	ended := f.ended.Load()
	f.begun = max(f.begun, ended) + 1 // a stream may have been reset after it had ended
	return f.begun - ended
}

// refused takes back what the messages of n refused streams have earned, and charges a reset for
// each, except for those that were charged when they came.
func (f *frames) refused(n int64) {
	known := min(n, f.surplus)
	f.surplus -= known
	if n > known { // time beyond a full burst pays for nothing
		f.earned = false
		f.earn()
	}
	f.credit -= (messageEarns + resetCost) * float64(n-known)
}

// Refuser is a connection that knows how many streams its server has refused since it was
// last asked.
type Refuser interface {
	TakeRefusedStreams() int64
	// EndedStreams counts the streams that the server has ended.
	EndedStreams() *atomic.Int64
}

// Conn is a connection whose frames are counted. One goroutine reads from it, and one writes.
type Conn struct {
	net.Conn

	ready  readyReader // nil if the connection has none
	frames *frames
	// refuser counts the streams that the server has refused; nil if refused does.
	refuser Refuser
	refused refused
	flooded func()
	closed  chan struct{}
	close   sync.Once
}

// NewConn wraps a decrypted connection for an HTTP/2 server. If it floods the server with frames it
// is read slowly, and in the end closed, after a call of flooded.
func NewConn(conn net.Conn, flooded func()) *Conn {
	c := &Conn{Conn: conn, frames: newFrames(time.Now), flooded: flooded, closed: make(chan struct{})}
	c.ready, _ = conn.(readyReader)
	if c.refuser, _ = conn.(Refuser); c.refuser != nil {
		c.frames.ended = c.refuser.EndedStreams()
	}
	return c
}

// NetConn returns the connection below.
func (c *Conn) NetConn() net.Conn { return c.Conn }

// Write is net.Conn's.
func (c *Conn) Write(p []byte) (int, error) {
	if c.refuser == nil {
		c.refused.write(p)
	}
	return c.Conn.Write(p)
}

// readyReader is a connection that takes a buffer only when there is something to read. The gRPC
// library looks for this method.
type readyReader interface {
	ReadOnReady(size int, pool mem.BufferPool) (*[]byte, int, error)
}

// Read is net.Conn's.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if flood := c.count(p[:n]); flood != nil {
		return 0, flood
	}
	return n, err
}

// ReadOnReady is readyReader's.
func (c *Conn) ReadOnReady(size int, pool mem.BufferPool) (*[]byte, int, error) {
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

// count counts what was read. It pauses if frames come too fast, and fails if they do not stop or
// the connection is closed meanwhile.
func (c *Conn) count(data []byte) error {
	if c.refuser != nil {
		c.frames.refused(c.refuser.TakeRefusedStreams())
	} else {
		c.frames.refused(c.refused.streams.Swap(0))
	}
	wait, err := c.frames.read(data)
	if wait == 0 && err == nil {
		return nil
	}
	began := time.Now()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.closed:
		return net.ErrClosed
	}
	c.frames.waited(time.Since(began))
	if err != nil {
		c.flooded()
	}
	return err
}

// Close is net.Conn's.
func (c *Conn) Close() error {
	c.close.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
