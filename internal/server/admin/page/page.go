// Package page is the operators' page: it shows people what /routes and /recent say. It must not
// know where that comes from: the page asks its own listener and nothing else.
package page

import (
	"bytes"
	"embed"
	"mime"
	"net/http"
	"path"
	"time"
)

// policy lets the page load from and call only its own listener, run no text as a script, and be
// framed by nobody.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

//go:embed files
var files embed.FS

// Files are the handlers of the page, which is at "/", and of what it loads, by their patterns.
func Files() map[string]http.Handler {
	all := make(map[string]http.Handler)
	entries, _ := files.ReadDir("files") // it is embedded
	for _, entry := range entries {
		text, _ := files.ReadFile("files/" + entry.Name())
		if entry.Name() == "index.html" {
			all["/{$}"] = file(entry.Name(), text)
		} else {
			all["/page/"+entry.Name()] = file(entry.Name(), text)
		}
	}
	return all
}

func file(name string, text []byte) http.Handler {
	mediaType := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".js" {
		mediaType = "text/javascript; charset=utf-8" // whatever the machine's own table says
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Type", mediaType)
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
	})
}
