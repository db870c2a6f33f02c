package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// setDate dates the answer by the stand-in's clock, as net/http would by its own.
func setDate(w http.ResponseWriter, t time.Time) {
	w.Header().Set("Date", t.UTC().Format(http.TimeFormat))
}

// writeJSON writes values as they came, without the escapes that encoding/json
// has for HTML. A client that has gone away is no concern of the stand-in.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body)
}

// writeTooLarge is H5-Lite RAW-GetToken, Universal Errors, 413: "Returns plain
// text, not JSON".
func writeTooLarge(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusRequestEntityTooLarge)
	_, _ = io.WriteString(w, "Request Entity Too Large")
}
