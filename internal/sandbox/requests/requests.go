// Package requests has the requests that the stand-ins' tests make: parameters, edits of them,
// and the answer over the wire. It knows no vendor. Of the tests alone.
package requests

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Field is one parameter: a text, a file, which has content, or a member of a JSON object
// as it is written.
type Field struct {
	Name, Text string
	Content    []byte
	JSON       string
}

// Request is what is sent to a stand-in.
type Request struct {
	Path   string
	Fields []Field
	// Encode writes the body. Nil means Multipart.
	Encode func(*testing.T, Request) (contentType string, body []byte)
	// Sign adds what says who is calling to a request that is otherwise whole.
	Sign func(r *http.Request, body []byte)
	// Before and After are changes of it ahead of the signature, and behind its back.
	Before, After []func(*http.Request)
}

// Edit changes one thing in a valid request.
type Edit func(*Request)

// At sends it to another path.
func At(path string) Edit { return func(r *Request) { r.Path = path } }

// Drop leaves a field out.
func Drop(name string) Edit {
	return func(r *Request) {
		r.Fields = slices.DeleteFunc(r.Fields, func(f Field) bool { return f.Name == name })
	}
}

// Add adds a field, also beside one of the same name.
func Add(name, text string) Edit {
	return func(r *Request) { r.Fields = append(r.Fields, Field{Name: name, Text: text}) }
}

// Set gives a field another text.
func Set(name, text string) Edit {
	return func(r *Request) { Drop(name)(r); Add(name, text)(r) }
}

// File makes a field a file.
func File(name string, content []byte) Edit {
	return func(r *Request) {
		Drop(name)(r)
		r.Fields = append(r.Fields, Field{Name: name, Content: content})
	}
}

// Raw makes a field a JSON value as it is written.
func Raw(name, value string) Edit {
	return func(r *Request) {
		Drop(name)(r)
		r.Fields = append(r.Fields, Field{Name: name, JSON: value})
	}
}

// Body sends another body, of the same media type.
func Body(body string) Edit {
	return func(r *Request) {
		encode := r.Encode
		r.Encode = func(t *testing.T, r Request) (contentType string, _ []byte) {
			t.Helper()
			contentType, _ = encode(t, r)
			return contentType, []byte(body)
		}
	}
}

// Header sets a header that is signed, where headers are; an empty one is left out.
func Header(name, value string) Edit {
	return func(r *Request) { r.Before = append(r.Before, setHeader(name, value)) }
}

// Forged sets a header when the request is signed; an empty one is left out.
func Forged(name, value string) Edit {
	return func(r *Request) { r.After = append(r.After, setHeader(name, value)) }
}

func setHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
}

// Edited is the request with some edits.
func (r Request) Edited(edits ...Edit) Request {
	r.Fields, r.Before, r.After = slices.Clone(r.Fields), slices.Clone(r.Before), slices.Clone(r.After)
	for _, e := range edits {
		e(&r)
	}
	return r
}

// Multipart writes the form as the documents ask.
func (r Request) Multipart(t *testing.T) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range r.Fields {
		if f.Content == nil {
			require.NoError(t, w.WriteField(f.Name, f.Text))
			continue
		}
		part, err := w.CreateFormFile(f.Name, f.Name)
		require.NoError(t, err)
		_, err = part.Write(f.Content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return w.FormDataContentType(), b.Bytes()
}

// JSON writes the parameters as an object, in their order.
func JSON(mediaType string) func(*testing.T, Request) (contentType string, body []byte) {
	return func(t *testing.T, r Request) (contentType string, body []byte) {
		t.Helper()
		var members []string
		for _, f := range r.Fields {
			name, err := json.Marshal(f.Name)
			require.NoError(t, err)
			value := []byte(f.JSON)
			if f.JSON == "" {
				value, err = json.Marshal(f.Text)
				require.NoError(t, err)
			}
			members = append(members, string(name)+":"+string(value))
		}
		return mediaType, []byte("{" + strings.Join(members, ",") + "}")
	}
}

// Reply is what came back over the wire.
type Reply struct {
	Status int
	Body   string
	Header http.Header
}

// Serve starts a server for the length of the test.
func Serve(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

// Send sends a body as it is.
func Send(t *testing.T, server *httptest.Server, method, path, contentType string, body []byte) Reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", contentType)
	return exchange(t, server, r)
}

func exchange(t *testing.T, server *httptest.Server, r *http.Request) Reply {
	t.Helper()
	answer, err := server.Client().Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return Reply{answer.StatusCode, string(text), answer.Header}
}

// Post sends a request.
func Post(t *testing.T, server *httptest.Server, r Request) Reply {
	t.Helper()
	return exchange(t, server, Outgoing(t, server, r))
}

// HTTP is r as a handler gets it.
func HTTP(t *testing.T, r Request) *http.Request {
	t.Helper()
	encode := r.Encode
	if encode == nil {
		encode = func(t *testing.T, r Request) (string, []byte) { t.Helper(); return r.Multipart(t) }
	}
	contentType, body := encode(t, r)
	h := httptest.NewRequestWithContext(t.Context(), http.MethodPost, r.Path, bytes.NewReader(body))
	h.Header.Set("Content-Type", contentType)
	for _, change := range r.Before {
		change(h)
	}
	if r.Sign != nil {
		r.Sign(h, body)
	}
	for _, change := range r.After {
		change(h)
	}
	return h
}

// Outgoing is r as a client sends it.
func Outgoing(t *testing.T, server *httptest.Server, r Request) *http.Request {
	t.Helper()
	h := HTTP(t, r)
	h.RequestURI = ""
	target, err := url.Parse(server.URL + r.Path)
	require.NoError(t, err)
	h.URL = target
	return h
}

// Together sends requests at one time, straight to the handler, and counts the answers by
// status.
func Together(t *testing.T, h http.Handler, all []*http.Request) (bodies []string, statuses map[int]int) {
	t.Helper()
	answers := make([]*httptest.ResponseRecorder, len(all))
	var done sync.WaitGroup
	for i, r := range all {
		answers[i] = httptest.NewRecorder()
		done.Go(func() { h.ServeHTTP(answers[i], r) })
	}
	done.Wait()
	statuses = map[int]int{}
	for _, a := range answers {
		statuses[a.Code]++
		bodies = append(bodies, a.Body.String())
	}
	return bodies, statuses
}

// Nobody takes an answer.
type Nobody struct{}

// Header is thrown away.
func (Nobody) Header() http.Header { return http.Header{} }

// Write fails.
func (Nobody) Write([]byte) (int, error) { return 0, net.ErrClosed }

// WriteHeader does nothing.
func (Nobody) WriteHeader(int) {}

// Step is one edited request and the answer to it.
type Step struct {
	Name   string
	Edits  []Edit
	Status int
	Body   string // without the final newline
}

// Run sends each edited request to a stand-in of its own.
func Run[S ~struct {
	Name   string
	Edits  []Edit
	Status int
	Body   string
}](t *testing.T, handler func() http.Handler, valid Request, steps []S) {
	t.Helper()
	for _, each := range steps {
		s := Step(each)
		t.Run(s.Name, func(t *testing.T) {
			got := Post(t, Serve(t, handler()), valid.Edited(s.Edits...))
			require.Equal(t, s.Status, got.Status)
			require.Equal(t, s.Body+"\n", got.Body)
			require.Regexp(t, `^application/(json|x-amz-json-1\.1)$`, got.Header.Get("Content-Type"))
			require.True(t, json.Valid([]byte(got.Body)))
		})
	}
}

// PNG is a photo of a size.
func PNG(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))))
	return b.Bytes()
}

// JPEG is a small photo.
func JPEG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	return b.Bytes()
}
