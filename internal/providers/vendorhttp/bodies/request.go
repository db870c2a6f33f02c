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

// header returns the header of every request, with one allocation for all values.
func header(contentType string) http.Header {
	values := []string{contentType, "application/json", "gzip"}
	return http.Header{"Content-Type": values[0:1:1], "Accept": values[1:2:2], "Accept-Encoding": values[2:3:3]}
}
