package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// Conn is an HTTP/2 connection on which frames are written as no library would. Errors are
// kept: after one, nothing more is written.
type Conn struct {
	*http2.Framer
	// Stream is the id of the next stream that is begun.
	Stream uint32
	conn   net.Conn
	out    *bufferedWriter
	block  bytes.Buffer
	encode *hpack.Encoder
	err    error
}

// bufferedWriter collects frames until they are flushed, so that an attack is not bounded by
// system calls.
type bufferedWriter struct {
	conn net.Conn
	buf  []byte
}

const writeAt = 16 << 10

// Write is io.Writer's.
func (b *bufferedWriter) Write(p []byte) (int, error) {
	b.buf = append(b.buf, p...)
	if len(b.buf) < writeAt {
		return len(p), nil
	}
	return len(p), b.flush()
}

func (b *bufferedWriter) flush() error {
	_, err := b.conn.Write(b.buf)
	b.buf = b.buf[:0]
	return err
}

// Dial opens a connection to the gRPC listener with these settings. It returns nil if it is refused.
func Dial(ctx context.Context, t *Target, settings ...http2.Setting) (w *Conn, end func()) {
	conn, end := t.Dial(ctx, t.GRPC)
	if conn == nil {
		return nil, end
	}
	w = &Conn{conn: conn, out: &bufferedWriter{conn: conn}, Stream: 1}
	w.encode = hpack.NewEncoder(&w.block)
	w.Framer = http2.NewFramer(w.out, conn)
	w.AllowIllegalWrites = true
	_, w.err = io.WriteString(w.out, http2.ClientPreface)
	w.Keep(w.WriteSettings(settings...))
	w.Keep(w.WriteSettingsAck())
	return w, end
}

// Keep keeps what a write of a frame returned.
func (w *Conn) Keep(err error) { w.err = errors.Join(w.err, err) }

// Flush sends what is written, and reports whether the connection is alive.
func (w *Conn) Flush() bool {
	w.Keep(w.out.flush())
	return w.Alive()
}

// Alive reports whether all could be written.
func (w *Conn) Alive() bool { return w.err == nil }

// Drop reads what comes and drops it, until the connection is closed.
func (w *Conn) Drop() { _, _ = io.Copy(io.Discard, w.conn) }

// Count reads frames until the connection is closed and calls ended for each stream that
// has ended.
func (w *Conn) Count(ended func(stream uint32)) {
	w.SetMaxReadFrameSize(1 << 20)
	for {
		frame, err := w.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.HeadersFrame:
			if frame.StreamEnded() {
				ended(frame.StreamID)
			}
		case *http2.RSTStreamFrame:
			ended(frame.StreamID)
		}
	}
}

// Headers begins a call of the method, in a HEADERS frame and as many CONTINUATIONs as the
// fields need. It returns its stream.
func (w *Conn) Headers(method string, end bool, more ...string) uint32 {
	w.block.Reset()
	for pairs := append([]string{
		":method", "POST", ":scheme", "http", ":path", method, ":authority", "gateway",
		"content-type", "application/grpc", "te", "trailers",
	}, more...); len(pairs) > 0; pairs = pairs[2:] {
		_ = w.encode.WriteField(hpack.HeaderField{Name: pairs[0], Value: pairs[1]}) // a buffer never fails
	}
	const most = 16 << 10
	id, block := w.Stream, w.block.Bytes()
	w.Stream += 2
	first := block[:min(most, len(block))]
	block = block[len(first):]
	w.Keep(w.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: first, EndStream: end, EndHeaders: len(block) == 0}))
	for len(block) > 0 {
		next := block[:min(most, len(block))]
		block = block[len(next):]
		w.Keep(w.WriteContinuation(id, len(block) == 0, next))
	}
	return id
}

// Data writes data of a stream in frames of 16 KiB, without regard to its window.
func (w *Conn) Data(stream uint32, end bool, content []byte) {
	for {
		next := content[:min(16<<10, len(content))]
		content = content[len(next):]
		w.Keep(w.WriteData(stream, end && len(content) == 0, next))
		if len(content) == 0 {
			return
		}
	}
}

// Prefixed returns a message behind its prefix of five bytes.
func Prefixed(flag byte, length uint32, message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{flag}, length), message...)
}

// LengthOf returns a prefix that claims so many bytes, and nothing after it.
func LengthOf(n uint32) []byte { return binary.BigEndian.AppendUint32([]byte{0}, n) }

// Message returns a gRPC message as it should be.
func Message(m []byte) []byte { return Prefixed(0, uint32(len(m)), m) }
