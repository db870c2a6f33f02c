package inbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/gzip" // the library refuses encodings that are not registered
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/inflate"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
)

const encodingGZIP = "gzip"

// AcceptedEncodings is what the header grpc-accept-encoding says.
const AcceptedEncodings = "identity," + encodingGZIP

// unknownEncodings are encodings that clients use and the gateway does not take. The library itself
// refuses any that is not registered, and no handler sees the call; these are registered so that
// the call is refused like others.
var unknownEncodings = register("deflate", "snappy", "zstd", "br", "lz4", "s2", "zlib", "compress")

type unknownEncoder string

func register(names ...string) []string {
	for _, name := range names {
		encoding.RegisterCompressor(unknownEncoder(name))
	}
	return names
}

// Name is encoding.Compressor's.
func (u unknownEncoder) Name() string { return string(u) }

// Compress fails.
func (unknownEncoder) Compress(io.Writer) (io.WriteCloser, error) { return nil, errors.ErrUnsupported }

// Decompress fails.
func (unknownEncoder) Decompress(io.Reader) (io.Reader, error) { return nil, errors.ErrUnsupported }

// Takes reports whether messages in the encoding are taken. Encodings that are not registered never
// get here.
func Takes(name string) bool { return name == "" || !slices.Contains(unknownEncodings, name) }

// EncodingRefused is the message of a refusal for the encoding.
func EncodingRefused(name string) string {
	return fmt.Sprintf("grpc-encoding %q is not taken: %s are", name, AcceptedEncodings)
}

// attended is a reader that fails once the caller has left.
type attended struct {
	io.Reader

	ctx context.Context
}

// Read is io.Reader's.
func (a attended) Read(into []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	return a.Reader.Read(into)
}

// gunzip inflates a message into buffers of the pool, and frees data. The bytes are reserved as
// they come. It stops when ctx ends.
func gunzip(ctx context.Context, data mem.BufferSlice, permit *admission.Permit) (inflated mem.BufferSlice, refused *providers.Error) {
	defer data.Free()
	most := server.MaxInflation*data.Len() + server.InflatedFreely
	reader := inflate.NewReader(attended{data.Reader(), ctx}, 1) // any number of empty members could follow
	defer reader.Free()
	pool := mem.DefaultBufferPool()
	var err error
	for total := 0; err == nil; {
		piece, n := pool.Get(min(inflatedPiece, most-total+1)), 0
		for n < len(*piece) && err == nil {
			var read int
			read, err = reader.Read((*piece)[n:])
			n += read
		}
		*piece = (*piece)[:n]
		inflated = append(inflated, mem.NewBuffer(piece, pool))
		total += n
		switch {
		case total > server.MaxMessageBytes:
			refused = message.TooLarge(server.MaxMessageBytes)
		case total > most:
			refused = &providers.Error{Reason: providers.RequestTooLarge, Message: fmt.Sprintf(
				"a message may be %d times as long as it is sent compressed, and %d KiB: send it uncompressed", server.MaxInflation, server.InflatedFreely>>10)}
		case err != nil && !errors.Is(err, io.EOF):
			refused = notInflated(ctx)
		default:
			refused = permit.Reserve(int64(n))
		}
		if refused != nil {
			inflated.Free()
			return nil, refused
		}
	}
	return inflated, nil
}

// inflatedPiece is how much is inflated at once.
const inflatedPiece = 32 << 10

// notInflated says why inflating failed: the caller has left, or it is not gzip.
func notInflated(ctx context.Context) *providers.Error {
	if err := ctx.Err(); err != nil {
		return notReceived(status.FromContextError(err).Err())
	}
	return &providers.Error{Reason: providers.InvalidRequest, Message: "the message is not valid gzip"}
}
