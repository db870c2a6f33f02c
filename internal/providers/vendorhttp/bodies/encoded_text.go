package bodies

import (
	"errors"
	"io"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// encodedText is text with photos in base64, which are encoded as they are sent, without a copy: what
// JSON and URLEncoded have in common.
type encodedText struct {
	Envelope

	mediaType string
	// text is everything but the photos, which are inserted at their offsets.
	text []byte
	// escaped is of photos: their base64 is percent-encoded.
	escaped bool
}

func (e *encodedText) addPhoto(content sensitive.Bytes) {
	e.files = append(e.files, file{len(e.text), content})
}

// writeTo writes all of it to w. It fails if w does, or if the memory of a photo was released.
func (e *encodedText) writeTo(w io.Writer) (int64, error) {
	if len(e.files) == 0 {
		n, err := w.Write(e.text)
		return int64(n), err
	}
	body, err := e.open()
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(w, body)
	return n, errors.Join(err, body.Close())
}

// open returns a reader of it; see hold.
func (e *encodedText) open() (io.ReadCloser, error) {
	r, err := e.hold()
	if err != nil {
		return nil, err
	}
	rest, sent := newEncodingReader(e.escaped), 0
	for _, photo := range e.files {
		rest.add(e.text[sent:photo.offset], false)
		for _, piece := range photo.content.Pieces() {
			rest.add(piece, true)
		}
		sent = photo.offset
	}
	rest.add(e.text[sent:], false)
	r.rest = rest
	return r, nil
}

func (e *encodedText) contentType() string { return e.mediaType }
