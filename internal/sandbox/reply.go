package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// reply is an answer before it is written.
type reply struct {
	status      int
	contentType string
	location    string
	body        []byte

	token string // what it issues
	code  string // the vendor's words for why it issues nothing
}

// jsonReply encodes values without the escapes for HTML that encoding/json writes by
// default.
func jsonReply(status int, body any) reply {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // all answers are structs of texts and numbers
	return reply{status: status, contentType: "application/json", body: text.Bytes()}
}

// tooLarge is H5-Lite RAW-GetToken, Universal Errors, 413: "Returns plain text, not
// JSON".
func tooLarge() reply {
	const text = "Request Entity Too Large"
	return reply{status: http.StatusRequestEntityTooLarge, contentType: "text/plain", body: []byte(text), code: text}
}

// write sends the answer. That a client has disconnected is not an error.
func (a reply) write(w http.ResponseWriter) {
	header := w.Header()
	header["Content-Type"] = nil // else net/http guesses one
	if a.contentType != "" {
		header.Set("Content-Type", a.contentType)
	}
	if a.location != "" {
		header.Set("Location", a.location)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}
