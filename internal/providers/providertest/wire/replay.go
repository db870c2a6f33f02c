package wire

import (
	"bytes"
	"io"
	"net/http"
)

// Replay is a transport without a network: it gives every call the same answer.
type Replay struct {
	Status   int
	Encoding string
	Body     []byte
}

// RoundTrip gives the answer.
func (r *Replay) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: r.Status,
		Header:     http.Header{"Content-Encoding": {r.Encoding}},
		Body:       io.NopCloser(bytes.NewReader(r.Body)),
	}, request.Body.Close()
}
