package frames

import (
	"bytes"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/liveness-gateway/gateway/internal/server"
)

// sent is what a client sends.
type sent struct {
	*http2.Framer
	bytes.Buffer

	stream uint32
}

func send() *sent {
	s := &sent{stream: 1}
	s.WriteString(http2.ClientPreface)
	s.Framer = http2.NewFramer(&s.Buffer, nil)
	s.AllowIllegalWrites = true
	return s
}

// begin writes the HEADERS of a call.
func (s *sent) begin(end bool) uint32 {
	defer func() { s.stream += 2 }()
	_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: s.stream, BlockFragment: []byte{0x83}, EndStream: end, EndHeaders: true})
	return s.stream
}

// call writes a call as clients make them, with the message's prefix in a frame of its own or
// not.
func (s *sent) call(apart bool) uint32 {
	stream := s.begin(false)
	content := make([]byte, 25)
	if apart {
		_ = s.WriteData(stream, false, content[:5])
		content = content[5:]
	}
	_ = s.WriteData(stream, true, content)
	_ = s.WriteWindowUpdate(0, 100)
	return stream
}

// What clients do at any speed costs nothing: calls, as many at once as they may have, photos,
// and a cancelled call now and then.
func TestFramesOfClients(t *testing.T) {
	for name, write := range map[string]func(s *sent){
		"calls":                    func(s *sent) { s.call(false) },
		"calls, prefixes apart":    func(s *sent) { s.call(true) },
		"100 calls, HEADERS first": beginHundred,
		"photos": func(s *sent) {
			stream := s.begin(false)
			for range 64 {
				_ = s.WriteData(stream, false, make([]byte, 16<<10))
			}
			_ = s.WriteData(stream, true, nil)
		},
		"one call of eight cancelled": func(s *sent) {
			var last uint32
			for range 8 {
				last = s.call(false)
			}
			_ = s.WriteRSTStream(last, http2.ErrCodeCancel)
		},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			f := newFrames(func() time.Time { return now })
			s := send()
			for range 2000 {
				write(s)
				wait, err := f.read(s.Bytes())
				require.NoError(t, err)
				require.Zero(t, wait)
				s.Reset()
			}
		})
	}
}

func beginHundred(s *sent) {
	var streams []uint32
	for range 100 {
		streams = append(streams, s.begin(false))
	}
	for _, stream := range streams {
		_ = s.WriteData(stream, true, make([]byte, 25))
	}
}

// A flood is read at a rate, and not for long.
func TestFloods(t *testing.T) {
	for name, write := range map[string]func(s *sent){
		"PING":                       func(s *sent) { _ = s.WritePing(false, [8]byte{}) },
		"SETTINGS":                   func(s *sent) { _ = s.WriteSettings() },
		"CONTINUATION":               func(s *sent) { _ = s.WriteContinuation(1, false, nil) },
		"empty DATA":                 func(s *sent) { _ = s.WriteData(1, false, nil) },
		"DATA of a byte":             func(s *sent) { _ = s.WriteData(1, false, []byte{1}) },
		"unknown":                    func(s *sent) { _ = s.WriteRawFrame(0xfa, 0, 1, []byte("x")) },
		"rapid reset":                func(s *sent) { _ = s.WriteRSTStream(s.begin(false), http2.ErrCodeCancel) },
		"rapid reset of calls":       func(s *sent) { _ = s.WriteRSTStream(s.call(false), http2.ErrCodeCancel) },
		"HEADERS without messages":   func(s *sent) { s.begin(false) },
		"half-closed":                func(s *sent) { s.begin(true) },
		"prefixes and nothing after": func(s *sent) { _ = s.WriteData(s.begin(false), false, make([]byte, 5)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := send()
			for range 30_000 {
				write(s)
			}
			for _, size := range []int{1000, 9} { // of a read; a record of TLS may hold one frame
				for _, late := range []time.Duration{0, 20 * time.Millisecond} { // as the timers of a busy machine
					now, began := time.Now(), time.Now()
					f := newFrames(func() time.Time { return now })
					var err error
					for data := s.Bytes(); err == nil; {
						require.NotEmpty(t, data, "the flood was read to its end")
						var wait time.Duration
						n := min(len(data), size)
						wait, err = f.read(data[:n])
						data = data[n:]
						if wait > 0 {
							now = now.Add(wait + late)
							f.waited(wait + late)
						}
					}
					require.ErrorIs(t, err, errFlood)
					require.LessOrEqual(t, now.Sub(began), mostPaused+late)
				}
			}
		})
	}
}

// The content of a long message needs no time, and the credit of the time meanwhile is not lost.
func TestLongMessagesNeedNoTime(t *testing.T) {
	now, asked := time.Now(), 0
	f := newFrames(func() time.Time { asked++; return now })
	s := send()
	for range 500 {
		_ = s.WritePing(false, [8]byte{})
	}
	stream := s.begin(false)
	_ = s.WriteData(stream, false, make([]byte, 16<<10))
	_, err := f.read(s.Bytes())
	require.NoError(t, err)
	before, credit := asked, f.credit
	for range 64 {
		s.Reset()
		_ = s.WriteData(stream, false, make([]byte, 16<<10))
		now = now.Add(time.Millisecond)
		_, err = f.read(s.Bytes())
		require.NoError(t, err)
	}
	require.Equal(t, before, asked)
	s.Reset()
	_ = s.WritePing(false, [8]byte{})
	_, err = f.read(s.Bytes())
	require.NoError(t, err)
	require.InDelta(t, credit+64*frameRate/1000-1, f.credit, 1e-6)
}

// Frames are found however they are cut.
func TestFramesInPieces(t *testing.T) {
	s := send()
	for range 300 {
		_ = s.WritePing(false, [8]byte{})
		_ = s.WriteData(1, false, make([]byte, 300))
	}
	now := time.Now()
	for _, size := range []int{1, 7, 9, 1000} {
		f := newFrames(func() time.Time { return now })
		for data := s.Bytes(); len(data) > 0; data = data[min(size, len(data)):] {
			_, err := f.read(data[:min(size, len(data))])
			require.NoError(t, err)
		}
		require.InDelta(t, frameBurst-300, f.credit, 0)
	}
}

// slowToClose is a connection whose Close takes a moment, as on a busy machine.
type slowToClose struct{ net.Conn }

func (c slowToClose) Close() error {
	time.Sleep(time.Second)
	return c.Conn.Close()
}

// A connection that is paused can be closed. It reads nothing more then, and is no flood: it has
// not been paused for as long as floods are.
func TestPausedConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, accepted := net.Pipe()
		floods := 0
		c := NewConn(slowToClose{accepted}, func() { floods++ })
		go func() {
			s := send()
			for range 30_000 {
				_ = s.WritePing(false, [8]byte{})
			}
			_, _ = client.Write(s.Bytes())
		}()
		began := time.Now()
		time.AfterFunc(500*time.Millisecond, func() { _ = c.Close() })
		_, err := io.Copy(io.Discard, c)
		require.ErrorIs(t, err, net.ErrClosed)
		require.Equal(t, 500*time.Millisecond, time.Since(began))
		require.Zero(t, floods)
		_ = client.Close()
		time.Sleep(time.Second) // until Close returns
	})
}

// What is closed for a flood is counted.
func TestFloodsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, accepted := net.Pipe()
		floods := 0
		c := NewConn(accepted, func() { floods++ })
		go func() {
			s := send()
			for range 30_000 {
				_ = s.WritePing(false, [8]byte{})
			}
			_, _ = client.Write(s.Bytes())
		}()
		_, err := io.Copy(io.Discard, c)
		require.ErrorIs(t, err, errFlood)
		require.Equal(t, 1, floods)
		_ = c.Close()
		_ = client.Close()
	})
}

// What comes at once beyond the streams that a connection may have is not handed on: refusing
// each would cost more than its client pays.
func TestSurplusStreams(t *testing.T) {
	var ended atomic.Int64
	now := time.Now()
	f := newFrames(func() time.Time { return now })
	f.ended = &ended
	s := send()
	for range server.MaxStreams {
		s.call(false)
	}
	for range 100 { // as many are answered as begin
		wait, err := f.read(s.Bytes())
		require.NoError(t, err)
		require.Zero(t, wait)
		ended.Add(server.MaxStreams)
		s.Reset()
		for range server.MaxStreams {
			s.call(false)
		}
	}
	_, _ = f.read(s.Bytes())
	s.Reset()
	for range 10 { // a few too many are refused
		s.call(false)
	}
	wait, err := f.read(s.Bytes())
	require.NoError(t, err)
	require.Zero(t, wait)
	before := f.credit
	f.refused(10)
	require.InDelta(t, before, f.credit, 0, "they have been counted")
	f.refused(1)
	require.Less(t, f.credit, before)
	s.Reset()
	for range 1000 {
		s.call(false)
	}
	_, err = f.read(s.Bytes())
	require.ErrorIs(t, err, errFlood)
}

// Streams that their client has reset are not open.
func TestResetStreamsAreNotOpen(t *testing.T) {
	var ended atomic.Int64
	now := time.Now()
	f := newFrames(func() time.Time { return now })
	f.ended = &ended
	for range 50 {
		s := send()
		s.Reset()
		for range server.MaxStreams / 2 {
			_ = s.WriteRSTStream(s.call(false), http2.ErrCodeCancel)
		}
		_, err := f.read(s.Bytes())
		require.NoError(t, err)
		require.Zero(t, f.surplus)
		now = now.Add(time.Second)
	}
}

// Streams that the server refuses are counted, however its frames are cut.
func TestRefusedStreams(t *testing.T) {
	s := send()
	s.Reset()
	_ = s.WriteSettings()
	_ = s.WriteRSTStream(1, http2.ErrCodeRefusedStream)
	_ = s.WriteData(3, true, make([]byte, 300))
	_ = s.WriteRSTStream(5, http2.ErrCodeNo)
	_ = s.WriteRSTStream(7, http2.ErrCodeProtocol)
	_ = s.WriteRSTStream(9, http2.ErrCodeCancel)
	for _, size := range []int{1, 7, 13, 1000} {
		var r refused
		for data := s.Bytes(); len(data) > 0; data = data[min(size, len(data)):] {
			r.write(data[:min(size, len(data))])
		}
		require.Equal(t, int64(2), r.streams.Load())
	}
}
