package bodies

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// JSON is a body of one JSON object, in the order in which its fields are added. Text is
// written as it is, but for what JSON must escape: not for HTML, as encoding/json does. Its length is
// known before it is sent, and photos are encoded as they are sent, without a copy: the caller must
// hold their memory, as for a Form. Not safe for concurrent use.
type JSON struct {
	encodedText

	closed bool
}

// typicalJSONBytes is enough for the fields of most requests without photos.
const typicalJSONBytes = 512

// NewJSON returns an empty object of that media type.
func NewJSON(mediaType string) *JSON {
	return &JSON{encodedText: encodedText{mediaType: mediaType, text: append(make([]byte, 0, typicalJSONBytes), '{')}}
}

// Add appends a field of text. Names are the vendor's constants and are not escaped.
func (j *JSON) Add(name, value string) {
	if value != "" {
		j.field(name, encoded(value))
	}
}

// AddSensitive appends a field of text that is hidden from the log if the vendor's answer
// echoes it, as it is or as it is spelt in JSON.
func (j *JSON) AddSensitive(name string, value sensitive.String) {
	j.Add(name, value.Reveal())
	j.Hide(value)
}

// AddValue appends a field whose value is a number, a list or an object of the adapter's: nothing
// of the caller's or of a credential's, for it is not hidden.
func (j *JSON) AddValue(name string, value any) { j.field(name, encoded(value)) }

// AddPhoto appends a field whose text is the standard base64 of the photo, with padding and without
// line breaks.
func (j *JSON) AddPhoto(name string, content sensitive.Bytes) {
	j.field(name, `"`)
	j.addPhoto(content)
	j.text = append(j.text, '"')
}

func (j *JSON) field(name, value string) {
	if len(j.text) > 1 {
		j.text = append(j.text, ',')
	}
	j.text = append(j.text, '"')
	j.text = append(j.text, name...)
	j.text = append(j.text, `":`...)
	j.text = append(j.text, value...)
}

// WriteTo writes the body to w as it will be sent, for a signature that covers it: photos are
// encoded once for w, and once more when they are sent. No field may be added after that. It fails
// if w does, or if the memory of a photo was released.
func (j *JSON) WriteTo(w io.Writer) (int64, error) {
	j.end()
	return j.writeTo(w)
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
	if len(j.files) == 0 {
		return int64(len(j.text)), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(j.text)), nil }
	}
	length = int64(len(j.text))
	for _, photo := range j.files {
		length += int64(base64.StdEncoding.EncodedLen(photo.content.Len()))
	}
	return length, j.open
}

// encoded returns a value as JSON.
func encoded(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // of text and an adapter's own values none fails
	return strings.TrimSuffix(text.String(), "\n")
}
