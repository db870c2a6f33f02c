package providertest

import (
	"net/http"
	"strings"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/results"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/wire"
)

func shownChecks() []check {
	return []check{
		{"shown/behind-a-code", shownBehindACode},
		{"shown/request-id", shownRequestID},
	}
}

// spoilt are texts that callers must not see, each with the mark QZ within, in small letters and in
// capitals: controls, bidi, invisible characters, what is not ASCII, quotes, markup, digits, length.
func spoilt() []string {
	texts := []string{strings.Repeat("qz_", 50), strings.Repeat("qz", 100)}
	for _, within := range []string{
		"\x00", "\x07", "\r\n", "\t", "\x1b[2J", "\x7f", "\u0085", "\u200b", "\u202e", "\u2028", "\u2066", "\ufeff", "\ufffd",
		"é", "错", "ı", "ſ", "\u212a", "\uff21", `"`, "'", "`", "\\", "<b>", "&", "%00", "$", "@", strings.Repeat("_", 129),
	} {
		texts = append(texts, "qz"+within+"qz")
	}
	return texts
}

// Whatever stands behind a known code or before it, callers see none of it unless it looks like a code.
func shownBehindACode(t *trial) {
	for _, text := range append(spoilt(), "qz4151008123456789") {
		for _, row := range t.Provider.Codes {
			t.requireUnspoilt(row.Code + "." + text)
			t.requireUnspoilt(row.Code + ":" + text)
		}
		first := t.Provider.Codes[0].Code
		for _, said := range []string{
			text, first + "_" + text, first + " " + text, first + "#" + text, first + text,
			text + "." + first, text + ":" + first, text + " " + first, text + first,
		} {
			t.requireUnspoilt(said)
		}
	}
}

// requireUnspoilt makes the full call, without a network, and answers it with the text for a code.
func (t *trial) requireUnspoilt(said string) {
	t.Helper()
	for _, shape := range t.Failures {
		over := &wire.Replay{Status: http.StatusMisdirectedRequest, Body: []byte(failure(shape, said))}
		_, err := t.Product.Open(over, t.Full).Issue(t.Context(), call(t.Full))
		require.Error(t, err)
		got := results.Failure(t, err).Exchange
		results.RequirePresentable(t, got)
		require.NotContains(t, strings.ToUpper(got.Code), "QZ", "of %q", said)
	}
}

// A request id that does not look like one is not shown, wherever it comes.
func shownRequestID(t *trial) {
	id, row := t.Success.Token.Exchange.RequestID, t.Provider.Codes[0]
	for _, text := range spoilt() {
		if t.RequestIDHeader != "" {
			if strings.ContainsFunc(text, unicode.IsControl) {
				continue // net/http takes no such header
			}
			t.vendor.header.Set(t.RequestIDHeader, text)
		}
		for _, shape := range t.Failures {
			body := failure(shape, row.Code)
			for _, known := range []string{t.RequestID, id} {
				if known != "" {
					body = strings.Replace(body, jsonfields.Text(known), jsonfields.Text(text), 1)
				}
			}
			got := t.refuseBody(body, outcome{http.StatusForbidden, row.Reason, false, row.Code, false})
			require.Empty(t, got.RequestID, "of %q", text)
		}
	}
}
