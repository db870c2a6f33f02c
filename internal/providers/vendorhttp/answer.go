package vendorhttp

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/hostname"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
)

// Limits of an answer's strings.
const (
	maxTextBytes      = 256
	maxRequestIDBytes = 128
	maxShownBytes     = 128 // of a code and what follows it
	maxCodeBytes      = 64
	maxCodeDigits     = 6
	maxCodeWord       = 20
	maxTokenBytes     = 4096
)

// Answer is the HTTP answer of a vendor's server. The adapter decodes the body, sets
// what the body says of the exchange, and then builds a token or one of the failures.
type Answer struct {
	exchange providers.Exchange
	header   http.Header
	content  []byte
	request  *bodies.Envelope
	call     providers.Call
	// statuses are what the vendor's document says of HTTP statuses.
	statuses providers.CodeTable
	// arrived is when the header of the answer arrived.
	arrived  time.Time
	progress progress
}

// Decode decodes the body as JSON into v, a struct, and reports whether it is JSON. A
// field of another type than in v is left as it was; a body that is truncated, too large
// or not JSON is never repaired.
func (a *Answer) Decode(v any) bool {
	err := json.Unmarshal(a.content, v)
	_, otherType := errors.AsType[*json.UnmarshalTypeError](err)
	return err == nil || otherType
}

// Succeeded reports whether the HTTP status is 2xx.
func (a *Answer) Succeeded() bool {
	return a.exchange.HTTPStatus >= 200 && a.exchange.HTTPStatus <= 299
}

// IsStatus reports whether a code is no more than the HTTP status again, as proxies write it too.
func (a *Answer) IsStatus(code string) bool { return code == strconv.Itoa(a.exchange.HTTPStatus) }

// Exchange returns what is known of the exchange so far.
func (a *Answer) Exchange() providers.Exchange { return a.exchange }

// Header returns the value of a header of the answer, as the vendor's document spells its name;
// "" if there is none.
func (a *Answer) Header(name string) Text { return Text(a.header.Get(name)) }

// SetRequestID sets the vendor's request id if the text looks like one: callers see it.
func (a *Answer) SetRequestID(id Text) {
	if len(id) <= maxRequestIDBytes && strings.IndexFunc(string(id), notOfID) < 0 && !a.echoedInID(string(id)) {
		a.exchange.RequestID = string(id)
	}
}

// notOfID reports whether no request id has the character.
func notOfID(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.:,", r)
}

// SetText sets the vendor's message for the log, at most 256 bytes, with blanks in place of characters
// that a terminal would obey or not show. A message that may repeat something sensitive of the request
// is left out, and so is JSON.
func (a *Answer) SetText(message Text) {
	text := shown(string(message))
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		return
	}
	if !a.echoedInText(text) {
		a.exchange.Text = text
	}
}

// shown returns what the log shows of a text of others.
func shown(text string) string {
	text = strings.Map(providers.Visible, strings.ToValidUTF8(text, "�"))
	if len(text) > maxTextBytes {
		text = strings.ToValidUTF8(text[:maxTextBytes], "")
	}
	return text
}

// SetProcessingTime sets how long the vendor says that it took, in milliseconds.
func (a *Answer) SetProcessingTime(milliseconds Scalar) {
	a.exchange.ProcessingTime = milliseconds.milliseconds()
}

// SetBilled sets whether the vendor bills the call.
func (a *Answer) SetBilled(billed providers.Billed) { a.exchange.Billed = billed }

// WithCode returns the failure that a vendor's code means by its table, be it by its family's row
// ("AUTHFAILURE" for "AUTHFAILURE.OTHER"). For a code without a row the HTTP status decides, because it
// may come from a framework or a proxy in front of the vendor.
func (a *Answer) WithCode(table providers.CodeTable, code string) *providers.Error {
	if !table.Has(code) {
		a.exchange.UnknownCode = true
		if a.Shows(code) {
			a.exchange.Code = code
		}
		if a.Succeeded() { // an error in spite of its status
			return &providers.Error{Reason: providers.VendorErrorUnrecognized, Exchange: a.exchange}
		}
		return a.WithoutCode()
	}
	a.exchange.Code = table.Row(code)
	if tail, ofFamily := strings.CutPrefix(code, a.exchange.Code+"."); ofFamily && a.Shows(tail) {
		a.exchange.Code = code
	}
	failure := &providers.Error{Reason: table.Reason(code), Standing: table.Standing(code), Exchange: a.exchange}
	failure.Blame(a.call.Request, table.About(code))
	return failure
}

// ShowReason shows callers, after the failure's code, a reason that is in no table, if it looks like a
// code. Adapters add to a code only by this and by ShowNames.
func (a *Answer) ShowReason(failure *providers.Error, reason string) {
	code := failure.Exchange.Code + ":" + reason
	if failure.Exchange.Code != "" && reason != "" && a.Shows(code) {
		failure.Exchange.Code = code
	}
}

// ShowNames shows callers, after the failure's code, those names of parameters for which there is room.
// They must be the adapter's own names, not text of the vendor's.
func ShowNames(failure *providers.Error, names []string) {
	code, separator := failure.Exchange.Code, ":"
	for _, name := range names {
		if code != "" && len(code)+len(separator)+len(name) <= maxShownBytes {
			code, separator = code+separator+name, ","
		}
	}
	failure.Exchange.Code = code
}

// SetStatuses sets a table of HTTP statuses, for a vendor whose document says what they mean. An answer
// without a known code is read by the row of its status, if there is one.
func (a *Answer) SetStatuses(table providers.CodeTable) { a.statuses = table }

// WithoutCode returns the failure of an answer with neither a token nor a known error code: only the
// HTTP status decides.
func (a *Answer) WithoutCode() *providers.Error {
	failure := &providers.Error{Exchange: a.exchange}
	if status := strconv.Itoa(a.exchange.HTTPStatus); a.statuses.Has(status) && !a.Succeeded() {
		failure.Reason, failure.Standing = a.statuses.Reason(status), a.statuses.Standing(status)
		failure.Blame(a.call.Request, a.statuses.About(status))
		return failure
	}
	switch status := a.exchange.HTTPStatus; {
	case status == http.StatusRequestEntityTooLarge:
		failure.Reason = providers.RequestTooLarge
	case status == http.StatusNotFound:
		failure.Reason = providers.VendorEndpointNotFound
	case status == http.StatusTooManyRequests:
		failure.Reason = providers.VendorRateLimited
	case transient[status], status >= 400 && status < 500 && a.exchange.RetryAfter > 0:
		failure.Reason = providers.VendorInternalError
	case status >= 500, status == statusClientClosedRequest:
		failure.Reason, failure.Ambiguous = providers.VendorInternalError, true
	case status >= 400:
		failure.Reason = providers.VendorErrorUnrecognized
	default:
		return a.WithoutToken()
	}
	failure.Blame(a.call.Request)
	return failure
}

// transient are the statuses below 500 of a server that did not process the request but may later: it
// did not arrive in time, came by the wrong connection, or too early (RFC 9110, sections 15.5.9 and
// 15.5.20; RFC 8470, section 5.2). Other such statuses are transient only with a Retry-After.
var transient = map[int]bool{
	http.StatusRequestTimeout:     true,
	http.StatusMisdirectedRequest: true,
	http.StatusTooEarly:           true,
}

// statusClientClosedRequest is what proxies such as nginx answer when they give up on the server behind
// them, which may have processed the request.
const statusClientClosedRequest = 499

// WithoutToken returns the failure of an answer that reports success without a usable
// token.
func (a *Answer) WithoutToken() *providers.Error {
	return &providers.Error{
		Reason: providers.VendorResponseInvalid, Exchange: a.exchange, Ambiguous: true, Cause: errNoToken,
	}
}

var errNoToken = errors.New("the answer holds no usable token and no error code")

// Shows reports whether callers may see a code that is in no table: it must look like one (words in
// capitals or a short number) and repeat nothing sensitive of the request.
func (a *Answer) Shows(code string) bool {
	digits, word := 0, 0
	for _, r := range code {
		word++
		if r == '_' || r == ':' || r == '.' {
			word = 0
		}
		switch {
		case word > maxCodeWord:
			return false
		case r >= '0' && r <= '9':
			digits++
		case (r < 'A' || r > 'Z') && r != '_' && r != ':' && r != '.':
			return false
		}
	}
	return len(code) <= maxCodeBytes && digits <= maxCodeDigits && !a.echoedInCode(code)
}

// CanonicalCode returns a code in the spelling of code tables: capitals, underscores for blanks, no blank
// or dot at the end. Letters beyond ASCII stay, because the capitals of some are within ASCII.
func CanonicalCode(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == ' ':
			return '_'
		default:
			return r
		}
	}, strings.TrimRight(strings.TrimSpace(code), ". "))
}

// UsableToken reports whether the token can be given to a client: 1 to 4096 bytes of ASCII, without
// blanks, control characters, and characters that end a value in HTML, JSON or a shell. All documented
// tokens are letters, digits and some punctuation.
func UsableToken(token string) bool {
	unusable := func(r rune) bool {
		switch r {
		case '<', '>', '"', '\'', '`', '\\':
			return true
		default:
			return r <= ' ' || r >= '\x7f'
		}
	}
	return token != "" && len(token) <= maxTokenBytes && strings.IndexFunc(token, unusable) < 0
}

// UsablePage reports whether a client can be sent to the address: it must be https, usable as a token is,
// and have a host that every browser reads in the same way.
func UsablePage(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil {
		return false
	}
	_, ok := hostname.Of(u)
	return ok && UsableToken(address)
}
