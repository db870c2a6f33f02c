package vendorhttp_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

const maxAnswer = 64 << 10

// padded returns a JSON body of n bytes.
func padded(n int) string {
	const text = `{"code":"0000"}`
	return text + strings.Repeat(" ", n-len(text))
}

func zipped(text string) string {
	var all bytes.Buffer
	writer := gzip.NewWriter(&all)
	_, _ = io.WriteString(writer, text)
	_ = writer.Close()
	return all.String()
}

// corrupted returns text with one byte changed, counted from the end.
func corrupted(text string, fromEnd int) string {
	all := []byte(text)
	all[len(all)-fromEnd] ^= 0xff
	return string(all)
}

func TestBodies(t *testing.T) {
	tests := map[string]struct {
		body    string
		gzip    bool
		decodes bool
	}{
		"whole":                    {padded(100), false, true},
		"of just the largest size": {padded(maxAnswer), false, true},
		"a byte too large":         {padded(maxAnswer + 1), false, false},
		"empty":                    {"", false, false},
		"cut":                      {`{"code":"0000"`, false, false},
		"two answers":              {`{"code":"0000"}{"code":"0000"}`, false, false},
		"text":                     {"Request Entity Too Large", false, false},
		"HTML":                     {"<html></html>", false, false},

		"compressed":                        {zipped(padded(100)), true, true},
		"compressed, of the largest size":   {zipped(padded(maxAnswer)), true, true},
		"compressed, a byte too large":      {zipped(padded(maxAnswer + 1)), true, false},
		"said to be compressed":             {padded(100), true, false},
		"compressed, not said to be":        {zipped(padded(100)), false, false},
		"compressed, corrupt":               {corrupted(zipped(padded(100)), 12), true, false},
		"compressed, with a wrong checksum": {corrupted(zipped(padded(100)), 8), true, false},
		"compressed, cut":                   {zipped(padded(100))[:20], true, false},
		"compressed, cut within its head":   {zipped(padded(100))[:5], true, false},
		"compressed, empty":                 {"", true, false},
		"compressed, followed by more":      {zipped(padded(100)) + "and more", true, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			target := wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if test.gzip {
					w.Header().Set("Content-Encoding", "gzip")
				}
				_, _ = io.WriteString(w, test.body)
			})
			answer := post(t, target)
			var body struct{ Code string }
			require.Equal(t, test.decodes, answer.Decode(&body))
			require.Equal(t, test.decodes, body.Code == "0000")
			failure := answer.WithoutCode()
			require.Equal(t, providers.VendorResponseInvalid, failure.Reason)
			require.True(t, failure.Ambiguous)
		})
	}
}

// The Content-Type is ignored: vendors and proxies set wrong ones.
func TestContentTypeDoesNotMatter(t *testing.T) {
	for _, contentType := range []string{"text/html", "", "application/json; charset=gbk", "nonsense"} {
		target := wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{contentType}
			_, _ = io.WriteString(w, padded(100))
		})
		require.True(t, post(t, target).Decode(&struct{}{}), contentType)
	}
}

// endless writes spaces until the connection is closed.
func endless(w io.Writer) {
	spaces := bytes.Repeat([]byte(" "), 4096)
	for {
		if _, err := w.Write(spaces); err != nil {
			return
		}
	}
}

// An endless body is read up to the largest answer's size, compressed or not; the status
// then decides.
func TestEndlessBodies(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"plain": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			endless(w)
		},
		"compressed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(http.StatusBadGateway)
			writer, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			endless(writer)
		},
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			answer := post(t, wiretest.Serve(t, handler))
			require.False(t, answer.Decode(&struct{}{}))
			require.Equal(t, providers.VendorInternalError, answer.WithoutCode().Reason)
		})
	}
}

// Empty members of gzip decompress to nothing, however many there are: what is read on
// the wire is bounded too.
func TestEndlessGzipMembers(t *testing.T) {
	const enough = 8 << 20 // more than any socket buffers
	written := make(chan int, 1)
	target := wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(http.StatusServiceUnavailable)
		members := []byte(strings.Repeat(zipped(""), 1000))
		sent := 0
		for sent < enough {
			n, err := w.Write(members)
			if sent += n; err != nil {
				break
			}
		}
		written <- sent
	})
	answer := post(t, target)
	require.False(t, answer.Decode(&struct{}{}))
	require.Equal(t, providers.VendorInternalError, answer.WithoutCode().Reason)
	require.Less(t, <-written, enough, "the answer was read to its end")
}

// An answer that gzip could not make smaller is not too large on the wire.
func TestIncompressibleAnswer(t *testing.T) {
	body := make([]byte, maxAnswer)
	for i, state := 0, uint32(1); i < len(body); i++ {
		state = state*1664525 + 1013904223
		body[i] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-"[state>>26]
	}
	body[0], body[len(body)-1] = '"', '"'
	var all bytes.Buffer
	writer, err := gzip.NewWriterLevel(&all, gzip.NoCompression)
	require.NoError(t, err)
	_, err = writer.Write(body)
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	require.Greater(t, all.Len(), maxAnswer)
	var text string
	require.True(t, post(t, wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(all.Bytes())
	})).Decode(&text))
	require.Len(t, text, maxAnswer-2)
}

// Huffman codes of many bits, out of which nothing comes, take no memory. compress/gzip makes
// tables for each of them, 35 KiB in all.
func TestCodesTakeNoMemory(t *testing.T) {
	const block = "\xec\xe1\x03\xa0\x2d\xd8\xb6\x2d\x4a\xf6\x31\xd7\x4e\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\x9d\xfb\x7e\x55\xa4\x6d\xa3\x45\x00\x00\x00\xff\xff"
	whole := zipped(padded(100))
	body := whole[:10] + strings.Repeat(block, 1500) + whole[10:]
	target := wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, body)
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	answer := post(t, target)
	runtime.ReadMemStats(&after)
	require.True(t, answer.Decode(&struct{}{}))
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20))
}

// Compression of kinds that no vendor has need of is read within the same bounds, or makes the
// answer one that is not understood: never one that breaks off.
func TestOddCompression(t *testing.T) {
	const good = `{"code":"0000"}`
	head := func(flags byte, fields string) string {
		return "\x1f\x8b\x08" + string([]byte{flags}) + "\x00\x00\x00\x00\x00\xff" + fields
	}
	const extra, name, comment = 4, 8, 16
	deflated := zipped(good)[10:] // behind a head without fields
	for what, c := range map[string]struct {
		encodings []string
		body      string
		read      bool
	}{
		"one member":                {[]string{"gzip"}, zipped(good), true},
		"capitals":                  {[]string{"GZIP"}, zipped(good), true},
		"two members":               {[]string{"gzip"}, zipped(good[:5]) + zipped(good[5:]), true},
		"empty members around":      {[]string{"gzip"}, strings.Repeat(zipped(""), 500) + zipped(good) + strings.Repeat(zipped(""), 500), true},
		"a name":                    {[]string{"gzip"}, head(name, "a\x00") + deflated, true},
		"a name of 64 KiB":          {[]string{"gzip"}, head(name, strings.Repeat("a", 64<<10)+"\x00") + deflated, false},
		"a comment of 64 KiB":       {[]string{"gzip"}, head(comment, strings.Repeat("a", 64<<10)+"\x00") + deflated, false},
		"a name without an end":     {[]string{"gzip"}, head(name, strings.Repeat("a", 256<<10)), false},
		"extra of 64 KiB":           {[]string{"gzip"}, head(extra, "\xff\xff"+strings.Repeat("a", 65535)) + deflated, true},
		"members with 64 KiB extra": {[]string{"gzip"}, strings.Repeat(head(extra, "\xff\xff"+strings.Repeat("a", 65535))+zipped("")[10:], 50) + zipped(good), false},
		"members with names":        {[]string{"gzip"}, strings.Repeat(head(name|comment, strings.Repeat("a", 500)+"\x00"+strings.Repeat("b", 500)+"\x00")+zipped("")[10:], 100) + zipped(good), false},
		"compressed twice":          {[]string{"gzip"}, zipped(zipped(good)), false},
		"compressed twice, told so": {[]string{"gzip, gzip"}, zipped(zipped(good)), false},
		"told twice":                {[]string{"gzip", "gzip"}, zipped(zipped(good)), false},
		"a bomb in a bomb":          {[]string{"gzip"}, zipped(zipped(strings.Repeat(" ", 8<<20))), false},
		"bytes behind":              {[]string{"gzip"}, zipped(good) + "more", false},
		"zeros behind":              {[]string{"gzip"}, zipped(good) + strings.Repeat("\x00", 512), false},
		"cut off in its head":       {[]string{"gzip"}, zipped(good)[:5], false},
		"cut off in its content":    {[]string{"gzip"}, zipped(good)[:15], false},
		"cut off in its checksum":   {[]string{"gzip"}, zipped(good)[:len(zipped(good))-3], false},
		"a wrong checksum":          {[]string{"gzip"}, zipped(good)[:len(zipped(good))-8] + "12345678", false},
		"a wrong length":            {[]string{"gzip"}, zipped(good)[:len(zipped(good))-4] + "1234", false},
		"flags that are reserved":   {[]string{"gzip"}, head(0xe0, "") + deflated, true},
		"another method":            {[]string{"gzip"}, "\x1f\x8b\x07" + zipped(good)[3:], false},
		"blocks of nothing":         {[]string{"gzip"}, head(0, strings.Repeat("\x00\x00\x00\xff\xff", 13_000)) + deflated, true},
		"more blocks of nothing":    {[]string{"gzip"}, head(0, strings.Repeat("\x00\x00\x00\xff\xff", 50_000)) + deflated, false},
		"nothing":                   {[]string{"gzip"}, "", false},
		"not compressed":            {[]string{"gzip"}, good, false},
		"compressed, not told so":   {nil, zipped(good), false},
		"identity":                  {[]string{"identity"}, good, true},
		"another name":              {[]string{"x-gzip"}, zipped(good), false},
		"deflate":                   {[]string{"deflate"}, deflated, false},
		"brotli":                    {[]string{"br"}, "\x0b\x07\x80" + good + "\x03", false},
	} {
		t.Run(what, func(t *testing.T) {
			answer := post(t, wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Encoding"] = c.encodings
				_, _ = io.WriteString(w, c.body)
			}))
			var body struct{ Code string }
			require.Equal(t, c.read, answer.Decode(&body) && body.Code == "0000")
			if !c.read {
				require.Equal(t, providers.VendorResponseInvalid, answer.WithoutCode().Reason)
			}
		})
	}
}
