package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// The gRPC listener's methods.
const (
	issueMethod      = "/liveness.v1.LivenessService/IssueLivenessToken"
	watchMethod      = "/grpc.health.v1.Health/Watch"
	reflectionMethod = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
)

// wire is an HTTP/2 connection on which frames are written as no library would. Errors are
// kept: after one, nothing more is written.
type wire struct {
	*http2.Framer
	conn   net.Conn
	out    *bufferedWriter
	block  bytes.Buffer
	encode *hpack.Encoder
	stream uint32
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

// dialWire opens a connection with these settings. It returns nil if it is refused.
func dialWire(ctx context.Context, t *target, settings ...http2.Setting) (w *wire, end func()) {
	conn, end := t.dial(ctx, t.grpc)
	if conn == nil {
		return nil, end
	}
	w = &wire{conn: conn, out: &bufferedWriter{conn: conn}, stream: 1}
	w.encode = hpack.NewEncoder(&w.block)
	w.Framer = http2.NewFramer(w.out, conn)
	w.AllowIllegalWrites = true
	_, w.err = io.WriteString(w.out, http2.ClientPreface)
	w.keep(w.WriteSettings(settings...))
	w.keep(w.WriteSettingsAck())
	return w, end
}

func (w *wire) keep(err error) { w.err = errors.Join(w.err, err) }

// flush sends what is written, and reports whether the connection is alive.
func (w *wire) flush() bool {
	w.keep(w.out.flush())
	return w.err == nil
}

// drop reads what comes and drops it, until the connection is closed.
func (w *wire) drop() { _, _ = io.Copy(io.Discard, w.conn) }

// count reads frames until the connection is closed and calls ended for each stream that
// has ended.
func (w *wire) count(ended func(stream uint32)) {
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

// headers begins a call of the method, in a HEADERS frame and as many CONTINUATIONs as the
// fields need. It returns its stream.
func (w *wire) headers(method string, end bool, more ...string) uint32 {
	w.block.Reset()
	for pairs := append([]string{
		":method", "POST", ":scheme", "http", ":path", method, ":authority", "gateway",
		"content-type", "application/grpc", "te", "trailers",
	}, more...); len(pairs) > 0; pairs = pairs[2:] {
		_ = w.encode.WriteField(hpack.HeaderField{Name: pairs[0], Value: pairs[1]}) // a buffer never fails
	}
	const most = 16 << 10
	id, block := w.stream, w.block.Bytes()
	w.stream += 2
	first := block[:min(most, len(block))]
	block = block[len(first):]
	w.keep(w.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: first, EndStream: end, EndHeaders: len(block) == 0}))
	for len(block) > 0 {
		next := block[:min(most, len(block))]
		block = block[len(next):]
		w.keep(w.WriteContinuation(id, len(block) == 0, next))
	}
	return id
}

// data writes data of a stream in frames of 16 KiB, without regard to its window.
func (w *wire) data(stream uint32, end bool, content []byte) {
	for {
		next := content[:min(16<<10, len(content))]
		content = content[len(next):]
		w.keep(w.WriteData(stream, end && len(content) == 0, next))
		if len(content) == 0 {
			return
		}
	}
}

// prefixed returns a message behind its prefix of five bytes.
func prefixed(flag byte, length uint32, message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{flag}, length), message...)
}

// message returns a gRPC message as it should be.
func message(m []byte) []byte { return prefixed(0, uint32(len(m)), m) }

// smallMessage is a call to the attackers' vendor.
func smallMessage(t *target) []byte {
	m, _ := proto.Marshal(&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK, Scenario: t.scenario}) // it never fails
	return message(m)
}
