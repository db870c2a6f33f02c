package vendorhttp_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
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
			target := serve(t, func(w http.ResponseWriter, _ *http.Request) {
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
		target := serve(t, func(w http.ResponseWriter, _ *http.Request) {
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
			answer := post(t, serve(t, handler))
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
	target := serve(t, func(w http.ResponseWriter, _ *http.Request) {
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
	require.True(t, post(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(all.Bytes())
	})).Decode(&text))
	require.Len(t, text, maxAnswer-2)
}
