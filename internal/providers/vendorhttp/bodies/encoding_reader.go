package bodies

import (
	"bytes"
	"encoding/base64"
	"io"
)

// encodingReader reads text and photos, of which it encodes a little at a time in base64.
type encodingReader struct {
	rest []encodingPiece
	// ready is what is encoded, and not read yet.
	ready bytes.Buffer
	// photos is what photos in base64 are written to: ready, or what escapes them before.
	photos io.Writer
	// atOnce is how many bytes are encoded at a time.
	atOnce int
	// encoder is of the photo that is being read, nil between photos. It keeps the bytes for which
	// the next piece has to be waited for: base64 takes three at a time.
	encoder io.WriteCloser
}

// encodingPiece is text, or a piece of a photo.
type encodingPiece struct {
	content []byte
	photo   bool
}

const (
	// readyBytes is the most that is ready at once.
	readyBytes = 8 << 10
	// escapedBytes is what a character of base64 comes to at most, percent-encoded.
	escapedBytes = 3
)

// newEncodingReader returns an empty reader. If escaped, the characters of base64 that a URL-encoded
// form gives a meaning are percent-encoded.
func newEncodingReader(escaped bool) *encodingReader {
	r := &encodingReader{atOnce: readyBytes / 4 * 3}
	r.ready.Grow(readyBytes)
	r.photos = &r.ready
	if escaped {
		r.photos = base64Escaper{&r.ready}
		r.atOnce /= escapedBytes
	}
	return r
}

func (r *encodingReader) add(content []byte, photo bool) {
	r.rest = append(r.rest, encodingPiece{content, photo})
}

// Read reads on from where the last read ended.
func (r *encodingReader) Read(p []byte) (int, error) {
	r.fill()
	return r.ready.Read(p)
}

// WriteTo writes the rest.
func (r *encodingReader) WriteTo(w io.Writer) (int64, error) {
	written := int64(0)
	for r.fill() {
		n, err := r.ready.WriteTo(w)
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// fill makes something ready to be read, and reports whether there is anything.
func (r *encodingReader) fill() bool {
	for r.ready.Len() == 0 && len(r.rest) > 0 {
		next := &r.rest[0]
		some := next.content[:min(len(next.content), r.atOnce)]
		if next.content = next.content[len(some):]; len(next.content) == 0 {
			r.rest = r.rest[1:]
		}
		r.encode(some, next.photo)
	}
	return r.ready.Len() > 0
}

// encode makes a little ready. Text ends the photo before it. The buffer that is written to takes everything.
func (r *encodingReader) encode(some []byte, photo bool) {
	switch {
	case !photo && r.encoder != nil:
		_ = r.encoder.Close()
		r.encoder = nil
	case photo && r.encoder == nil:
		r.encoder = base64.NewEncoder(base64.StdEncoding, r.photos)
	}
	if photo {
		_, _ = r.encoder.Write(some)
	} else {
		_, _ = r.ready.Write(some)
	}
}

// base64Escaper percent-encodes standard base64.
type base64Escaper struct{ to *bytes.Buffer }

func (e base64Escaper) Write(encoded []byte) (int, error) {
	for _, b := range encoded {
		switch b {
		case '+':
			e.to.WriteString("%2B")
		case '/':
			e.to.WriteString("%2F")
		case '=':
			e.to.WriteString("%3D")
		default:
			e.to.WriteByte(b)
		}
	}
	return len(encoded), nil
}
