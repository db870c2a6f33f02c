package bodies

import (
	"bytes"
	"encoding/hex"
	"io"
	"net"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Form is a multipart/form-data body. Its length is known before it is sent, and files
// are sent without being copied: the caller must hold their memory until the call has
// returned; a read by net/http that is then still in progress holds a reference of its
// own. Not safe for concurrent use.
type Form struct {
	Envelope

	mediaType, boundary string
	// text is everything but the files, which are inserted at their offsets.
	text []byte
	// random is what the boundary is made of: on its own it would be an allocation.
	random [boundaryBytes]byte
}

type file struct {
	offset  int
	content sensitive.Bytes
}

const (
	mediaTypeForm = "multipart/form-data; boundary="
	// A boundary of 16 random bytes cannot occur in a photo by chance or by intent.
	boundaryBytes = 16
	// typicalParameterBytes is what most parameters come to, with what is between two.
	typicalParameterBytes = 128
)

// NewForm returns an empty form with a random boundary, and room for so many parameters; there may be more.
// Room for a dozen would be a kilobyte of a small call more (BenchmarkPieces of megvii).
func NewForm(random func([]byte), parameters int) *Form {
	f := &Form{text: make([]byte, 0, (parameters+1)*typicalParameterBytes)}
	random(f.random[:])
	mediaType := append(make([]byte, 0, len(mediaTypeForm)+2*boundaryBytes), mediaTypeForm...)
	f.mediaType = string(hex.AppendEncode(mediaType, f.random[:]))
	f.boundary = f.mediaType[len(mediaTypeForm):]
	return f
}

// RandomText returns an even number n of random hexadecimal digits.
func RandomText(random func([]byte), n int) string {
	buffer := make([]byte, n/2+n) // for both
	raw, text := buffer[:n/2], buffer[n/2:]
	random(raw)
	hex.Encode(text, raw)
	return string(text)
}

// Add appends a parameter. Names are the vendor's constants and are not escaped.
func (f *Form) Add(name, value string) {
	if value == "" {
		return
	}
	f.part(name, "")
	f.text = append(f.text, value...)
	f.text = append(f.text, "\r\n"...)
}

// AddSensitive appends a parameter whose value is hidden from the log if the vendor's
// answer echoes it.
func (f *Form) AddSensitive(name string, value sensitive.String) {
	f.Add(name, value.Reveal())
	f.Hide(value)
}

// AddFile appends a file parameter without copying its content.
func (f *Form) AddFile(name string, content sensitive.Bytes) {
	f.part(name, name)
	f.files = append(f.files, file{len(f.text), content})
	f.text = append(f.text, "\r\n"...)
}

func (f *Form) part(name, filename string) {
	f.text = append(f.text, "--"...)
	f.text = append(f.text, f.boundary...)
	f.text = append(f.text, "\r\nContent-Disposition: form-data; name=\""...)
	f.text = append(f.text, name...)
	if filename != "" {
		f.text = append(f.text, "\"; filename=\""...)
		f.text = append(f.text, filename...)
		f.text = append(f.text, "\"\r\nContent-Type: application/octet-stream\r\n\r\n"...)
		return
	}
	f.text = append(f.text, "\"\r\n\r\n"...)
}

// close ends the form; see Body.
func (f *Form) close() (length int64, open func() (io.ReadCloser, error)) {
	f.text = append(f.text, "--"...)
	f.text = append(f.text, f.boundary...)
	f.text = append(f.text, "--\r\n"...)
	if len(f.files) == 0 {
		// net/http sends the header and a bytes.Reader in one packet.
		return int64(len(f.text)), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.text)), nil }
	}
	length = int64(len(f.text))
	for _, file := range f.files {
		length += int64(file.content.Len())
	}
	return length, f.open
}

// open returns a reader of the form; see hold.
func (f *Form) open() (io.ReadCloser, error) {
	r, err := f.hold()
	if err != nil {
		return nil, err
	}
	sent, pieces := 0, len(f.files)+1
	for _, file := range f.files {
		pieces += len(file.content.Pieces())
	}
	rest := make(net.Buffers, 0, pieces)
	for _, file := range f.files {
		rest = append(rest, f.text[sent:file.offset])
		rest = append(rest, file.content.Pieces()...)
		sent = file.offset
	}
	rest = append(rest, f.text[sent:])
	r.rest = &rest
	return r, nil
}

func (f *Form) contentType() string { return f.mediaType }
