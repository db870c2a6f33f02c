package trial

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/personal"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/trial/record"
)

// redactor decides what of an exchange is shown. A value that is unknown is hidden: the
// adapter that is tried may be wrong about its vendor.
type redactor struct {
	secrets []string // the longest first
	// harmless are values that say nothing of who calls and about whom.
	harmless []string
	// photos are the beginnings of the request's photos, as base64.
	photos []string
	// all shows unknown values too, but no secret.
	all bool
	// hide, respelt and blank make the replacements of secrets, of texts that have one
	// in another spelling, and of unknown values.
	hide    func(text string) string
	respelt func(text string) string
	blank   func(kind, value string) string
}

func newRedactor(t *trial, wire *record.Exchange, made *call.Call, all bool) *redactor {
	token := cmp.Or(made.Outcome.Token, &providers.Token{})
	r := &redactor{all: all, harmless: []string{t.message.GetReference()}, photos: t.photos, secrets: append(
		personal.Texts(t.message), token.Value.Reveal(), token.SessionID.Reveal(), token.Client.URL.Reveal(), token.Client.Digits.Reveal(),
	)}
	for _, value := range token.Client.Parameters {
		r.secrets = append(r.secrets, value.Reveal())
	}
	for _, credential := range t.account.Credentials {
		for _, secret := range credential.Secrets {
			r.secrets = append(r.secrets, secret.Reveal())
		}
	}
	for _, value := range t.parameters {
		r.harmless = append(r.harmless, value)
	}
	r.harmless = append(r.harmless, strings.FieldsFunc(t.product.Document, isNoWord)...) // as the name of an action
	if token.Expiry.Source == providers.VendorStated {
		r.harmless = append(r.harmless, timesOf(token.Expiry.Time)...)
	}
	for _, attempt := range made.Outcome.Attempts {
		e := &attempt.Exchange
		r.harmless = append(r.harmless, e.Reference, e.RequestID, e.Text, http.StatusText(e.HTTPStatus),
			strconv.FormatInt(e.ProcessingTime.Milliseconds(), 10))
	}
	for _, value := range sentValues(wire) { // a signature may come back
		if !r.isSetting(value) {
			r.secrets = append(r.secrets, value)
		}
	}
	r.secrets = slices.DeleteFunc(r.secrets, func(secret string) bool { return secret == "" })
	slices.SortFunc(r.secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	r.hide = r.replacer(func(string) string { return sensitive.Redacted })
	r.respelt = func(text string) string { return fmt.Sprintf("<re-spelt, %d bytes>", len(text)) }
	r.blank = func(kind, value string) string { return fmt.Sprintf("<%s, %d bytes>", kind, len(value)) }
	return r
}

// signature is what a header holds of one beside words: 20 bytes in base64 at least, or in hexadecimal.
var signature = regexp.MustCompile(`[A-Za-z0-9+/_-]{26,}`)

// sentValues are the texts that are sent, but for the usual headers.
func sentValues(wire *record.Exchange) []string {
	if wire.Sent == nil {
		return nil
	}
	var values []string
	for _, query := range wire.Sent.URL.Query() {
		values = append(values, query...)
	}
	for name, header := range wire.Sent.Header {
		if !slices.Contains(harmlessHeaders, name) {
			values = append(values, header...)
			for _, value := range header { // of which a vendor may repeat the signature alone
				values = append(values, signature.FindAllString(value, -1)...)
			}
		}
	}
	for _, part := range wire.Form() {
		if !part.File {
			values = append(values, part.Value)
		}
	}
	return values
}

// timesOf are the ways in which vendors write a time.
func timesOf(stated time.Time) []string {
	return []string{strconv.FormatInt(stated.Unix(), 10), stated.UTC().Format(time.RFC3339)}
}

func isNoWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// beginnings returns the beginnings of a request's photos, as base64.
func beginnings(message *livenessv1.IssueLivenessTokenRequest) []string {
	var all []string
	for _, photo := range message.GetComparison().GetPhotos() {
		if content := photo.GetContent(); len(content) >= leastPhoto {
			all = append(all, base64.RawStdEncoding.EncodeToString(content[:min(len(content), photoBeginning)]))
		}
	}
	return all
}

const (
	// photoBeginning is how much of a photo is looked for: whole groups of three bytes, so that what
	// follows changes nothing of its base64.
	photoBeginning = 48
	// leastPhoto is less than any photo has; a text may have the base64 of less by chance.
	leastPhoto = 6
)

// fewDigits is what a user reads aloud: any id or time may hold it by chance.
var fewDigits = regexp.MustCompile(`^[0-9]{1,5}$`)

// replacer replaces the secrets, in every spelling in which they may come back but for
// the escapes of JSON by numbers. A few digits are replaced where they are a whole word.
func (r *redactor) replacer(by func(secret string) string) func(text string) string {
	var pairs, digits []string
	for _, secret := range r.secrets {
		if fewDigits.MatchString(secret) {
			digits = append(digits, secret)
			encoded := base64.StdEncoding.EncodeToString([]byte(secret))
			pairs = append(pairs, encoded, by(encoded))
			continue
		}
		for _, spelled := range []string{url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			pairs = append(pairs, spelled, by(spelled))
		}
		for spelled, depth := secret, 0; depth <= 3; spelled, depth = withQuotesEscaped(spelled), depth+1 {
			for _, letters := range []string{spelled, strings.ToUpper(spelled), strings.ToLower(spelled)} {
				pairs = append(pairs, letters, by(letters))
			}
		}
	}
	hide := strings.NewReplacer(pairs...).Replace
	if digits == nil {
		return hide
	}
	words := regexp.MustCompile(`\b(` + strings.Join(digits, "|") + `)\b`)
	return func(text string) string { return words.ReplaceAllStringFunc(hide(text), by) }
}

// withQuotesEscaped returns text as it stands within a JSON string, as a client's metadata may that is
// JSON itself.
func withQuotesEscaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}

// setting is a number or a word of the kind that vendors' settings are. No signature is.
var setting = regexp.MustCompile(`^(-?[0-9]{1,13}|[a-z]{1,12}(_[a-z]{1,12}){0,2}[0-9]?)$`)

func (r *redactor) isSetting(value string) bool {
	return setting.MatchString(value) || r.isHarmless(value)
}

// sent returns a value of the request as it is to be shown.
func (r *redactor) sent(value string) string {
	if r.isSetting(value) && r.hide(value) == value {
		return value
	}
	return sensitive.Redacted
}

// ofRequest returns the redactor for a body that is sent, of which nothing unknown is ever shown: it
// may be a photo.
func (r *redactor) ofRequest() *redactor {
	sent := *r
	sent.all = false
	return &sent
}

// received returns a value of the answer's head as it is to be shown.
func (r *redactor) received(value string) string {
	if r.all || r.isHarmless(value) {
		return r.hidden(value)
	}
	return sensitive.Redacted
}

func (r *redactor) isHarmless(value string) bool { return slices.Contains(r.harmless, value) }
