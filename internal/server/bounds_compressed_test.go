package server_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/inbound"
)

// Empty blocks of deflate, with Huffman codes that are about the same for all symbols, and with
// ones of up to fifteen bits: what internal/inflate found to cost most for each byte.
const (
	blockOfFlatCodes = "\xec\xc1\x03\x60\x18\x00\x00\x00\xa0\xd9\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x71\xdb\xb6\x6d\xb3\x1e\x01\x00\x00\xff\xff"
	blockOfDeepCodes = "\xec\xe1\x03\xa0\x2d\xd8\xb6\x2d\x4a\xf6\x31\xd7\x4e\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\x9d\xfb\x7e\x55\xa4\x6d\xa3\x45\x00\x00\x00\xff\xff"
)

// gzipped is content as gzip, behind blocks of nothing that make it about so long.
func gzipped(content, block string, length int) string {
	var deflated bytes.Buffer
	w, _ := flate.NewWriter(&deflated, flate.BestCompression) // a level that there is
	_, _ = io.WriteString(w, content)
	_ = w.Close()
	all := "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + strings.Repeat(block, max(0, length-deflated.Len())/len(block)) + deflated.String()
	sum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(content)))
	return all + string(binary.LittleEndian.AppendUint32(sum, uint32(len(content))))
}

// compressedShapes are messages compressed as far as can be, and behind blocks of nothing, no longer than
// what they may be so that they are taken.
func compressedShapes() (shapes []shape) {
	for _, s := range append(protoShapes, shape{"a photo of noise", noisyPhoto}) {
		shapes = append(shapes, shape{s.name, func(n int) string { return gzipped(s.body(n), blockOfFlatCodes, 0) }})
		for name, block := range map[string]string{"flat": blockOfFlatCodes, "deep": blockOfDeepCodes} {
			shapes = append(shapes, shape{s.name + ", " + name + " codes", func(n int) string {
				content := s.body(n)
				return gzipped(content, block, (len(content)-server.InflatedFreely)/server.MaxInflation+len(block))
			}})
		}
	}
	return shapes
}

func noisyPhoto(n int) string {
	return "\x10\x03" + field(8, field(2, field(1, string(incompressible(n, 1)))))
}

// sendCompressed sends messages as sendProto does, in gzip.
func sendCompressed(t *testing.T, body string) func() *providers.Error {
	t.Helper()
	d := dispatcherOf(issues, newKeeper(t), &admission.Controller{})
	method, ok := d.Method(livenessv1.LivenessService_IssueLivenessToken_FullMethodName)
	require.True(t, ok)
	var receiver inbound.Receiver
	return func() *providers.Error {
		c := call.New(call.GRPC)
		defer c.Release()
		c.Read = func(ctx context.Context, into proto.Message) *providers.Error {
			return receiver.Receive(ctx, &compressedStream{rest: []byte(body)}, c, into)
		}
		_, _ = method.Handle(call.With(t.Context(), c), method.NewMessage())
		if c.Err != nil {
			call.StatusOf(c)
		}
		return c.Err
	}
}

// compressedStream is a stream with one message in gzip.
type compressedStream struct {
	inbound.Stream

	rest []byte
}

func (s *compressedStream) RecvCompress() string { return "gzip" }

func (s *compressedStream) ReadMessageHeader(header []byte) error {
	header[0] = 1
	binary.BigEndian.PutUint32(header[1:], uint32(len(s.rest)))
	return nil
}

func (s *compressedStream) Read(n int) (data mem.BufferSlice, err error) {
	for n > 0 {
		piece := min(n, 16<<10)
		data = append(data, mem.SliceBuffer(bytes.Clone(s.rest[:piece])))
		s.rest, n = s.rest[piece:], n-piece
	}
	return data, nil
}
