package params

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"unicode/utf8"
)

const (
	// maxNames bounds the values of a JSON body. The largest documented one has 40.
	maxNames = 1000
	// maxDepth bounds how deep they are nested; the deepest documented one has four.
	maxDepth = 16
)

var (
	errTwice = errors.New("a name stands twice in an object")
	errJSON  = errors.New("the body is not one JSON object")
)

// Reader reads a request's body.
type Reader func(http.ResponseWriter, *http.Request) Input

// JSON reads the parameters of a JSON object of at most limit bytes, and keeps the body.
// Members of members are named "a.b", elements "a[0]". A body that is not one object, or
// in which a name stands twice, or of another media type has the problem BadBody and no
// values.
func JSON(limit int64, mediaType string) Reader {
	return func(w http.ResponseWriter, r *http.Request) Input {
		in := Raw(limit)(w, r)
		if in.TooLarge {
			return in
		}
		values, err := parseJSON(in.Body)
		if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != mediaType || err != nil {
			in.Problem = BadBody
			return in
		}
		in.Values = values
		return in
	}
}

// Raw keeps a body of at most limit bytes as it came, for those whose signature covers
// it.
func Raw(limit int64) Reader {
	return func(w http.ResponseWriter, r *http.Request) Input {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
		_, tooLarge := errors.AsType[*http.MaxBytesError](err)
		in := Input{Values: Values{}, Body: body, TooLarge: tooLarge}
		if err != nil && !tooLarge {
			in.Problem = BadBody
		}
		return in
	}
}

// WithHeaders adds headers to the parameters, whatever the body says under their names.
func WithHeaders(read Reader, names ...string) Reader {
	return func(w http.ResponseWriter, r *http.Request) Input {
		in := read(w, r)
		for _, name := range names {
			delete(in.Values, name)
			if text := r.Header.Get(name); text != "" {
				in.Values[name] = Value{Text: text}
			}
		}
		return in
	}
}

// parseJSON reads by tokens: decoding into a map would hide a name that stands twice.
func parseJSON(body []byte) (Values, error) {
	if !utf8.Valid(body) {
		return nil, errJSON
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	reader := jsonReader{decoder, Values{}}
	first, err := decoder.Token()
	if err != nil || first != json.Delim('{') {
		return nil, errJSON
	}
	if err := reader.object("", 1); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errJSON
	}
	return reader.values, nil
}

type jsonReader struct {
	decoder *json.Decoder
	values  Values
}

func (r jsonReader) object(prefix string, depth int) error {
	for r.decoder.More() {
		name, err := r.decoder.Token()
		if err != nil {
			return err
		}
		path := prefix + fmt.Sprint(name)
		if _, twice := r.values[path]; twice {
			return errTwice
		}
		if err := r.value(path, depth); err != nil {
			return err
		}
	}
	_, err := r.decoder.Token()
	return err
}

func (r jsonReader) list(prefix string, depth int) error {
	for i := 0; r.decoder.More(); i++ {
		if err := r.value(prefix+"["+strconv.Itoa(i)+"]", depth); err != nil {
			return err
		}
	}
	_, err := r.decoder.Token()
	return err
}

func (r jsonReader) value(path string, depth int) error {
	token, err := r.decoder.Token()
	if err != nil {
		return err
	}
	if len(r.values) == maxNames || depth == maxDepth {
		return errTooMuch
	}
	switch token := token.(type) {
	case string:
		r.values[path] = Value{Text: token}
	case json.Number:
		r.values[path] = Value{Type: Number, Text: token.String()}
	case bool:
		r.values[path] = Value{Type: Bool, Text: strconv.FormatBool(token)}
	case json.Delim:
		if token == '[' {
			r.values[path] = Value{Type: List}
			return r.list(path, depth+1)
		}
		r.values[path] = Value{Type: Object}
		return r.object(path+".", depth+1)
	default:
		r.values[path] = Value{Type: Null}
	}
	return nil
}
