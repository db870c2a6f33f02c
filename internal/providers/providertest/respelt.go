package providertest

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

var noLetters = regexp.MustCompile(`[^A-Za-z0-9]`)

// respellings are ways in which a vendor may repeat a value: encoded, taken apart, or in
// part.
func respellings(value string) map[string]string {
	runes := []rune(value)
	half := len(runes) / 2
	var percent, entities, hexEntities, units strings.Builder
	for _, b := range []byte(value) {
		fmt.Fprintf(&percent, "%%%02X", b)
	}
	for _, r := range runes {
		fmt.Fprintf(&entities, "&#%d;", r)
		fmt.Fprintf(&hexEntities, "&#x%x;", r)
	}
	for _, unit := range utf16.Encode(runes) {
		fmt.Fprintf(&units, "%04x", unit)
	}
	reversed := slices.Clone(runes)
	slices.Reverse(reversed)
	spaced := strings.Split(value, "")
	all := map[string]string{
		"plain":             value,
		"capitals":          strings.ToUpper(value),
		"query-escaped":     url.QueryEscape(value),
		"percent":           percent.String(),
		"percent twice":     strings.ReplaceAll(percent.String(), "%", "%25"),
		"quoted-printable":  strings.ReplaceAll(percent.String(), "%", "="),
		"entities":          entities.String(),
		"hex entities":      hexEntities.String(),
		"entities twice":    html.EscapeString(entities.String()),
		"JSON escapes":      escaped(value),
		"bytes escaped":     strings.ReplaceAll(strings.ToLower(percent.String()), "%", `\x`),
		"base64":            base64.StdEncoding.EncodeToString([]byte(value)),
		"base64 for URLs":   base64.RawURLEncoding.EncodeToString([]byte(value)),
		"base64 within":     base64.StdEncoding.EncodeToString([]byte("n=" + value + "&")),
		"base64 of percent": base64.StdEncoding.EncodeToString([]byte(percent.String())),
		"hex":               hex.EncodeToString([]byte(value)),
		"hex in capitals":   strings.ToUpper(hex.EncodeToString([]byte(value))),
		"hex with blanks":   fmt.Sprintf("% x", value),
		"UTF-16 in hex":     units.String(),
		"spaced":            strings.Join(spaced, " "),
		"with dashes":       strings.Join(spaced, "-"),
		"reversed":          string(reversed),
		"masked":            string(runes[:1]) + "****" + string(runes[len(runes)-1:]),
		"masked end":        string(runes[:half]) + "***",
		"masked start":      "***" + string(runes[half:]),
	}
	for name, part := range map[string]string{"first half": string(runes[:half]), "second half": string(runes[half:])} {
		if len(noLetters.ReplaceAllString(part, "")) >= 6 { // less of it is no echo
			all[name] = part
		}
	}
	return all
}

// What a vendor repeats in another spelling, or in part, is not printed: the log has the
// code alone.
func privacyRespelt(t *trial) {
	tried := make(map[string]bool)
	for _, e := range t.examples() {
		target := t.open(e)
		refusal := func(body string) providers.Exchange {
			t.vendor.answer = answering(http.StatusBadRequest, body)
			_, refused := t.issue(t.Context(), target, call(e))
			require.NotNil(t, refused)
			return refused.Exchange
		}
		for _, value := range t.knownToVendor(e) {
			if tried[value] {
				continue
			}
			tried[value] = true
			for name, spelling := range respellings(value) {
				t.respelt(refusal, name, spelling)
			}
		}
	}
}

// respelt puts a spelling of a value into each field of an error.
func (t *trial) respelt(refusal func(body string) providers.Exchange, name, spelling string) {
	t.Helper()
	code := t.Provider.Codes[0].Code
	for _, shape := range t.Failures {
		failed := parse(t, failure(shape, code))
		plain := refusal(failed.String())
		for field := range failed {
			got := refusal(failed.with(field, code+": "+spelling).String())
			require.Contains(t, []string{"", plain.Text}, got.Text, "%s: %s", name, spelling)
			for _, shown := range []string{got.Code, got.RequestID} {
				require.NotContains(t, strings.ToUpper(shown), strings.ToUpper(spelling), name)
			}
		}
	}
}
