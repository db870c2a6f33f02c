package vendorhttp

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/sensitive/echo"
)

const (
	// leastEcho is the length in bytes of the shortest value for which a code is searched.
	leastEcho = 6
	// maxFileEcho is how much of a file is compared: its beginning.
	maxFileEcho = 64
)

// echoedInText reports whether a vendor's text may repeat a sensitive value, a photo or a
// part of one.
func (a *Answer) echoedInText(text string) bool {
	if text == "" {
		return false
	}
	var values []string
	for _, value := range a.request.Hidden() {
		values = append(values, value.Reveal())
	}
	for file := range a.request.Files() {
		values = append(values, beginning(file))
	}
	return echo.InText(text, values...)
}

// echoedInCode is echoedInID for a code in the spelling of code tables.
func (a *Answer) echoedInCode(code string) bool {
	return a.echoedInID(code) || slices.ContainsFunc(a.request.Hidden(), func(hidden sensitive.String) bool {
		value := hidden.Reveal()
		return len(value) >= leastEcho && (strings.Contains(code, CanonicalCode(strings.ToUpper(value))) || holdsBase64(code, value))
	})
}

// holdsBase64 reports whether a text has the value in base64, perhaps as part of something longer. The
// text is in capitals, so its base64 can no longer be decoded.
func holdsBase64(text, value string) bool {
	for before := range 3 {
		encoded := base64.RawURLEncoding.EncodeToString([]byte("\x00\x00"[:before] + value))
		encoded = encoded[[]int{0, 2, 3}[before]:] // without the digits of what is before the value
		if (before+len(value))%3 != 0 {
			encoded = encoded[:len(encoded)-1] // without the digit that it shares with what follows
		}
		if strings.Contains(text, strings.ToUpper(encoded)) {
			return true
		}
	}
	return false
}

// echoedInID reports whether a request id may repeat a sensitive value, half of it, or its digits.
func (a *Answer) echoedInID(id string) bool {
	read := echo.ReadID(id)
	defer read.Release()
	for _, hidden := range a.request.Hidden() {
		if read.Repeats(hidden.Reveal()) {
			return true
		}
	}
	return false
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
