package sandbox_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// What the stand-ins draw and read from options.
const (
	serverTime = 1700000000
	requestID  = "1700000000,fbfbfbfb-fbfb-4bfb-bbfb-fbfbfbfbfbfb"
	token      = "fbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfb"
	digits     = "4923"
)

// options makes every answer the same: a clock that stands still and the byte
// 0xfb for ever.
func options() sandbox.Options {
	return sandbox.Options{Now: func() time.Time { return time.Unix(serverTime, 0) }, Rand: sameByte{}}
}

type sameByte struct{}

func (sameByte) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 0xfb
	}
	return len(p), nil
}

type brokenRand struct{}

func (brokenRand) Read([]byte) (int, error) { return 0, errors.New("no entropy") }

// field is one part of a form; a file has content.
type field struct {
	name, text string
	content    []byte
}

// request is a form on its way to a stand-in.
type request struct {
	path   string
	fields []field
}

// edit changes one thing in a valid request.
type edit func(*request)

func at(path string) edit { return func(r *request) { r.path = path } }

func drop(name string) edit {
	return func(r *request) {
		r.fields = slices.DeleteFunc(r.fields, func(f field) bool { return f.name == name })
	}
}

func add(name, text string) edit {
	return func(r *request) { r.fields = append(r.fields, field{name: name, text: text}) }
}

func set(name, text string) edit {
	return func(r *request) { drop(name)(r); add(name, text)(r) }
}

func file(name string, content []byte) edit {
	return func(r *request) {
		drop(name)(r)
		r.fields = append(r.fields, field{name: name, content: content})
	}
}

func (r request) edited(edits ...edit) request {
	r.fields = slices.Clone(r.fields)
	for _, e := range edits {
		e(&r)
	}
	return r
}

// multipart writes the form as the documents ask.
func (r request) multipart(t *testing.T) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range r.fields {
		if f.content == nil {
			require.NoError(t, w.WriteField(f.name, f.text))
			continue
		}
		part, err := w.CreateFormFile(f.name, f.name)
		require.NoError(t, err)
		_, err = part.Write(f.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return w.FormDataContentType(), b.Bytes()
}

// reply is what came back over the wire.
type reply struct {
	status int
	body   string
	header http.Header
}

// serve starts a server for the length of the test.
func serve(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

func send(t *testing.T, server *httptest.Server, method, path, contentType string, body []byte) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", contentType)
	answer, err := server.Client().Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return reply{answer.StatusCode, string(text), answer.Header}
}

func post(t *testing.T, server *httptest.Server, r request) reply {
	t.Helper()
	contentType, body := r.multipart(t)
	return send(t, server, http.MethodPost, r.path, contentType, body)
}

// httpRequest is r as a handler gets it.
func httpRequest(t *testing.T, r request) *http.Request {
	t.Helper()
	contentType, body := r.multipart(t)
	h := httptest.NewRequestWithContext(t.Context(), http.MethodPost, r.path, bytes.NewReader(body))
	h.Header.Set("Content-Type", contentType)
	return h
}

// step is one edited request and the answer to it.
type step struct {
	name   string
	edits  []edit
	status int
	body   string // without the final newline
}

// runSteps sends each edited request to a stand-in of its own.
func runSteps(t *testing.T, handler func() http.Handler, valid request, steps []step) {
	t.Helper()
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			got := post(t, serve(t, handler()), valid.edited(s.edits...))
			require.Equal(t, s.status, got.status)
			require.Equal(t, s.body+"\n", got.body)
			require.Equal(t, "application/json", got.header.Get("Content-Type"))
			require.True(t, json.Valid([]byte(got.body)))
		})
	}
}

func megvii() http.Handler   { return sandbox.NewMegvii(options()) }
func linkface() http.Handler { return sandbox.NewLinkface(options()) }

// failed is Megvii's failed answer with error_message.
func failed(message string) string {
	return `{"error_message":"` + message + `","request_id":"` + requestID + `","time_used":0}`
}

func pngOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))))
	return b.Bytes()
}

func jpegOf(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	return b.Bytes()
}
