package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// outOfServiceConfig is a route of so many targets, all of them out of service.
func outOfServiceConfig(targets int) string {
	var accounts, list strings.Builder
	for i := range targets {
		fmt.Fprintf(&accounts, `
  megvii-account-%03d:
    provider: megvii
    base_url: https://vendor.example
    credentials: [{name: main, api_key: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}]`, i)
		fmt.Fprintf(&list, "\n      - {account: megvii-account-%03d, product: megvii.random-number}", i)
	}
	return `listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0"}
accounts:` + accounts.String() + `
out_of_service: [{product: megvii.random-number, reason: maintenance}]
routes:
  - flow: spoken_digits
    targets:` + list.String() + "\n"
}

// However many targets are out of service, a caller is told so, and what is sent to say it
// fits where proxies keep it.
func TestManyTargetsOutOfService(t *testing.T) {
	const most = 4 << 10
	g, client := startGateway(t, outOfServiceConfig(60), "", io.Discard)
	request := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS}

	_, err := client.IssueLivenessToken(t.Context(), request)
	checkOutOfService(t, status.Convert(err).Proto())
	block := trailerBlock(t, g.GRPC)
	require.Positive(t, block)
	require.LessOrEqual(t, block, most, "bytes of trailers as they are sent")

	httpStatus, body := post(t, g.restURL(), request)
	require.Equal(t, http.StatusServiceUnavailable, httpStatus)
	refusal := &statuspb.Status{}
	require.NoError(t, protojson.Unmarshal(body, refusal))
	checkOutOfService(t, refusal)
}

func checkOutOfService(t *testing.T, refusal *statuspb.Status) {
	t.Helper()
	require.GreaterOrEqual(t, len(refusal.GetDetails()), 3)
	var kinds []string
	for _, packed := range refusal.GetDetails() {
		detail, err := packed.UnmarshalNew()
		require.NoError(t, err)
		kinds = append(kinds, string(detail.ProtoReflect().Descriptor().Name()))
		if failure, ok := detail.(*livenessv1.IssueFailure); ok {
			require.NotEmpty(t, failure.GetUnavailable())
			for i, u := range failure.GetUnavailable() {
				require.Equal(t, "out_of_service", u.GetWhy())
				require.Equal(t, fmt.Sprintf("megvii-account-%03d", i), u.GetAccount(), "the first ones, in order")
			}
		}
	}
	require.Subset(t, kinds, []string{"ErrorInfo", "RequestInfo", "IssueFailure"})
}

// trailerBlock makes a call and returns how many bytes its trailers take on the wire.
func trailerBlock(t *testing.T, address string) int {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	var fields strings.Builder
	encoder := hpack.NewEncoder(&fields)
	for _, field := range [][2]string{
		{":method", "POST"},
		{":scheme", "http"},
		{":path", livenessv1.LivenessService_IssueLivenessToken_FullMethodName},
		{":authority", "localhost"},
		{"content-type", "application/grpc"},
		{"te", "trailers"},
	} {
		require.NoError(t, encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}))
	}
	framer := http2.NewFramer(conn, conn)
	_, err = io.WriteString(conn, http2.ClientPreface)
	require.NoError(t, err)
	require.NoError(t, framer.WriteSettings())
	require.NoError(t, framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte(fields.String()), EndHeaders: true}))
	require.NoError(t, framer.WriteData(1, true, []byte{0, 0, 0, 0, 2, 0x10, byte(livenessv1.Flow_FLOW_SPOKEN_DIGITS)}))
	for block, last := 0, false; ; {
		frame, err := framer.ReadFrame()
		require.NoError(t, err)
		switch frame := frame.(type) {
		case *http2.HeadersFrame:
			block, last = len(frame.HeaderBlockFragment()), frame.StreamEnded()
			if last && frame.HeadersEnded() {
				return block
			}
		case *http2.ContinuationFrame:
			block += len(frame.HeaderBlockFragment())
			if last && frame.HeadersEnded() {
				return block
			}
		default:
		}
	}
}
