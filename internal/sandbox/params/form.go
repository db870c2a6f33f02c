package params

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/liveness-gateway/gateway/internal/sandbox/photo"
)

const (
	// maxBody is H5-Lite RAW-GetToken, Universal Errors, 413: "Request size
	// exceeds 20MB limit".
	maxBody = 20_000_000
	// maxText bounds what is kept of one text, and of a whole URL-encoded body.
	// The longest documented text has 4096 bytes.
	maxText = 64 << 10
	// maxParts bounds a multipart body. The largest documented one has 28.
	maxParts = 100
)

var errTooMuch = errors.New("more than any document describes")

// FormData reads the parameters of an endpoint whose document asks for form-data.
func FormData(w http.ResponseWriter, r *http.Request) Input { return readForm(w, r, false) }

// AnyForm reads the parameters of an endpoint whose document does not.
func AnyForm(w http.ResponseWriter, r *http.Request) Input { return readForm(w, r, true) }

// readForm reads the body to its end, or up to maxBody. A body that it cannot read has no
// values.
func readForm(w http.ResponseWriter, r *http.Request, urlencoded bool) Input {
	body := http.MaxBytesReader(w, r.Body, maxBody)
	f, err := parseForm(body, r.Header.Get("Content-Type"), urlencoded)
	if err != nil {
		f = Values{}
	}
	_, err = io.Copy(io.Discard, body)
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	return Input{Values: f, TooLarge: tooLarge}
}

func parseForm(body io.Reader, contentType string, urlencoded bool) (Values, error) {
	media, parameters, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
		return nil, err
	case media == "multipart/form-data":
		return parseMultipart(multipart.NewReader(body, parameters["boundary"]))
	case media == "application/x-www-form-urlencoded" && urlencoded:
		return parseURLEncoded(body)
	default:
		return Values{}, nil
	}
}

func parseMultipart(parts *multipart.Reader) (Values, error) {
	f := Values{}
	for range maxParts {
		part, err := parts.NextPart()
		// A bare io.EOF is the final boundary.
		if err == io.EOF { //nolint:errorlint // a wrapped one is a body cut short
			return f, nil
		}
		if err != nil {
			return nil, err
		}
		if _, repeated := f[part.FormName()]; repeated {
			continue
		}
		if f[part.FormName()], err = readPart(part); err != nil {
			return nil, err
		}
	}
	return nil, errTooMuch
}

func readPart(part *multipart.Part) (Value, error) {
	if part.FileName() != "" {
		// What is no photo is for the parameter's own check to refuse, and a broken
		// body for the next part.
		file := &file{reader: part}
		pixels := photo.Size(file)
		_, _ = io.Copy(io.Discard, file)
		return Value{Type: File, Pixels: pixels, Size: file.size, Start: string(file.start)}, nil
	}
	text, err := io.ReadAll(io.LimitReader(part, maxText+1))
	return Value{Text: string(text), Cut: len(text) > maxText}, err
}

// file looks at what is read of a file.
type file struct {
	reader io.Reader
	size   int64
	start  []byte
}

func (f *file) Read(p []byte) (int, error) {
	n, err := f.reader.Read(p)
	f.size += int64(n)
	f.start = append(f.start, p[:min(n, 4-len(f.start))]...)
	return n, err
}

func parseURLEncoded(body io.Reader) (Values, error) {
	text, err := io.ReadAll(io.LimitReader(body, maxText+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxText {
		return nil, errTooMuch
	}
	query, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, err
	}
	return Query(query), nil
}

// Query reads the parameters of a query.
func Query(query url.Values) Values {
	f := Values{}
	for name := range query {
		f[name] = Value{Text: query.Get(name)}
	}
	return f
}
