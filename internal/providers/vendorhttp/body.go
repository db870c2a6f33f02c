package vendorhttp

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Body is the body of a request in its envelope: a *Form or a *Raw.
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
	// Longest first: replacing a value first that another one contains would leave the
	// rest of the other one.
	slices.SortFunc(e.hidden, func(a, b string) int { return len(b) - len(a) })
}

func (e *Envelope) envelope() *Envelope { return e }

// hides reports whether text contains a hidden value, as it is or re-spelt.
func (e *Envelope) hides(text string) bool {
	var buffer sensitive.Buffer
	heard := sensitive.Hear(&buffer, text)
	for _, value := range e.hidden {
		if heard.Echoes(value) {
			return true
		}
	}
	return false
}

// hidesAsCode reports whether a canonical code contains a hidden value in a code's
// spelling.
func (e *Envelope) hidesAsCode(code string) bool {
	return e.hides(code) || slices.ContainsFunc(e.hidden, func(value string) bool {
		return strings.Contains(code, CanonicalCode(value))
	})
}

// scrub replaces every hidden value in text, in capitals or not: a vendor may well
// write the x of an identity number as X.
func (e *Envelope) scrub(text string) string {
	for _, value := range e.hidden {
		var clean strings.Builder
		for at := indexFold(text, value); at >= 0; at = indexFold(text, value) {
			clean.WriteString(text[:at] + sensitive.Redacted)
			text = text[at+len(value):]
		}
		text = clean.String() + text
	}
	return text
}

// indexFold returns the index of part in text, ignoring case, -1 if it does not occur.
func indexFold(text, part string) int {
	for i := range len(text) - len(part) + 1 {
		if strings.EqualFold(text[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

// Raw is a body that the adapter has encoded: JSON, or a URL-encoded form.
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
