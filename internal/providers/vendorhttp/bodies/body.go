package bodies

import (
	"io"
	"iter"
	"net/http"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Body is the body of a request in its envelope: a *Form, a *JSON or a *URLEncoded. What has no value
// is neither added to any of them nor set as a header, so that the vendor's default holds.
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
	hidden []sensitive.String
	files  []file
	// inline is where hidden starts out. It is enough for most requests, which hide the
	// two values of the credential and one or two more, and saves an allocation.
	inline [4]sensitive.String
}

// SetHeader sets a header that the vendor defines.
func (e *Envelope) SetHeader(name, value string) {
	if value == "" {
		return
	}
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
	e.hidden = append(e.hidden, value)
}

// HideCredential hides all secrets of a credential, those that are not sent too.
func (e *Envelope) HideCredential(credential map[string]sensitive.String) {
	for _, secret := range credential {
		e.Hide(secret)
	}
}

// Hidden returns the values that were hidden, as they were. The slice must not be changed.
func (e *Envelope) Hidden() []sensitive.String { return e.hidden }

// Files returns the files and photos of the body. Their memory may have been released.
func (e *Envelope) Files() iter.Seq[sensitive.Bytes] {
	return func(yield func(sensitive.Bytes) bool) {
		for _, file := range e.files {
			if !yield(file.content) {
				return
			}
		}
	}
}

func (e *Envelope) envelope() *Envelope { return e }
