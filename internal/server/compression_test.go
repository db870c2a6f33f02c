package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

func zipped(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// Messages that clients compress with gzip are taken, their photos whole.
func TestCompressedMessages(t *testing.T) {
	photo := make([]byte, 300<<10)
	for i := range photo {
		photo[i] = byte(rand.Uint32())
	}
	withPhoto := photosOf(1)
	withPhoto.Comparison.Photos[0].Content = photo
	got := make(chan []byte, 1)
	g := start(t, func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		content := []byte(nil)
		if len(query.Request.Photos) > 0 {
			content = query.Request.Photos[0].Reveal()
		}
		got <- content
		return issues(ctx, query)
	})
	drain(t, g)
	for name, request := range map[string]*livenessv1.IssueLivenessTokenRequest{
		"small": small(), "a photo": withPhoto, "small photos": photosOf(1000),
	} {
		t.Run(name, func(t *testing.T) {
			var header metadata.MD
			_, err := livenessv1.NewLivenessServiceClient(g.conn).IssueLivenessToken(t.Context(), request,
				grpc.UseCompressor("gzip"), grpc.Header(&header))
			require.NoError(t, err)
			require.Empty(t, header.Get("grpc-encoding"), "the answer holds a secret")
			content := <-got
			if photos := request.GetComparison().GetPhotos(); len(photos) > 0 {
				require.True(t, bytes.Equal(photos[0].GetContent(), content))
			}
			g.requireNothingHeld(t)
		})
	}
	_, err := healthpb.NewHealthClient(g.conn).Check(t.Context(), &healthpb.HealthCheckRequest{}, grpc.UseCompressor("gzip"))
	require.NoError(t, err)
}

// An answer is not compressed, whatever its message was: clients' libraries hide how it came.
func TestAnswersAreNotCompressed(t *testing.T) {
	g := start(t, issues)
	message, err := proto.Marshal(small())
	require.NoError(t, err)
	content := zipped(t, message)
	conn := dial(t, g.grpcAddress)
	require.NoError(t, beginCall(conn, true, append([]byte{1, 0, 0, 0, byte(len(content))}, content...),
		"grpc-encoding", "gzip", "grpc-accept-encoding", "gzip"))
	framer := http2.NewFramer(nil, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	answered := false
	for ended := false; !ended; {
		frame, err := framer.ReadFrame()
		require.NoError(t, err)
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			ended = frame.StreamEnded()
			for _, field := range frame.Fields {
				require.False(t, field.Name == "grpc-encoding" && field.Value != "identity", "the answer comes as %s", field.Value)
			}
		case *http2.DataFrame:
			answered = true
			require.Zero(t, frame.Data()[0], "the answer is compressed")
		}
	}
	require.True(t, answered)
}

func TestBrokenCompression(t *testing.T) {
	g := startLimited(t, unreachable(t), admission.Limits{MaxPhotoBytes: 38 << 20})
	message, err := proto.Marshal(small())
	require.NoError(t, err)
	whole := zipped(t, message)
	conn, err := grpc.NewClient(g.grpcAddress, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithCompressor(already("gzip"))) //nolint:staticcheck // the only way to send what is compressed already
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	for name, c := range map[string]struct {
		data   []byte
		reason providers.Reason
		says   string
	}{
		"no gzip":                {[]byte("no gzip"), providers.InvalidRequest, "not valid gzip"},
		"cut off":                {whole[:len(whole)-9], providers.InvalidRequest, "not valid gzip"},
		"a wrong checksum":       {append(bytes.Clone(whole[:len(whole)-8]), make([]byte, 8)...), providers.InvalidRequest, "not valid gzip"},
		"two members":            {append(bytes.Clone(whole), whole...), providers.InvalidRequest, "not valid gzip"},
		"thousands of members":   {bytes.Repeat(zipped(t, nil), 10_000), providers.InvalidRequest, "not valid gzip"},
		"a bomb":                 {zipped(t, make([]byte, 10<<20)), providers.RequestTooLarge, "send it uncompressed"},
		"a small bomb":           {zipped(t, make([]byte, 20_000)), providers.RequestTooLarge, "send it uncompressed"},
		"larger than allowed":    {zipped(t, incompressible(22<<20, 2)), providers.RequestTooLarge, "at most 21 MiB"},
		"no message":             {zipped(t, []byte{0xff, 0xff}), providers.InvalidRequest, "not a valid"},
		"more than is left":      {zipped(t, incompressible(20<<20, 1)), providers.Overloaded, "too many photos"},
		"compressed, not so":     {message, providers.InvalidRequest, "not valid gzip"},
		"compressed twice":       {zipped(t, whole), providers.InvalidRequest, "which the contract does not know"},
		"a bomb in a bomb":       {zipped(t, zipped(t, make([]byte, 100<<20))), providers.RequestTooLarge, "send it uncompressed"},
		"bytes behind":           {append(bytes.Clone(whole), "more"...), providers.InvalidRequest, "not valid gzip"},
		"zeros behind":           {append(bytes.Clone(whole), make([]byte, 512)...), providers.InvalidRequest, "not valid gzip"},
		"cut off in its head":    {whole[:5], providers.InvalidRequest, "not valid gzip"},
		"without its head":       {whole[10:], providers.InvalidRequest, "not valid gzip"},
		"a wrong length":         {append(bytes.Clone(whole[:len(whole)-4]), 1, 2, 3, 4), providers.InvalidRequest, "not valid gzip"},
		"another method":         {append([]byte{0x1f, 0x8b, 7}, whole[3:]...), providers.InvalidRequest, "not valid gzip"},
		"blocks of nothing":      {append(bytes.Clone(whole[:10]), bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, 4<<20)...), providers.InvalidRequest, "not valid gzip"},
		"a long extra field":     {append([]byte{0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, make([]byte, 64<<10)...), providers.InvalidRequest, "not valid gzip"},
		"a long name of a file":  {append([]byte{0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0}, make([]byte, 9<<20)...)[:9<<20], providers.InvalidRequest, "not valid gzip"},
		"an endless header name": {append([]byte{0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0}, bytes.Repeat([]byte("x"), 9<<20)...), providers.InvalidRequest, "not valid gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			err := conn.Invoke(t.Context(), issueMethod, c.data, &livenessv1.IssueLivenessTokenResponse{}, grpc.ForceCodec(rawCodec{}))
			require.Equal(t, c.reason, (<-g.calls).Reason, "%v", err)
			require.ErrorContains(t, err, c.says)
			g.requireNothingHeld(t)
		})
	}
}

// incompressible returns content of which one byte of so many is noise.
func incompressible(size, oneOf int) []byte {
	content := make([]byte, size)
	for i := 0; i < size; i += oneOf {
		content[i] = byte(rand.Uint32())
	}
	return content
}

// Other encodings are refused as unknown methods are, with what is taken.
func TestOtherEncodings(t *testing.T) {
	for _, encoding := range []string{"deflate", "snappy", "zstd", "br"} {
		for _, flag := range []byte{0, 1} {
			g := start(t, unreachable(t))
			conn := dial(t, g.grpcAddress)
			require.NoError(t, beginCall(conn, true, []byte{flag, 0, 0, 0, 2, 16, 1}, "grpc-encoding", encoding))
			got := trailers(conn)
			require.Equal(t, "12", got["grpc-status"])
			require.Contains(t, got["grpc-message"], `grpc-encoding "`+encoding+`" is not taken`)
			require.Equal(t, "identity,gzip", got["grpc-accept-encoding"])
			require.NotEmpty(t, got["grpc-status-details-bin"])
			require.Equal(t, providers.MethodUnknown, (<-g.calls).Reason)
			require.Equal(t, int64(1), g.refusals.Counts()["unknown_encoding"])
			_, err := healthpb.NewHealthClient(g.conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
			require.NoError(t, err)
		}
	}
	g := start(t, unreachable(t))
	conn, err := grpc.NewClient(g.grpcAddress, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithCompressor(already("zstd"))) //nolint:staticcheck // as above
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.Equal(t, codes.Unimplemented, status.Code(err))
}

// already says that messages are compressed in the encoding, and leaves them as they are.
type already string

func (already) Do(w io.Writer, content []byte) error {
	_, err := w.Write(content)
	return err
}

func (a already) Type() string { return string(a) }
