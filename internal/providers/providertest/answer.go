package providertest

import (
	"compress/gzip"
	"net/http"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
)

func answerChecks() []check {
	return []check{
		{"answer/success", (*trial).requireToken},
		{"answer/lifetime", answerLifetime},
		{"answer/content-type", answerContentType},
		{"answer/gzip", answerGzip},
		{"answer/within-64-KiB", answerLarge},
		{"answer/unknown-field", answerUnknownField},
		{"answer/no-request-id", answerNoRequestID},
		{"answer/unusable-token", answerUnusableToken},
		{"answer/token-under-error-status", answerTokenUnderErrorStatus},
		{"answer/token-beside-error", answerTokenBesideError},
	}
}

// requireToken makes the full call, which must issue the token of Success.
func (t *trial) requireToken() {
	t.Helper()
	want := t.Success.Token
	want.Exchange.HTTPStatus = http.StatusOK
	want.Exchange.Reference = t.Full.Reference
	want.Exchange.Date = vendorTime()
	want.Expiry = t.expiry()
	require.Empty(t, cmp.Diff(&want, t.accept(t.target, call(t.Full)), reveal))
}

// A lifetime is counted by the gateway's clock, not by the vendor's.
func answerLifetime(t *trial) {
	attempt := call(t.Full)
	attempt.ClockOffset = clockOffset
	token := t.accept(t.target, attempt)
	require.Empty(t, cmp.Diff(t.expiry(), token.Expiry))
}

// expiry returns when the token of Success expires by the gateway's clock.
func (t *trial) expiry() providers.Expiry {
	want := t.Success.Token.Expiry
	if t.ExpiryField != "" {
		want.Time = want.Time.Add(-clockOffset)
	}
	return want
}

// An answer is parsed by its content, not by its Content-Type.
func answerContentType(t *trial) {
	for _, contentType := range []string{"text/html", "text/plain; charset=gbk", "application/octet-stream", "/"} {
		t.vendor.answer = answering(http.StatusOK, t.Success.Body, "Content-Type", contentType)
		t.requireToken()
	}
}

func answerGzip(t *trial) {
	var body strings.Builder
	zipped := gzip.NewWriter(&body)
	_, err := zipped.Write([]byte(t.Success.Body))
	require.NoError(t, err)
	require.NoError(t, zipped.Close())
	t.vendor.answer = answering(http.StatusOK, body.String(), "Content-Encoding", "gzip")
	t.requireToken()
}

func answerLarge(t *trial) {
	blanks := strings.Repeat(" ", maxAnswerBytes-len(t.Success.Body))
	t.vendor.answer = answering(http.StatusOK, t.Success.Body+blanks)
	t.requireToken()
}

func answerUnknownField(t *trial) {
	body := jsonfields.Parse(t, t.Success.Body).With("field_of_next_year", []jsonfields.Object{{"error": "x"}})
	t.vendor.answer = answering(http.StatusOK, body.String())
	t.requireToken()
}

// Fields that the documents call "always returned" are sometimes missing.
func answerNoRequestID(t *trial) {
	if t.RequestIDHeader != "" {
		t.vendor.header.Del(t.RequestIDHeader)
		t.Success.Token.Exchange.RequestID = ""
		t.requireToken()
		return
	}
	if t.RequestID != "" { // which only failures have
		row := t.Provider.Codes[0]
		for _, shape := range t.Failures {
			body := strings.Replace(failure(shape, row.Code), jsonfields.Text(t.RequestID), "null", 1)
			require.Empty(t, t.refuseBody(body, outcome{http.StatusForbidden, row.Reason, false, row.Code, false}).RequestID)
		}
		return
	}
	t.vendor.answer = answering(http.StatusOK, t.replace(t.Success.Token.Exchange.RequestID, nil))
	t.Success.Token.Exchange.RequestID = ""
	t.requireToken()
}

func answerUnusableToken(t *trial) {
	token := t.Success.Token.Value.Reveal()
	for _, unusable := range []any{
		nil, "", " ", "<b>" + token + "</b>", token + `"`, "tökén", "two words", "two\nlines", "\x00", "\u202e" + token, token + "\ufffd", 7, true,
		jsonfields.Object{},
		[]string{token},
		strings.Repeat("t", 5000),
	} {
		t.refuseBody(t.replace(token, unusable), outcome{http.StatusOK, providers.VendorResponseInvalid, true, "", false})
	}
}

// A token under a status other than 2xx does not count.
func answerTokenUnderErrorStatus(t *trial) {
	for _, o := range t.uncoded() {
		if o.status != http.StatusOK {
			t.refuseBody(t.Success.Body, o)
		}
	}
}

// An error field, of any type, takes precedence over a 200 and a token in the same body.
func answerTokenBesideError(t *trial) {
	row := t.Provider.Codes[0]
	for _, shape := range t.Failures {
		t.refuseBody(t.withError(jsonfields.Parse(t, failure(shape, row.Code))), outcome{http.StatusOK, row.Reason, false, row.Code, false})
	}
	for name := range t.ErrorFields {
		for _, value := range []any{[]string{}, jsonfields.Object{}, "系统错误", "."} {
			t.refuseBody(t.withError(jsonfields.Object{}.With(name, value)), outcome{http.StatusOK, providers.VendorErrorUnrecognized, false, "", true})
		}
	}
}

// withError returns the body of Success with an error in place of its sign of success.
func (t *trial) withError(failed jsonfields.Object) string {
	t.Helper()
	body := jsonfields.Parse(t, t.Success.Body)
	for path := range t.ErrorFields {
		body = body.Without(path)
	}
	return body.Merged(failed).String()
}
