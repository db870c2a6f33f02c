package vendorhttp

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive/echo/letters"
)

// Refusal is an error that a vendor writes as one text: a code, and perhaps the names of
// the parameters that it is about, as in "BAD_ARGUMENTS: biz_no, uuid".
type Refusal struct {
	// Code is the code in the table's spelling if Known. Otherwise it is the text before
	// the first colon, as CanonicalCode spells it.
	Code  string
	Known bool
	// Parameters are the parameters that are named after the code, in that order.
	Parameters []string
	// Others says that something else is named too.
	Others bool
	// Detail is everything that follows the code.
	Detail string
}

// maxRefusalBytes is how much of a text is read. The longest code and all parameters of a
// product are shorter.
const maxRefusalBytes = 1024

// ReadRefusal reads an error in any of the spellings that vendors use: in capitals or not, with blanks
// for underscores, with a dot at the end, and with any separator, or none, between the code and the
// parameters. Prose after a code is not interpreted.
func ReadRefusal(table providers.CodeTable, parameters []string, message string) Refusal {
	if message = strings.TrimSpace(message); len(message) > maxRefusalBytes {
		message = message[:maxRefusalBytes]
	}
	best, detail, found := longestCode(table, parameters, message)
	for rest, more := cutPreface(message); more && !found; rest, more = cutPreface(rest) {
		best, detail, found = longestCode(table, parameters, rest)
	}
	if !found {
		head, rest, _ := strings.Cut(strings.Replace(message, "：", ":", 1), ":")
		best, detail = CanonicalCode(head), rest
	}
	r := Refusal{Code: best, Known: found, Detail: detail}
	r.Parameters, r.Others = readNames(detail, parameters)
	return r
}

// longestCode returns the longest code that the message begins with, and what follows it.
func longestCode(table providers.CodeTable, parameters []string, message string) (longest, detail string, found bool) {
	for i := range table {
		code := table[i].Code
		if len(code) <= len(longest) {
			continue
		}
		if rest, ok := cutCode(message, code, parameters); ok {
			longest, detail, found = code, rest, true
		}
	}
	return longest, detail, found
}

// prefaces are what servers write before a code: "ERROR: BAD_ARGUMENTS: biz_no".
var prefaces = []string{"error", "err", "error code", "errcode", "error message", "errmsg", "code", "message", "msg", "reason", "failure", "failed", "exception"}

// cutPreface returns what follows a preface, or brackets and the like, at the beginning of the message,
// and whether there is one. A blank or an underscore does not end a preface: "MESSAGE NOT FOUND" is not
// NOT_FOUND.
func cutPreface(message string) (rest string, ok bool) {
	if rest = strings.TrimLeftFunc(message, isSeparator); len(rest) < len(message) {
		return rest, rest != ""
	}
	for _, preface := range prefaces {
		n, begins := matchName(message, preface)
		if !begins {
			continue
		}
		rest = strings.TrimLeftFunc(message[n:], isSeparator)
		gap := message[n : len(message)-len(rest)]
		if rest != "" && (strings.ContainsAny(gap, hardSeparators) || strings.Contains(gap, " - ")) {
			return rest, true
		}
	}
	return "", false
}

// hardSeparators end a code whatever follows. A blank or an underscore does not: the
// code may go on ("INTERNAL ERROR 7" is not known to be INTERNAL_ERROR).
const hardSeparators = ":：,，;；=<>()（）[]{}\"'/|\n\r"

// cutCode returns what follows the code in the message, and whether the message begins
// with the code.
func cutCode(message, code string, parameters []string) (rest string, ok bool) {
	n, ok := matchName(message, code)
	if !ok {
		return "", false
	}
	rest = message[n:]
	gap := rest[:len(rest)-len(strings.TrimLeftFunc(rest, isSeparator))]
	if len(gap) == len(rest) || strings.ContainsAny(gap, hardSeparators) ||
		strings.HasPrefix(gap, ". ") || strings.Contains(gap, " - ") {
		return rest, true
	}
	if names, others := readNames(rest, parameters); len(names) > 0 && !others {
		return rest, true
	}
	// Prose may follow a code that is spelled exactly as in the document.
	return rest, strings.HasPrefix(gap, " ") && strings.Contains(code, "_") && strings.EqualFold(message[:n], code)
}

// matchName returns the length of the name at the beginning of the text, with any separators between its
// words, and whether the text begins with it.
func matchName(text, name string) (n int, ok bool) {
	for i := 0; i < len(name); {
		if letters.IsWordByte(name[i]) {
			if n == len(text) || letters.Lower(text[n]) != letters.Lower(name[i]) {
				return 0, false
			}
			i, n = i+1, n+1
			continue
		}
		for i < len(name) && !letters.IsWordByte(name[i]) {
			i++
		}
		trimmed := strings.TrimLeftFunc(text[n:], isSeparator)
		if len(trimmed) == len(text)-n {
			return 0, false
		}
		n = len(text) - len(trimmed)
	}
	return n, true
}

// readNames reads a list of parameters. An item that is not made of known parameters alone counts as
// something else, unless it explains the parameter before it.
func readNames(list string, parameters []string) (names []string, others bool) {
	for {
		rest := strings.TrimLeftFunc(list, isSeparator)
		gap := list[:len(list)-len(rest)]
		if rest == "" {
			return names, others
		}
		item := rest
		if end := strings.IndexFunc(rest, func(r rune) bool { return isSeparator(r) && r != ' ' && r != '_' }); end >= 0 {
			item = rest[:end]
		}
		list = rest[len(item):]
		found, ok := readItem(item, parameters)
		for _, name := range found {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		others = others || !ok && (len(names) == 0 || !isExplanation(gap, item))
	}
}

// isExplanation reports whether an item is prose about the one before it and not another
// parameter, as in "biz_no (too long)" or "biz_no, see the manual".
func isExplanation(gap, item string) bool {
	return strings.Contains(strings.TrimSpace(item), " ") || !strings.ContainsAny(gap, ",，;；、/|&+和与及或")
}

// readItem reads parameters with nothing but blanks and "and" or "or" between them.
func readItem(item string, parameters []string) (names []string, ok bool) {
	for {
		item = strings.TrimLeftFunc(item, isSeparator)
		if item == "" {
			return names, true
		}
		name, length := "", 0
		for _, candidate := range append([]string{"and", "or"}, parameters...) {
			n, ok := matchName(item, candidate)
			if ok && n > length && endsWord(item[n:]) {
				name, length = candidate, n
			}
		}
		if length == 0 {
			return nil, false
		}
		if name != "and" && name != "or" {
			names = append(names, name)
		}
		item = item[length:]
	}
}

func endsWord(rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || isSeparator(next) && next != '_'
}

// isSeparator reports whether the rune is not part of a word. Ideographs that join the items of a list
// are separators too.
func isSeparator(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) || strings.ContainsRune("和与及或", r)
}
