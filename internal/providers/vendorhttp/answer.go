package vendorhttp

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Limits of an answer's strings.
const (
	maxTextBytes = 256
	// maxReadText is what is looked at to find sensitive values in the first 256 bytes.
	maxReadText       = 4 << 10
	maxRequestIDBytes = 128
	maxCodeBytes      = 64
	maxCodeDigits     = 6
	maxCodeWord       = 20
	maxTokenBytes     = 4096
)

// Answer is the HTTP answer of a vendor's server. The adapter decodes the body, sets
// what the body says of the exchange, and then builds a token or one of the failures.
type Answer struct {
	exchange providers.Exchange
	content  []byte
	request  *Envelope
}

// Decode decodes the body as JSON into v, a struct, and reports whether it is JSON. A
// field of another type than in v is left as it was; a body that is truncated, too large
// or not JSON is never repaired.
func (a *Answer) Decode(v any) bool {
	err := json.Unmarshal(a.content, v)
	var otherType *json.UnmarshalTypeError
	return err == nil || errors.As(err, &otherType)
}

// Succeeded reports whether the HTTP status is 2xx.
func (a *Answer) Succeeded() bool {
	return a.exchange.HTTPStatus >= 200 && a.exchange.HTTPStatus <= 299
}

// Exchange returns what is known of the exchange so far.
func (a *Answer) Exchange() providers.Exchange { return a.exchange }

// SetRequestID sets the vendor's request id if the text looks like one: callers see it.
func (a *Answer) SetRequestID(id Text) {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:,"
	if len(id) <= maxRequestIDBytes && strings.Trim(string(id), allowed) == "" && !a.request.hides(string(id)) {
		a.exchange.RequestID = string(id)
	}
}

// SetText sets the vendor's message for the log: at most 256 bytes, without the
// sensitive values of the request. A message that has one in another spelling is left out,
// and so is JSON in place of text: its escapes can hide those values.
func (a *Answer) SetText(message Text) {
	message = message[:min(len(message), maxReadText)]
	if trimmed := strings.TrimSpace(string(message)); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		return
	}
	text := a.request.scrub(strings.ToValidUTF8(string(message), "�"))
	if a.request.hides(text) {
		return
	}
	if len(text) > maxTextBytes {
		text = strings.ToValidUTF8(text[:maxTextBytes], "")
	}
	a.exchange.Text = text
}

// SetProcessingTime sets how long the vendor says that it took, in milliseconds.
func (a *Answer) SetProcessingTime(milliseconds Scalar) {
	a.exchange.ProcessingTime = milliseconds.milliseconds()
}

// SetBilled sets whether the vendor bills the call.
func (a *Answer) SetBilled(billed providers.Billed) { a.exchange.Billed = billed }

// WithCode returns the failure that a vendor's code means by its table.
func (a *Answer) WithCode(table providers.CodeTable, code string) *providers.Error {
	failure := &providers.Error{Reason: table.Reason(code), Standing: table.Standing(code), Exchange: a.exchange}
	if failure.Reason != providers.VendorErrorUnrecognized || a.plausibleCode(code) {
		failure.Exchange.Code = code
	}
	return failure
}

// WithoutCode returns the failure of an answer with neither a token nor an error code:
// the HTTP status alone decides.
func (a *Answer) WithoutCode() *providers.Error {
	failure := &providers.Error{Exchange: a.exchange}
	switch status := a.exchange.HTTPStatus; {
	case status == http.StatusRequestEntityTooLarge:
		failure.Reason = providers.RequestTooLarge
	case status == http.StatusNotFound:
		failure.Reason = providers.VendorEndpointNotFound
	case status == http.StatusTooManyRequests:
		failure.Reason = providers.VendorRateLimited
	case status >= 500:
		failure.Reason, failure.Ambiguous = providers.VendorInternalError, true
	case status >= 400:
		failure.Reason = providers.VendorErrorUnrecognized
	default:
		return a.WithoutToken()
	}
	return failure
}

// WithoutToken returns the failure of an answer that reports success without a usable
// token.
func (a *Answer) WithoutToken() *providers.Error {
	return &providers.Error{
		Reason: providers.VendorResponseInvalid, Exchange: a.exchange, Ambiguous: true, Cause: errNoToken,
	}
}

var errNoToken = errors.New("the answer holds no usable token and no error code")

// plausibleCode reports whether text looks like a code, which callers see: words of
// capitals, or a short number. Nothing that is encoded has words.
func (a *Answer) plausibleCode(code string) bool {
	digits, word := 0, 0
	for _, r := range code {
		if word++; r == '_' || r == ':' {
			word = 0
		}
		switch {
		case word > maxCodeWord:
			return false
		case r >= '0' && r <= '9':
			digits++
		case (r < 'A' || r > 'Z') && r != '_' && r != ':':
			return false
		}
	}
	return len(code) <= maxCodeBytes && digits <= maxCodeDigits && !a.request.hidesAsCode(code)
}

// CanonicalCode returns a code in the spelling of code tables: capitals, underscores for
// blanks, no blank or dot at the end.
func CanonicalCode(code string) string {
	code = strings.ToUpper(strings.TrimRight(strings.TrimSpace(code), ". "))
	return strings.ReplaceAll(code, " ", "_")
}

// UsableToken reports whether the token can be given to a client: text of 1 to 4096
// bytes without blanks or control characters.
func UsableToken(token string) bool {
	unusable := func(r rune) bool { return r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsGraphic(r) }
	return token != "" && len(token) <= maxTokenBytes && strings.IndexFunc(token, unusable) < 0
}
