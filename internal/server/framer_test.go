package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// invokeRaw makes a call with a message as it stands and drops what comes of it.
func (g *gateway) invokeRaw(ctx context.Context, t *testing.T, message []byte) {
	t.Helper()
	_ = g.conn.Invoke(ctx, issueMethod, message, &livenessv1.IssueLivenessTokenResponse{}, grpc.ForceCodec(rawCodec{}))
}

// withReference returns an encoded call with that reference.
func withReference(reference string) []byte {
	message, _ := proto.Marshal(&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK, Reference: reference})
	return message
}

// beginCall writes the beginning of a gRPC call, as no library would let it stand alone.
// With half closed, nothing more can follow.
func beginCall(conn net.Conn, halfClosed bool, data []byte, headers ...string) error {
	return beginStream(conn, issueMethod, halfClosed, data, headers...)
}

// beginStream is beginCall of another method.
func beginStream(conn net.Conn, method string, halfClosed bool, data []byte, headers ...string) error {
	framer := http2.NewFramer(conn, nil)
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for pairs := append([]string{
		":method", "POST", ":scheme", "http", ":path", method, ":authority", "gateway",
		"content-type", "application/grpc", "te", "trailers",
	}, headers...); len(pairs) > 0; pairs = pairs[2:] {
		_ = encoder.WriteField(hpack.HeaderField{Name: pairs[0], Value: pairs[1]}) // a buffer never fails
	}
	_, err := io.WriteString(conn, http2.ClientPreface)
	err = errors.Join(err, framer.WriteSettings(),
		framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true}))
	for len(data) > maxFrame {
		err = errors.Join(err, framer.WriteData(1, false, data[:maxFrame]))
		data = data[maxFrame:]
	}
	if len(data) > 0 || halfClosed {
		err = errors.Join(err, framer.WriteData(1, halfClosed, data))
	}
	return err
}

// maxFrame is how much a frame may hold unless a peer says otherwise.
const maxFrame = 16 << 10

// trailers reads until the call's answer has ended and returns its last headers, none if
// the connection ends before.
func trailers(conn net.Conn) map[string]string {
	framer := http2.NewFramer(nil, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	fields := map[string]string{}
	for {
		frame, err := framer.ReadFrame()
		if _, reset := frame.(*http2.RSTStreamFrame); err != nil || reset {
			return nil
		}
		if headers, ok := frame.(*http2.MetaHeadersFrame); ok && headers.StreamEnded() {
			for _, field := range headers.Fields {
				fields[field.Name] = field.Value
			}
			return fields
		}
	}
}

// openStream begins a call and leaves: with the connection, or when it is answered.
func (g *gateway) openStream(t *testing.T, leave bool, data ...byte) {
	t.Helper()
	conn, err := net.Dial("tcp", g.grpcAddress)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = conn.Close() }()
	if err := beginCall(conn, !leave, data); err == nil && !leave {
		trailers(conn)
	}
}
