package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/gen"
	"github.com/liveness-gateway/gateway/internal/openapitest"
)

// docsPages are what the API page consists of, with each part's media type.
var docsPages = map[string]string{
	"/docs":                      "text/html",
	"/docs/":                     "text/html",
	"/docs/page.js":              "text/javascript",
	"/docs/openapi.json":         "application/json",
	"/docs/swagger-ui.css":       "text/css",
	"/docs/swagger-ui-bundle.js": "text/javascript",
	"/docs/favicon-32x32.png":    "image/png",
}

// getDocs fetches a part of the page, decompressed.
func (g *gateway) getDocs(t *testing.T, path string) (header http.Header, body string) {
	t.Helper()
	answer, err := g.client.Get("http://" + g.restAddress + path)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.Header, string(text)
}

func TestDocsPage(t *testing.T) {
	g := start(t, issues)
	for path, mediaType := range docsPages {
		t.Run(path, func(t *testing.T) {
			header, body := g.getDocs(t, path)
			require.NotEmpty(t, body)
			require.Equal(t, mediaType, strings.Split(header.Get("Content-Type"), ";")[0])
			require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"))
			require.Equal(t, "no-referrer", header.Get("Referrer-Policy"))
			requireOwnOriginOnly(t, header.Get("Content-Security-Policy"))
		})
	}
	require.Equal(t, http.StatusNotFound, g.send(t, http.MethodGet, "/docs/index.html", "").httpStatus)
	require.Equal(t, http.StatusNotFound, g.send(t, http.MethodPost, "/docs", "").httpStatus)
}

// Swagger UI is sent as it is in the binary: who asks without gzip does not have it unpacked.
func TestSwaggerUIIsNotUnpacked(t *testing.T) {
	g := start(t, issues)
	request, err := http.NewRequest(http.MethodGet, "http://"+g.restAddress+"/docs/swagger-ui-bundle.js", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Accept-Encoding", "identity")
	answer, err := g.client.Do(request)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(t, "gzip", answer.Header.Get("Content-Encoding"))
}

// requireOwnOriginOnly checks that a policy shuts out what it does not name, lets
// nothing come from another origin, and no script but from a file.
func requireOwnOriginOnly(t *testing.T, policy string) {
	t.Helper()
	directives := map[string][]string{}
	for directive := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(directive)
		directives[words[0]] = words[1:]
	}
	for _, name := range []string{"default-src", "base-uri", "form-action", "frame-ancestors"} {
		require.Equal(t, []string{"'none'"}, directives[name], name)
		delete(directives, name)
	}
	require.Equal(t, []string{"'self'", "data:"}, directives["img-src"])
	delete(directives, "img-src")
	for name, sources := range directives {
		require.Equal(t, []string{"'self'"}, sources, name)
	}
}

// What the page's own two files and the style sheet refer to is served from here; what
// the bundle might is left to the policy, and to the browser in test/system.
func TestDocsPageLoadsNothingFromElsewhere(t *testing.T) {
	g := start(t, issues)
	_, page := g.getDocs(t, "/docs")
	_, script := g.getDocs(t, "/docs/page.js")
	_, style := g.getDocs(t, "/docs/swagger-ui.css")

	references := regexp.MustCompile(`(?:src|href|url)[=:] ?"([^"]*)"`).FindAllStringSubmatch(page+script, -1)
	require.Len(t, references, 6)
	for _, reference := range references {
		require.Contains(t, docsPages, reference[1])
	}
	for _, reference := range regexp.MustCompile(`url\(["']?([^)]{5})`).FindAllStringSubmatch(style, -1) {
		require.Equal(t, "data:", reference[1])
	}
	require.NotContains(t, style, "@import")
	require.NotRegexp(t, `https?:|"//`, page+script)
	require.Contains(t, script, "validatorUrl: null")
}

// The file names no host, so that the form calls the gateway that it came from, and
// what it is filled in with is a request that the contract allows.
func TestDocsSpec(t *testing.T) {
	g := start(t, issues)
	_, body := g.getDocs(t, "/docs/openapi.json")
	require.Equal(t, gen.OpenAPI(), body)

	var spec struct {
		Servers []struct{ URL string }
		Paths   map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(body), &spec))
	require.Len(t, spec.Servers, 1)
	require.Equal(t, "/", spec.Servers[0].URL)
	require.Contains(t, spec.Paths, tokensPath)
	examples := openapitest.Examples(t)
	require.NotEmpty(t, examples)
	for name, example := range examples {
		require.False(t, openapitest.BreaksARule(example), name)
	}
}

// Pages of other origins may neither read an answer nor send JSON, the API page
// notwithstanding.
func TestNoAnswerIsSharedWithOtherOrigins(t *testing.T) {
	g := start(t, issues)
	for _, path := range []string{"/docs", "/docs/openapi.json", tokensPath} {
		for _, method := range []string{http.MethodOptions, http.MethodGet, http.MethodPost} {
			request, err := http.NewRequestWithContext(t.Context(), method, "http://"+g.restAddress+path, http.NoBody)
			require.NoError(t, err)
			request.Header.Set("Origin", "https://elsewhere.example")
			request.Header.Set("Access-Control-Request-Method", http.MethodPost)
			request.Header.Set("Access-Control-Request-Headers", "content-type")
			answer, err := g.client.Do(request)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			for name := range answer.Header {
				require.NotContains(t, name, "Access-Control", "%s %s", method, path)
			}
		}
	}
}
