package vendorhttp

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// JSON is a body of one JSON object, in the order in which its fields are added. Text is
// written as it is, but for what JSON must escape: not for HTML, as encoding/json does. Not
// safe for concurrent use.
type JSON struct {
	Envelope

	mediaType string
	text      []byte
	closed    bool
}

// NewJSON returns an empty object of that media type.
func NewJSON(mediaType string) *JSON {
	return &JSON{mediaType: mediaType, text: append(make([]byte, 0, typicalTextBytes), '{')}
}

// Add appends a field of text. Names are the vendor's constants and are not escaped.
func (j *JSON) Add(name, value string) { j.field(name, encoded(value)) }

// AddSensitive appends a field of text that is hidden from the log if the vendor's answer
// echoes it, as it is or as it is spelt in JSON.
func (j *JSON) AddSensitive(name string, value sensitive.String) {
	j.Add(name, value.Reveal())
	j.Hide(value)
}

// AddValue appends a field whose value is a number, a list or an object of the adapter's: nothing
// of the caller's or of a credential's, for it is not hidden.
func (j *JSON) AddValue(name string, value any) { j.field(name, encoded(value)) }

func (j *JSON) field(name, value string) {
	if len(j.text) > 1 {
		j.text = append(j.text, ',')
	}
	j.text = append(j.text, '"')
	j.text = append(j.text, name...)
	j.text = append(j.text, `":`...)
	j.text = append(j.text, value...)
}

// WriteTo writes the body to w as it will be sent, for a signature that covers it. No field
// may be added after that.
func (j *JSON) WriteTo(w io.Writer) (int64, error) {
	j.end()
	n, err := w.Write(j.text)
	return int64(n), err
}

func (j *JSON) end() {
	if !j.closed {
		j.text = append(j.text, '}')
		j.closed = true
	}
}

// close ends the object; see Body.
func (j *JSON) close() (length int64, open func() (io.ReadCloser, error)) {
	j.end()
	return int64(len(j.text)), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(j.text)), nil }
}

func (j *JSON) contentType() string { return j.mediaType }

// encoded returns a value as JSON.
func encoded(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // of text and an adapter's own values none fails
	return strings.TrimSuffix(text.String(), "\n")
}
