package main

import (
	"regexp"
	"strings"
)

// tokens are what spreadLists must tell apart; in a string or a comment nothing else
// is one.
var tokens = regexp.MustCompile(`"(?:\\.|[^"\\])*"|//.*|\w+: \[\s*\{|[{},\]]`)

// spreadLists writes each list of messages in an option, name: [{...}, {...}], as
// name: {...}, name: {...}. That is the same, but protobuf.js, with which Node's
// clients load the files, cannot read such lists.
func spreadLists(text string) string {
	var name string // of the current list
	depth := 0      // of braces inside it, 0 between its messages
	return tokens.ReplaceAllStringFunc(text, func(token string) string {
		switch {
		case strings.HasSuffix(token, "{") && token != "{":
			name, _, _ = strings.Cut(token, ":")
			depth = 1
			return name + ": {"
		case name == "":
			return token
		case token == "{" && depth == 0:
			depth++
			return name + ": {"
		case token == "{":
			depth++
		case token == "}":
			depth--
		case token == "]" && depth == 0:
			name = ""
			return ""
		}
		return token
	})
}
