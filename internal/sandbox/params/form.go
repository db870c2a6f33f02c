package params

import (
	"errors"
	"image"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"unicode/utf8"

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

// Values holds the parameters of a request, the first value of each name.
type Values map[string]Value

// Value is one parameter: a text, or a file of which only the size in pixels is
// kept, 0 by 0 if it is no photo.
type Value struct {
	Text   string
	Cut    bool // text was longer than maxText
	File   bool
	Pixels image.Point
}

// Empty reports whether v is absent or an empty text.
func (v Value) Empty() bool { return !v.File && v.Text == "" }

// Legible reports whether v is whole UTF-8 text.
func (v Value) Legible() bool { return !v.File && !v.Cut && utf8.ValidString(v.Text) }

// FormData reads the parameters of an endpoint whose document asks for form-data.
func FormData(w http.ResponseWriter, r *http.Request) (Values, bool) { return readForm(w, r, false) }

// AnyForm reads the parameters of an endpoint whose document does not.
func AnyForm(w http.ResponseWriter, r *http.Request) (Values, bool) { return readForm(w, r, true) }

// readForm reads the body to its end. It answers false if the body is larger
// than maxBody. A body that it cannot read has no values.
func readForm(w http.ResponseWriter, r *http.Request, urlencoded bool) (Values, bool) {
	body := http.MaxBytesReader(w, r.Body, maxBody)
	f, err := parseForm(body, r.Header.Get("Content-Type"), urlencoded)
	if err != nil {
		f = Values{}
	}
	_, err = io.Copy(io.Discard, body)
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	return f, !tooLarge
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
		return Value{File: true, Pixels: photo.Size(part)}, nil
	}
	text, err := io.ReadAll(io.LimitReader(part, maxText+1))
	return Value{Text: string(text), Cut: len(text) > maxText}, err
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
