package format

import (
	"strconv"
	"strings"
)

const maxReasonBytes = 200

// Problems returns the formats by their names in the schema, each a function that says what is
// wrong with a text.
func Problems() map[string]func(text string) (problem string) {
	return map[string]func(string) string{
		"listen-address": func(text string) string {
			wrong, _ := ListenProblem(text)
			return wrong
		},
		"base-url":    urlProblem(baseURLProblem),
		"server-url":  urlProblem(serverURLProblem),
		"proxy-url":   urlProblem(proxyProblem),
		"path-prefix": pathPrefixProblem,
		"reason": func(text string) string {
			switch {
			case text == "" || len(text) > maxReasonBytes:
				return "must have 1 to " + strconv.Itoa(maxReasonBytes) + " bytes"
			case strings.TrimSpace(text) == "":
				return "must say why: the next operator reads it"
			default:
				return ""
			}
		},
	}
}
