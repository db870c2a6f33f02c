package bodies

import (
	"bytes"
	"io"
	"net/url"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// MediaTypeURLEncoded is the media type of a URLEncoded, for signatures that cover it.
const MediaTypeURLEncoded = "application/x-www-form-urlencoded"

// URLEncoded is an application/x-www-form-urlencoded body, its parameters in the order in which they
// are added. Its length is known before it is sent, and photos are encoded as they are sent, without a
// copy: the caller must hold their memory, as for a Form. Not safe for concurrent use.
type URLEncoded struct {
	encodedText

	// length is 0 until it has been counted: how much base64 grows when it is escaped depends on
	// what it says.
	length int64
}

// NewURLEncoded returns an empty form.
func NewURLEncoded() *URLEncoded {
	return &URLEncoded{encodedText: encodedText{mediaType: MediaTypeURLEncoded, escaped: true}}
}

// Add appends a parameter. Names are the vendor's constants and are not escaped.
func (u *URLEncoded) Add(name, value string) {
	if value == "" {
		return
	}
	u.name(name)
	u.text = append(u.text, url.QueryEscape(value)...)
}

// AddSensitive appends a parameter whose value is hidden from the log if the vendor's answer echoes
// it, as it is or escaped.
func (u *URLEncoded) AddSensitive(name string, value sensitive.String) {
	u.Add(name, value.Reveal())
	u.Hide(value)
}

// AddPhoto appends a parameter whose value is the standard base64 of the photo, with padding and
// without line breaks.
func (u *URLEncoded) AddPhoto(name string, content sensitive.Bytes) {
	u.name(name)
	u.addPhoto(content)
}

func (u *URLEncoded) name(name string) {
	if len(u.text) > 0 {
		u.text = append(u.text, '&')
	}
	u.text = append(u.text, name...)
	u.text = append(u.text, '=')
}

// WriteTo writes the body to w as it will be sent, for a signature that covers it: photos are
// encoded once for w, and once more when they are sent. No parameter may be added after that. It
// fails if w does, or if the memory of a photo was released.
func (u *URLEncoded) WriteTo(w io.Writer) (int64, error) {
	n, err := u.writeTo(w)
	if err == nil {
		u.length = n
	}
	return n, err
}

// close counts the body's bytes, unless it was signed; see Body.
func (u *URLEncoded) close() (length int64, open func() (io.ReadCloser, error)) {
	if len(u.files) == 0 {
		return int64(len(u.text)), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(u.text)), nil }
	}
	if u.length == 0 {
		_, _ = u.WriteTo(io.Discard)
	}
	return u.length, u.open
}
