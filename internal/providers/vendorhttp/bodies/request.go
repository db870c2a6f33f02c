package bodies

import (
	"context"
	"maps"
	"net/http"
	"net/url"
)

// NewRequest returns the POST request of a body, and its envelope. It ends the body: nothing may be
// added after that. Inlined, its frame would take stack while the vendor is waited for.
//
//go:noinline
func NewRequest(ctx context.Context, target *url.URL, body Body) (*http.Request, *Envelope) {
	length, open := body.close()
	content, _ := open()
	request := (&http.Request{
		Method:        http.MethodPost,
		URL:           target,
		Host:          target.Host,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header(body.contentType()),
		Body:          content,
		GetBody:       open,
		ContentLength: length,
	}).WithContext(ctx)
	envelope := body.envelope()
	maps.Copy(request.Header, envelope.header)
	return request, envelope
}

// What every request accepts. A transport must not change a request's header.
var accept, acceptEncoding = []string{"application/json"}, []string{"gzip"}

// header returns the header of every request.
func header(contentType string) http.Header {
	return http.Header{"Content-Type": {contentType}, "Accept": accept, "Accept-Encoding": acceptEncoding}
}
