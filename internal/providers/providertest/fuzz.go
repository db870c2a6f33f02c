package providertest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Fuzz answers the full call with any status, Content-Encoding and body. The result
// must be an error that an adapter may give, or a token of a body without an error.
// Neither may show private values or text that callers must not see.
func Fuzz(f *testing.F, p Product) {
	f.Helper()
	requireComplete(f, p)
	f.Add(http.StatusOK, "", []byte(p.Success.Body))
	for _, shape := range p.Failures {
		for _, row := range p.Provider.Codes {
			f.Add(http.StatusForbidden, "", []byte(failure(shape, row.Code)))
		}
	}
	hidden := p.private()
	f.Fuzz(func(t *testing.T, status int, encoding string, body []byte) {
		if status < 100 || status > 999 {
			return // net/http's transport refuses it
		}
		account := p.Provider.Open(p.config(&replay{status, encoding, body}))
		token, err := account.NewTarget(p.ID, p.Full.Parameters).Issue(t.Context(), call(p.Full))
		if err != nil {
			failure := failureOf(t, err)
			hidden.requireNotIn(t, fmt.Sprintf("%+v %v", *failure, failure.Cause))
			requirePresentable(t, failure.Exchange)
			return
		}
		hidden.requireNotIn(t, fmt.Sprintf("%+v", token))
		requirePresentable(t, token.Exchange)
		requireEarned(t, token, fieldsOf(decompressed(encoding, body)), p.ErrorFields)
	})
}

// requirePresentable checks what callers and the log see of an exchange.
func requirePresentable(tb testing.TB, e providers.Exchange) {
	tb.Helper()
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:,"
	for _, shown := range []string{e.Code, e.RequestID} {
		require.True(tb, len(shown) <= 128 && strings.Trim(shown, allowed) == "", "callers see %q", shown)
	}
	require.True(tb, len(e.Text) <= 256 && utf8.ValidString(e.Text), "the log gets %q", e.Text)
	require.GreaterOrEqual(tb, e.ProcessingTime, time.Duration(0))
}

// requireEarned checks that an answer of these fields holds the token and reports no
// error.
func requireEarned(tb testing.TB, token *providers.Token, fields []field, errorFields map[string]string) {
	tb.Helper()
	require.Less(tb, token.Expiry.Time.Year(), 10_000)
	held := false
	for _, f := range fields {
		held = held || f.holds(token.Value.Reveal())
		if success, ok := errorFields[f.name]; ok {
			require.False(tb, f.tellsOfError(success), "a token in spite of %s: %v", f.name, f.value)
		}
	}
	require.True(tb, held, "the answer does not hold the token")
}

// decompressed returns the content of a body, nil if it cannot be had.
func decompressed(encoding string, body []byte) []byte {
	if !strings.EqualFold(encoding, "gzip") {
		return body
	}
	zipped, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	content, err := io.ReadAll(io.LimitReader(zipped, maxAnswerBytes+1))
	if err != nil || len(content) > maxAnswerBytes {
		return nil
	}
	return content
}

// field is a field of an answer, with its value as encoding/json gives it.
type field struct {
	name  string
	value any
}

// fieldsOf returns the fields of a body that is one JSON object, repeated ones too.
func fieldsOf(body []byte) []field {
	var fields []field
	decoder := json.NewDecoder(bytes.NewReader(body))
	if start, _ := decoder.Token(); !json.Valid(body) || start != json.Delim('{') {
		return nil
	}
	for decoder.More() {
		name, _ := decoder.Token() // the body is valid
		f := field{name: name.(string)}
		_ = decoder.Decode(&f.value)
		fields = append(fields, f)
	}
	return fields
}

// tellsOfError reports whether an error field reports an error. success is its value on
// success, with or without a dot.
func (f field) tellsOfError(success string) bool {
	switch value := f.value.(type) {
	case nil:
		return false
	case bool:
		return value
	case string:
		text := strings.TrimSpace(value)
		return text != "" && (success == "" || strings.TrimRight(text, ". ") != success)
	case float64: // a vendor whose code of success is a number writes it as one
		return strconv.FormatFloat(value, 'f', -1, 64) != success
	default:
		return true
	}
}

// holds reports whether the text is a value of the field, or one within.
func (f field) holds(text string) bool {
	switch value := f.value.(type) {
	case string:
		return value == text
	case map[string]any:
		for _, inner := range value {
			if (field{value: inner}).holds(text) {
				return true
			}
		}
	}
	return false
}
