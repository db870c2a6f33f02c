package vendorhttp

import (
	"bytes"
	"io"
	"net/http"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Body is the body of a request in its envelope: a *Form, a *JSON or a *Raw.
type Body interface {
	// close completes the body and returns its length and a function that opens a reader
	// of it. The function may be called more than once and does not fail the first time.
	close() (length int64, open func() (io.ReadCloser, error))
	contentType() string
	envelope() *Envelope
}

// Envelope is everything of a request except its body.
type Envelope struct {
	// Reference is the business number that is sent, if there is one; the exchange
	// shows it.
	Reference string

	header http.Header
	hidden []string
	files  []file
	// inline is where hidden starts out. It is enough for most requests, which hide the
	// two values of the credential and one or two more, and saves an allocation.
	inline [4]string
}

// SetHeader sets a header that the vendor defines.
func (e *Envelope) SetHeader(name, value string) {
	if e.header == nil {
		e.header = make(http.Header)
	}
	e.header.Set(name, value)
}

// SetSensitiveHeader sets a header whose value is hidden from the log if the vendor's
// answer echoes it.
func (e *Envelope) SetSensitiveHeader(name string, value sensitive.String) {
	e.SetHeader(name, value.Reveal())
	e.Hide(value)
}

// Hide hides a value from the log: one of the body, or one that is not sent and that the
// vendor may echo nevertheless.
func (e *Envelope) Hide(value sensitive.String) {
	if value.IsZero() {
		return
	}
	if e.hidden == nil {
		e.hidden = e.inline[:0]
	}
	e.hidden = append(e.hidden, value.Reveal())
}

func (e *Envelope) envelope() *Envelope { return e }

// Raw is a body that the adapter has encoded, such as a URL-encoded form.
type Raw struct {
	Envelope

	mediaType string
	content   []byte
}

// NewRaw returns a body of that media type. Its bytes must not change until the call
// has returned.
func NewRaw(mediaType string, content []byte) *Raw {
	return &Raw{mediaType: mediaType, content: content}
}

// close returns the body as it is; see Body.
func (r *Raw) close() (length int64, open func() (io.ReadCloser, error)) {
	return int64(len(r.content)), func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(r.content)), nil
	}
}

func (r *Raw) contentType() string { return r.mediaType }
