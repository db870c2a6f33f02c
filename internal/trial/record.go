package trial

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httputil"
	"slices"
	"strings"
	"time"
)

// recorder sends one HTTP request and records it and its answer as they are on the wire.
// It is read when the call has ended.
type recorder struct {
	over http.RoundTripper
	// announce is called with the vendor's address right before the request is sent.
	announce func(address string)

	sent *http.Request
	head string // of what is sent
	body []byte

	answered *http.Response
	at       time.Time // when the head of the answer was there
	content  bytes.Buffer
}

var errSecondRequest = errors.New("a second HTTP request was not sent: a call is one")

// RoundTrip sends the request.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	if r.sent != nil {
		return nil, errSecondRequest
	}
	// The dump makes a round trip of its own, which the call's trace must not see.
	dumped := request.Clone(context.Background())
	wire, err := httputil.DumpRequestOut(dumped, true)
	if err != nil {
		return nil, err
	}
	head, body, _ := bytes.Cut(wire, []byte("\r\n\r\n"))
	r.sent, r.head, r.body = request.Clone(request.Context()), string(head), body
	r.sent.Body = dumped.Body
	r.announce(request.URL.Scheme + "://" + request.URL.Host)
	if r.answered, err = r.over.RoundTrip(r.sent); err != nil {
		return nil, err
	}
	r.at = time.Now()
	answer := *r.answered
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(answer.Body, &r.content), answer.Body}
	return &answer, nil
}

// maxContent is more than adapters read of an answer.
const maxContent = 65 << 10

// text returns what was read of the answer's body, decompressed.
func (r *recorder) text() string {
	var body io.Reader = bytes.NewReader(r.content.Bytes())
	if strings.EqualFold(r.answered.Header.Get("Content-Encoding"), "gzip") {
		if unzipped, err := gzip.NewReader(body); err == nil {
			body = unzipped
		}
	}
	text, _ := io.ReadAll(io.LimitReader(body, maxContent)) // of a broken body, what there is
	return string(text)
}

// parameter is one part of a form.
type parameter struct {
	name, value string
	file        bool
}

// form returns the parts of what is sent, none if it is no multipart form.
func (r *recorder) form() []parameter {
	_, options, _ := mime.ParseMediaType(r.sent.Header.Get("Content-Type")) // without a boundary there is no part
	var found []parameter
	for parts := multipart.NewReader(bytes.NewReader(r.body), options["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err != nil {
			return found
		}
		value, _ := io.ReadAll(part)
		found = append(found, parameter{part.FormName(), string(value), part.FileName() != ""})
	}
}

// values are the texts that are sent, but for the usual headers.
func (r *recorder) values() []string {
	if r.sent == nil {
		return nil
	}
	var values []string
	for _, query := range r.sent.URL.Query() {
		values = append(values, query...)
	}
	for name, header := range r.sent.Header {
		if !slices.Contains(harmlessHeaders, name) {
			values = append(values, header...)
		}
	}
	for _, part := range r.form() {
		if !part.file {
			values = append(values, part.value)
		}
	}
	return values
}
