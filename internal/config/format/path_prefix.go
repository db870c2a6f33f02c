package format

import (
	"net/url"
	"path"
)

// pathPrefixProblem returns what is wrong with a text that has to be "" or a clean path, without
// characters that a URL would have to escape.
func pathPrefixProblem(text string) string {
	if text == "" {
		return ""
	}
	escaped := (&url.URL{Path: text}).EscapedPath()
	if text[0] != '/' || text == "/" || path.Clean(text) != text || escaped != text {
		return `must be "", or begin with / and not end with it, and need no escaping`
	}
	return ""
}
