package admin

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
)

// maxFormBytes is the most that the page sends.
const maxFormBytes = 16 << 10

// readJSON returns the body of a request, or refuses it. It insists on a media type that browsers
// let no form of another origin send.
func readJSON(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		http.Error(w, "the body must be application/json", http.StatusUnsupportedMediaType)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFormBytes))
	if err != nil {
		http.Error(w, "the body must be whole, of at most 16 KiB", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	return body, true
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	encoded, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(encoded, '\n'))
}
