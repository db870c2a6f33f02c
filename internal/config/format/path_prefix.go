package format

import (
	"net/url"
	"path"
)

// PathPrefix returns text if it is "" or a clean path, without characters that a URL would
// have to escape, or else what is wrong with it.
func PathPrefix(text string) (prefix, problem string) {
	if text == "" {
		return "", ""
	}
	escaped := (&url.URL{Path: text}).EscapedPath()
	if text[0] != '/' || text == "/" || path.Clean(text) != text || escaped != text {
		return "", `must be "", or begin with / and not end with it, and need no escaping`
	}
	return text, ""
}
