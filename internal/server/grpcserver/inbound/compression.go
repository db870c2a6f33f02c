package inbound

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/gzip" // the library refuses encodings that are not registered
	"google.golang.org/grpc/mem"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
)

const encodingGZIP = "gzip"

// AcceptedEncodings is what the header grpc-accept-encoding says.
const AcceptedEncodings = "identity," + encodingGZIP

// unknownEncodings are encodings by which clients ask and which are not taken. The library
// refuses those that are not registered in words of its own, and no handler hears of the
// call: these are registered so that the call is refused as others are.
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

// Takes reports whether messages in the encoding are taken. Of those that are neither taken
// nor known not to be, the library lets none through.
func Takes(name string) bool { return name == "" || !slices.Contains(unknownEncodings, name) }

// EncodingRefused is what is said of messages in an encoding that is not taken.
func EncodingRefused(name string) string {
	return fmt.Sprintf("grpc-encoding %q is not taken: %s are", name, AcceptedEncodings)
}

// gunzip returns the message that was compressed, in the pool's buffers, and frees data.
// Its bytes are reserved as they come.
func gunzip(data mem.BufferSlice, permit *admission.Permit) (inflated mem.BufferSlice, refused *providers.Error) {
	defer data.Free()
	ratio := max(server.InflatedFreely, server.MaxInflation*data.Len())
	source := data.Reader()
	reader, ok := inflaters.Get().(*gzip.Reader)
	if !ok {
		reader = new(gzip.Reader)
	}
	defer inflaters.Put(reader)
	err := reader.Reset(source)
	if err != nil {
		return nil, notGZIP()
	}
	reader.Multistream(false) // further members would be messages of no length
	pool := mem.DefaultBufferPool()
	for total := 0; err == nil; {
		piece, n := pool.Get(inflatedPiece), 0
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
		case total > ratio:
			refused = &providers.Error{Reason: providers.RequestTooLarge, Message: fmt.Sprintf(
				"compressed messages may be %d times as long as they are sent", server.MaxInflation)}
		case err != nil && (!errors.Is(err, io.EOF) || source.Remaining() > 0):
			refused = notGZIP()
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

// inflaters are used again: each has 40 KiB.
var inflaters sync.Pool

// inflatedPiece is how much is inflated at once.
const inflatedPiece = 32 << 10

func notGZIP() *providers.Error {
	return &providers.Error{Reason: providers.InvalidRequest, Message: "the message is not valid gzip"}
}
