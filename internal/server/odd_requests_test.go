package server_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// Requests over HTTP/1 as no client writes them, and as some proxies may, are answered or refused,
// and leave nothing behind.
func TestOddRequests(t *testing.T) {
	g := start(t, issues)
	drain(t, g)
	const post, json = "POST " + tokensPath + " HTTP/1.1\r\nHost: g\r\n", "Content-Type: application/json\r\n"
	whole := fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(goodBody), goodBody)
	chunked := func(body string) string { return post + json + "Transfer-Encoding: chunked\r\n\r\n" + body }
	end := goodBody + "\r\n0\r\n\r\n"
	for name, c := range map[string]struct {
		request  string
		statuses []int
	}{
		"a folded header":                     {post + "Content-Type: application/json;\r\n charset=utf-8\r\n" + whole, []int{200, 400}},
		"bare line feeds":                     {strings.ReplaceAll(post+json+whole, "\r", ""), []int{200, 400}},
		"an absolute target":                  {strings.Replace(post, tokensPath, "http://g"+tokensPath, 1) + json + whole, []int{200}},
		"an absolute target of another":       {strings.Replace(post, tokensPath, "http://other"+tokensPath, 1) + json + whole, []int{200}},
		"an authority as target":              {"CONNECT g:80 HTTP/1.1\r\nHost: g\r\n\r\n", []int{400, 404, 405}},
		"an asterisk as target":               {"OPTIONS * HTTP/1.1\r\nHost: g\r\n\r\n", []int{200, 404}},
		"an asterisk to be posted":            {"POST * HTTP/1.1\r\nHost: g\r\n" + json + whole, []int{400, 404}},
		"a target with dots":                  {strings.Replace(post, tokensPath, "/v1/../v1/./liveness-tokens", 1) + json + whole, []int{404}},
		"a target with escapes":               {strings.Replace(post, tokensPath, "/v1/liveness%2dtokens", 1) + json + whole, []int{200, 404}},
		"a target with two slashes":           {strings.Replace(post, tokensPath, "//v1//liveness-tokens", 1) + json + whole, []int{404}},
		"a target with a fragment":            {strings.Replace(post, tokensPath, tokensPath+"#a", 1) + json + whole, []int{200, 400, 404}},
		"a target with a control":             {strings.Replace(post, tokensPath, "/v1/\x01", 1) + json + whole, []int{400}},
		"a target of 20 KiB":                  {strings.Replace(post, tokensPath, "/"+strings.Repeat("a", 20<<10), 1) + json + whole, []int{404, 431}},
		"the preface of HTTP/2":               {http2.ClientPreface, []int{400, 404, 505}},
		"an upgrade to HTTP/2":                {post + json + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n" + whole, []int{200}},
		"an upgrade to a socket":              {post + json + "Connection: Upgrade\r\nUpgrade: websocket\r\n" + whole, []int{200}},
		"an expectation":                      {post + json + "Expect: 100-continue\r\n" + whole, []int{100, 200}},
		"a method in small letters":           {strings.Replace(post, "POST", "post", 1) + json + whole, []int{405}},
		"a method of 1 KiB":                   {strings.Replace(post, "POST", strings.Repeat("P", 1<<10), 1) + json + whole, []int{405}},
		"a method that is overridden":         {strings.Replace(post, "POST", "GET", 1) + json + "X-HTTP-Method-Override: POST\r\n" + whole, []int{405}},
		"HTTP/1.0 without a host":             {"POST " + tokensPath + " HTTP/1.0\r\n" + json + whole, []int{200}},
		"a host with a path":                  {strings.Replace(post, "Host: g", "Host: g/x", 1) + json + whole, []int{400}},
		"a host with a blank":                 {strings.Replace(post, "Host: g", "Host: g x", 1) + json + whole, []int{400}},
		"a NUL in a header":                   {post + json + "X: a\x00b\r\n" + whole, []int{400}},
		"no name of a header":                 {post + json + ": b\r\n" + whole, []int{400}},
		"a header of 20 KiB":                  {post + json + strings.Repeat("x", 20<<10) + ": b\r\n" + whole, []int{431}},
		"5,000 headers":                       {post + json + strings.Repeat("a: b\r\n", 5000) + whole, []int{431}},
		"two media types":                     {post + json + "Content-Type: multipart/form-data; boundary=b\r\n" + whole, []int{200, 404, 415}},
		"a media type with a boundary":        {post + "Content-Type: application/json; boundary=b\r\n" + whole, []int{200, 404, 415}},
		"a boundary of nothing":               {post + "Content-Type: multipart/form-data; boundary=\"\"\r\n" + whole, []int{415}},
		"a media type with a parameter twice": {post + "Content-Type: application/json; charset=utf-8; charset=utf-7\r\n" + whole, []int{415}},
		"no body, of a length":                {post + json + "Content-Length: 0\r\n\r\n", []int{400}},
		"a length with a list":                {post + json + "Content-Length: 24, 24\r\n\r\n" + goodBody, []int{400}},
		"a length in hexadecimal":             {post + json + "Content-Length: 0x18\r\n\r\n" + goodBody, []int{400}},
		"a length beyond 64 bits":             {post + json + "Content-Length: 18446744073709551640\r\n\r\n" + goodBody, []int{400}},
		"a chunk for each byte":               {chunked("1\r\n" + strings.Join(strings.Split(goodBody, ""), "\r\n1\r\n") + "\r\n0\r\n\r\n"), []int{200}},
		"a chunk":                             {chunked("18\r\n" + end), []int{200}},
		"a chunk with zeros in front":         {chunked("000018\r\n" + end), []int{200, 400}},
		"a chunk with a prefix":               {chunked("0x18\r\n" + end), []int{400}},
		"a chunk with a sign":                 {chunked("+18\r\n" + end), []int{400}},
		"a chunk beyond 64 bits":              {chunked("10000000000000018\r\n" + end), []int{400}},
		"a chunk with an extension":           {chunked("18;a=b\r\n" + end), []int{200, 400}},
		"a chunk with one of 64 KiB":          {chunked("18;a=" + strings.Repeat("b", 64<<10) + "\r\n" + end), []int{400}},
		"a chunk that is longer":              {chunked("17\r\n" + end), []int{400}},
		"a trailer":                           {chunked("18\r\n" + goodBody + "\r\n0\r\nIdempotency-Key: k\r\n\r\n"), []int{200}},
		"a trailer that says the length":      {chunked("18\r\n" + goodBody + "\r\n0\r\nContent-Length: 5\r\n\r\n"), []int{200, 400}},
		"a trailer of 64 KiB":                 {chunked("18\r\n" + goodBody + "\r\n0\r\nX: " + strings.Repeat("b", 64<<10) + "\r\n\r\n"), []int{200, 400}},
		"no end of the chunks":                {chunked("18\r\n" + goodBody + "\r\n"), []int{400}},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, g.restAddress)
			_, _ = io.WriteString(conn, c.request) // the server may close the connection before all of it
			_ = conn.(*net.TCPConn).CloseWrite()
			_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err == nil {
				require.Contains(t, c.statuses, answer.StatusCode)
				_ = answer.Body.Close()
			} else { // the answer to a long one may be lost with the connection that is still written to
				require.Greater(t, len(c.request), 16<<10, "%v", err)
			}
			g.requireNothingHeld(t)
		})
	}
	require.NotNil(t, g.post(t, goodBody).response)
}

// block encodes header fields, of which each name and value is as it is.
func block(pairs ...string) []byte {
	var encoded bytes.Buffer
	encoder := hpack.NewEncoder(&encoded)
	encoder.SetMaxDynamicTableSize(0)
	for ; len(pairs) > 0; pairs = pairs[2:] {
		_ = encoder.WriteField(hpack.HeaderField{Name: pairs[0], Value: pairs[1]}) // a buffer never fails
	}
	return encoded.Bytes()
}

// Frames of HTTP/2 that break its rules end their connection or their stream, and hold nothing;
// others are served meanwhile.
func TestOddFrames(t *testing.T) {
	g := start(t, issues)
	drain(t, g)
	good := []string{":method", "POST", ":scheme", "http", ":path", issueMethod, ":authority", "g", "content-type", "application/grpc", "te", "trailers"}
	begin := func(f *http2.Framer, stream uint32, pairs ...string) error {
		return f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block(pairs...), EndHeaders: true})
	}
	raw := func(kind http2.FrameType, flags http2.Flags, stream uint32, content ...byte) func(*http2.Framer) error {
		return func(f *http2.Framer) error { return f.WriteRawFrame(kind, flags, stream, content) }
	}
	inCall := func(more func(*http2.Framer) error) func(*http2.Framer) error {
		return func(f *http2.Framer) error { return errors.Join(begin(f, 1, good...), more(f)) }
	}
	without := func(name string) func(*http2.Framer) error {
		return func(f *http2.Framer) error {
			var pairs []string
			for i := 0; i < len(good); i += 2 {
				if good[i] != name {
					pairs = append(pairs, good[i], good[i+1])
				}
			}
			return begin(f, 1, pairs...)
		}
	}
	with := func(pairs ...string) func(*http2.Framer) error {
		return func(f *http2.Framer) error { return begin(f, 1, slices.Concat(good, pairs)...) }
	}
	message := []byte{0, 0, 0, 0, 2, 16, 1}
	for name, write := range map[string]func(*http2.Framer) error{
		"an even stream":            func(f *http2.Framer) error { return begin(f, 2, good...) },
		"streams that go down":      func(f *http2.Framer) error { return errors.Join(begin(f, 5, good...), begin(f, 3, good...)) },
		"one stream twice":          func(f *http2.Framer) error { return errors.Join(begin(f, 1, good...), begin(f, 1, good...)) },
		"HEADERS of the connection": raw(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 0, block(good...)...),
		"DATA of the connection":    raw(http2.FrameData, 0, 0, message...),
		"DATA before HEADERS":       raw(http2.FrameData, 0, 1, message...),
		"DATA of a stream that has ended": inCall(func(f *http2.Framer) error {
			return errors.Join(f.WriteData(1, true, message), f.WriteData(1, true, message))
		}),
		"DATA with no room for its padding": inCall(raw(http2.FrameData, http2.FlagDataPadded, 1, 200, 1)),
		"DATA of padding":                   inCall(padded),
		"a frame of 17 KiB":                 inCall(raw(http2.FrameData, 0, 1, make([]byte, 17<<10)...)),
		"SETTINGS of a stream":              raw(http2.FrameSettings, 0, 1),
		"SETTINGS of five bytes":            raw(http2.FrameSettings, 0, 0, 0, 1, 0, 0, 0),
		"SETTINGS of a window too large":    raw(http2.FrameSettings, 0, 0, 0, 4, 0x80, 0, 0, 0),
		"SETTINGS of frames too small":      raw(http2.FrameSettings, 0, 0, 0, 5, 0, 0, 0, 1),
		"SETTINGS of a push":                raw(http2.FrameSettings, 0, 0, 0, 2, 0, 0, 0, 2),
		"SETTINGS of a table of 4 GiB":      raw(http2.FrameSettings, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff),
		"SETTINGS of lists of nothing":      inCall(raw(http2.FrameSettings, 0, 0, 0, 6, 0, 0, 0, 0)),
		"an acknowledgement with content":   raw(http2.FrameSettings, http2.FlagSettingsAck, 0, 0, 1, 0, 0, 0, 0),
		"a window of nothing":               raw(http2.FrameWindowUpdate, 0, 0, 0, 0, 0, 0),
		"a window that overflows":           raw(http2.FrameWindowUpdate, 0, 0, 0x7f, 0xff, 0xff, 0xff),
		"a stream's window that overflows":  inCall(raw(http2.FrameWindowUpdate, 0, 1, 0x7f, 0xff, 0xff, 0xff)),
		"a window of a stream to come":      raw(http2.FrameWindowUpdate, 0, 99, 0, 0, 0, 1),
		"a push by the client":              raw(http2.FramePushPromise, http2.FlagPushPromiseEndHeaders, 1, 0, 0, 0, 2),
		"a goodbye":                         raw(http2.FrameGoAway, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
		"a reset of a stream to come":       raw(http2.FrameRSTStream, 0, 7, 0, 0, 0, 8),
		"a reset of the connection":         raw(http2.FrameRSTStream, 0, 0, 0, 0, 0, 8),
		"PING of seven bytes":               raw(http2.FramePing, 0, 0, 1, 2, 3, 4, 5, 6, 7),
		"a priority of itself":              inCall(raw(http2.FramePriority, 0, 1, 0, 0, 0, 1, 16)),
		"CONTINUATION of nothing":           raw(http2.FrameContinuation, 0, 1, block(good...)...),
		"PING within HEADERS": func(f *http2.Framer) error {
			return errors.Join(f.WriteRawFrame(http2.FrameHeaders, 0, 1, block(good...)), f.WritePing(false, [8]byte{}))
		},
		"HEADERS without an end":        raw(http2.FrameHeaders, 0, 1, block(good...)...),
		"a field of no table":           raw(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, 0x80),
		"a field far beyond the table":  raw(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, 0xff, 0xff, 0xff, 0xff, 0x7f),
		"a number without an end":       raw(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, append([]byte{0xff}, bytes.Repeat([]byte{0x80}, 100)...)...),
		"a table of 4 GiB":              raw(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, 0x3f, 0xe1, 0xff, 0xff, 0xff, 0x0f),
		"a text longer than its block":  raw(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, 0x40, 0x7f, 0xff, 0xff, 0x03, 'a'),
		"a broken Huffman code":         raw(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, 0x40, 0x84, 0xff, 0xff, 0xff, 0xff, 0x01, 'b'),
		"no path":                       without(":path"),
		"no method":                     without(":method"),
		"no scheme":                     without(":scheme"),
		"no media type":                 without("content-type"),
		"no te":                         without("te"),
		"two paths":                     with(":path", "/a/b"),
		"a pseudo-header behind others": with(":protocol", "websocket"),
		"a status":                      with(":status", "200"),
		"a name in capitals":            with("X-Upper", "a"),
		"a line break":                  with("x", "a\r\nb: c"),
		"a connection's header":         with("connection", "keep-alive"),
		"another transfer":              with("transfer-encoding", "chunked"),
		"a length that is another": func(f *http2.Framer) error {
			return errors.Join(with("content-length", "1")(f), f.WriteData(1, true, message))
		},
		"two trailers":                  inCall(func(f *http2.Framer) error { return errors.Join(begin(f, 1, "a", "b"), begin(f, 1, "a", "b")) }),
		"trailers with pseudo-headers":  inCall(func(f *http2.Framer) error { return begin(f, 1, good...) }),
		"a message and half of another": inCall(func(f *http2.Framer) error { return f.WriteData(1, true, append(message[:7:7], 0, 0, 0)) }),
		"two messages":                  inCall(func(f *http2.Framer) error { return f.WriteData(1, true, append(message[:7:7], message...)) }),
		"a prefix in five frames":       inCall(bitByBit),
		"gRPC for browsers": func(f *http2.Framer) error {
			return begin(f, 1, append(good[:8:8], "content-type", "application/grpc-web")...)
		},
		"gRPC in JSON": func(f *http2.Framer) error {
			return begin(f, 1, append(good[:8:8], "content-type", "application/grpc+json")...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, g.grpcAddress)
			framer := http2.NewFramer(conn, conn)
			framer.AllowIllegalWrites = true
			_, err := io.WriteString(conn, http2.ClientPreface)
			require.NoError(t, errors.Join(err, framer.WriteSettings(), write(framer)))
			_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
			for err == nil {
				_, err = framer.ReadFrame()
			}
			require.NotNil(t, g.overGRPC(t, small()).response)
			require.NoError(t, conn.Close())
			g.requireNothingHeld(t)
			require.Eventually(t, func() bool { return g.awaited() == 0 }, 10*time.Second, time.Millisecond)
		})
	}
}

// padded sends a byte of a message for each frame of 256.
func padded(f *http2.Framer) error {
	for _, b := range []byte{0, 0, 0, 0, 2, 16, 1} {
		if err := f.WriteDataPadded(1, false, []byte{b}, make([]byte, 255)); err != nil {
			return err
		}
	}
	return f.WriteData(1, true, nil)
}

// bitByBit sends a call of a byte for each frame.
func bitByBit(f *http2.Framer) error {
	for _, b := range []byte{0, 0, 0, 0, 2, 16, 1} {
		if err := f.WriteData(1, false, []byte{b}); err != nil {
			return err
		}
	}
	return f.WriteData(1, true, nil)
}
