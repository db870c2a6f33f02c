// Package wire is what an adapter sends, as lines, and a transport that answers it without a network. It must
// not know a product, nor what a line means.
package wire

import (
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// Lines returns a request as lines: its first one; the headers, but for those of any request; the
// parameters of a form in their order, as name=value, a file as name=@content; any other body as it is.
// It reads the body to its end.
func Lines(r *http.Request) []string {
	mediaType, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	lines := []string{r.Method + " " + r.URL.RequestURI(), "Content-Type: " + mediaType}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		switch name {
		case "Accept", "Accept-Encoding", "Content-Length", "Content-Type", "User-Agent":
		default:
			lines = append(lines, name+": "+strings.Join(r.Header[name], ", "))
		}
	}
	if r.ContentLength < 0 { // which not every server takes
		lines = append(lines, "Transfer-Encoding: chunked")
	}
	body, err := content(r.Body, mediaType, parameters["boundary"])
	if err != nil {
		body = append(body, "unreadable: "+err.Error())
	}
	return append(lines, body...)
}

func content(body io.Reader, mediaType, boundary string) ([]string, error) {
	if mediaType == "multipart/form-data" {
		lines, err := parts(multipart.NewReader(body, boundary))
		_, _ = io.Copy(io.Discard, body)
		return lines, err
	}
	all, err := io.ReadAll(body)
	return strings.Split(string(all), "\n"), err
}

func parts(form *multipart.Reader) ([]string, error) {
	var lines []string
	for {
		part, err := form.NextRawPart()
		if err == io.EOF { //nolint:errorlint // wrapped, it is a form that breaks off
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return lines, err
		}
		line := part.FormName() + "="
		if part.FileName() != "" {
			line += "@"
		}
		lines = append(lines, line+string(value))
	}
}
