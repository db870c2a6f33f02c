package vendorhttp

import (
	"bytes"
	"encoding/hex"
	"io"
	"net"
	"slices"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Form is a multipart/form-data body. Its length is known before it is sent, and
// files are sent from where they lie: the form keeps references, not copies, so a
// file's bytes must not change until the call is over. Not safe for concurrent
// use.
type Form struct {
	Envelope

	boundary string
	// text is everything but the files; each file stands in it at an offset.
	text  []byte
	files []file
}

type file struct {
	offset  int
	content []byte
}

const (
	// A boundary of 16 random bytes cannot be met in a photo by chance or by intent.
	boundaryBytes = 16
	// typicalTextBytes holds the parameters of most requests.
	typicalTextBytes = 2048
)

// NewForm returns an empty form with a random boundary.
func NewForm(random func([]byte)) *Form {
	return &Form{boundary: RandomText(random, 2*boundaryBytes), text: make([]byte, 0, typicalTextBytes)}
}

// RandomText returns an even number n of random hexadecimal digits.
func RandomText(random func([]byte), n int) string {
	raw := make([]byte, n/2)
	random(raw)
	return hex.EncodeToString(raw)
}

// Add appends a parameter. Names are the vendor's constants and are not escaped.
func (f *Form) Add(name, value string) {
	f.part(name, "")
	f.text = append(f.text, value...)
	f.text = append(f.text, "\r\n"...)
}

// AddSensitive appends a parameter whose value is kept out of the log should the
// vendor's answer repeat it.
func (f *Form) AddSensitive(name string, value sensitive.String) {
	f.Add(name, value.Reveal())
	f.Hide(value)
}

// AddFile appends a file parameter without copying its content.
func (f *Form) AddFile(name string, content sensitive.Bytes) {
	f.part(name, name)
	f.files = append(f.files, file{len(f.text), content.Reveal()})
	f.text = append(f.text, "\r\n"...)
}

func (f *Form) part(name, filename string) {
	f.text = append(f.text, "--"+f.boundary+"\r\nContent-Disposition: form-data; name=\""+name+"\""...)
	if filename != "" {
		f.text = append(f.text, "; filename=\""+filename+"\"\r\nContent-Type: application/octet-stream"...)
	}
	f.text = append(f.text, "\r\n\r\n"...)
}

// close ends the form; see Body.
func (f *Form) close() (length int64, open func() (io.ReadCloser, error)) {
	f.text = append(f.text, "--"+f.boundary+"--\r\n"...)
	length = int64(len(f.text))
	if len(f.files) == 0 {
		// net/http sends the header and a bytes.Reader in one packet.
		return length, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.text)), nil }
	}
	pieces := make(net.Buffers, 0, 2*len(f.files)+1)
	sent := 0
	for _, file := range f.files {
		pieces = append(pieces, f.text[sent:file.offset], file.content)
		length += int64(len(file.content))
		sent = file.offset
	}
	pieces = append(pieces, f.text[sent:])
	return length, func() (io.ReadCloser, error) {
		rest := slices.Clone(pieces)
		return io.NopCloser(&rest), nil
	}
}

func (f *Form) contentType() string { return "multipart/form-data; boundary=" + f.boundary }
