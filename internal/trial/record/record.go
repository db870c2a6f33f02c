// Package record sends one HTTP request and keeps it and its answer as they are on the wire. It must
// not know what was asked, nor what of it may be shown.
package record

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
	"strings"
	"time"
)

// Exchange is one HTTP request and its answer. It is read when the call has ended, and not safe
// for concurrent use.
type Exchange struct {
	// Over sends the request.
	Over http.RoundTripper
	// Announce is called with the vendor's address right before the request is sent.
	Announce func(address string)

	// Sent is the request, nil if none was sent, Head and Body what it is on the wire.
	Sent *http.Request
	Head string
	Body []byte

	// Answered is the answer, nil if none came, whose body is Text; At is when its head was there.
	Answered *http.Response
	At       time.Time

	content bytes.Buffer
}

var errSecondRequest = errors.New("a second HTTP request was not sent: a call is one")

// RoundTrip sends the request. It fails the second time.
func (e *Exchange) RoundTrip(request *http.Request) (*http.Response, error) {
	if e.Sent != nil {
		return nil, errSecondRequest
	}
	// The dump makes a round trip of its own, which the call's trace must not see.
	dumped := request.Clone(context.Background())
	wire, err := httputil.DumpRequestOut(dumped, true)
	if err != nil {
		return nil, err
	}
	head, body, _ := bytes.Cut(wire, []byte("\r\n\r\n"))
	e.Sent, e.Head, e.Body = request.Clone(request.Context()), string(head), body
	e.Sent.Body = dumped.Body
	e.Announce(request.URL.Scheme + "://" + request.URL.Host)
	if e.Answered, err = e.Over.RoundTrip(e.Sent); err != nil {
		return nil, err
	}
	e.At = time.Now()
	answer := *e.Answered
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(answer.Body, &e.content), answer.Body}
	return &answer, nil
}

// maxContent is more than adapters read of an answer.
const maxContent = 65 << 10

// Text returns what was read of the answer's body, decompressed.
func (e *Exchange) Text() string {
	var body io.Reader = bytes.NewReader(e.content.Bytes())
	if strings.EqualFold(e.Answered.Header.Get("Content-Encoding"), "gzip") {
		if unzipped, err := gzip.NewReader(body); err == nil {
			body = unzipped
		}
	}
	text, _ := io.ReadAll(io.LimitReader(body, maxContent)) // of a broken body, what there is
	return string(text)
}

// Part is one part of a form.
type Part struct {
	Name, Value string
	File        bool
}

// Form returns the parts of what is sent, none if it is no multipart form.
func (e *Exchange) Form() []Part {
	_, options, _ := mime.ParseMediaType(e.Sent.Header.Get("Content-Type")) // without a boundary there is no part
	var found []Part
	for parts := multipart.NewReader(bytes.NewReader(e.Body), options["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err != nil {
			return found
		}
		value, _ := io.ReadAll(part)
		found = append(found, Part{part.FormName(), string(value), part.FileName() != ""})
	}
}
