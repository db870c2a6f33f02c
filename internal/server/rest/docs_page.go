package rest

import (
	_ "embed" // the page and its script
	"net/http"
	"strings"
	"time"

	"github.com/swaggest/swgui/v5/static"

	"github.com/liveness-gateway/gateway/gen"
)

// docsPath is where the API page is; everything that it loads is below.
const docsPath = "/docs"

// docsPolicy lets the page load from and call this server alone, and be framed by
// nobody. Swagger UI's style sheet has its icons as data.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var (
	//go:embed docs/index.html
	docsPage string
	//go:embed docs/page.js
	docsScript string
)

// handleDocs serves the API page: Swagger UI over the generated OpenAPI file, all of it
// from the binary. The page is ours because swgui's has scripts inline, which the policy
// forbids; Swagger UI itself comes from swgui.
func handleDocs(mux *http.ServeMux) {
	page := docsText("text/html; charset=utf-8", docsPage)
	for path, handler := range map[string]http.Handler{
		"":                      page,
		"/{$}":                  page,
		"/page.js":              docsText("text/javascript; charset=utf-8", docsScript),
		"/openapi.json":         docsText("application/json", gen.OpenAPI()),
		"/swagger-ui.css":       swaggerUI("swagger-ui.css.gz", "text/css; charset=utf-8", "gzip"),
		"/swagger-ui-bundle.js": swaggerUI("swagger-ui-bundle.js.gz", "text/javascript; charset=utf-8", "gzip"),
		"/favicon-32x32.png":    swaggerUI("favicon-32x32.png", "image/png", ""),
	} {
		mux.Handle("GET "+docsPath+path, secureDocs(handler))
	}
}

// swaggerUI serves a file of swgui as it is embedded, compressed, whatever the client accepts:
// unpacking 1.4 MiB costs more than a hundred calls, and every browser takes gzip. (A client that
// does not say what it accepts may be sent any coding: RFC 9110, section 12.5.3.) swgui's own
// handler links html/template, which makes the linker keep every method (decision 48).
func swaggerUI(name, mediaType, coding string) http.Handler {
	content, err := static.FS.ReadFile(name)
	if err != nil {
		panic(err) // the file is embedded, so any test notices
	}
	serve := docsText(mediaType, string(content))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if coding != "" {
			w.Header().Set("Content-Encoding", coding)
		}
		serve.ServeHTTP(w, r)
	})
}

func docsText(mediaType, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
	})
}

func secureDocs(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", docsPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-cache") // the next version's page is another
		next.ServeHTTP(w, r)
	})
}
