package vendorhttp

import (
	"slices"
	"strings"
	"unicode"

	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/sensitive/echo"
)

const (
	// leastEcho is the length in bytes of the shortest value that an id is searched for.
	leastEcho = 6
	// maxFileEcho is how much of a file is compared: its beginning.
	maxFileEcho = 64
)

// echoedInText reports whether a vendor's text may repeat a sensitive value, a photo or a
// part of one.
func (e *Envelope) echoedInText(text string) bool {
	values := slices.Clip(e.hidden)
	for _, file := range e.files {
		values = append(values, beginning(file.content))
	}
	return echo.InText(text, values...)
}

// echoedInCode is echoedInID for a code in the spelling of code tables.
func (e *Envelope) echoedInCode(code string) bool {
	return e.echoedInID(code) || slices.ContainsFunc(e.hidden, func(value string) bool {
		return len(value) >= leastEcho && strings.Contains(code, CanonicalCode(value))
	})
}

// echoedInID reports whether a request id may repeat a sensitive value, its half or its
// digits; of a short value, which any id may hold by chance, only all of it between what
// is no letter or digit.
func (e *Envelope) echoedInID(id string) bool {
	read := echo.ReadID(id)
	defer read.Release()
	for _, value := range e.hidden {
		if len(value) < leastEcho {
			if isWordOf(id, value) {
				return true
			}
			continue
		}
		if read.Repeats(value) {
			return true
		}
	}
	return false
}

// isWordOf reports whether the id has the value between what is no letter or digit.
func isWordOf(id, value string) bool {
	return slices.Contains(strings.FieldsFunc(id, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), value)
}

// beginning returns the first bytes of a file, "" if its memory was released.
func beginning(content sensitive.Bytes) string {
	if content.IsZero() || !content.Memory().Ref() {
		return ""
	}
	defer content.Memory().Free()
	first := content.Pieces()[0]
	return string(first[:min(len(first), maxFileEcho)])
}
