package standin

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// Reply is an answer before it is written.
type Reply struct {
	Status      int
	ContentType string
	Location    string
	Header      map[string]string // all others
	Body        []byte

	Token string // what it issues
	Code  string // the vendor's words for why it issues nothing
}

// JSON encodes values without the escapes for HTML that encoding/json writes by default.
func JSON(status int, body any) Reply {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // all answers are structs of texts and numbers
	return Reply{Status: status, ContentType: "application/json", Body: text.Bytes()}
}

// TooLarge is H5-Lite RAW-GetToken, Universal Errors, 413: "Returns plain text, not
// JSON".
func TooLarge() Reply {
	const text = "Request Entity Too Large"
	return Reply{Status: http.StatusRequestEntityTooLarge, ContentType: "text/plain", Body: []byte(text), Code: text}
}

// Write sends the answer. That a client has disconnected is not an error.
func (a Reply) Write(w http.ResponseWriter) {
	header := w.Header()
	header["Content-Type"] = nil // else net/http guesses one
	if a.ContentType != "" {
		header.Set("Content-Type", a.ContentType)
	}
	if a.Location != "" {
		header.Set("Location", a.Location)
	}
	for name, value := range a.Header {
		header.Set(name, value)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}
