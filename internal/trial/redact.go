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

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/personal"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// redactor decides what of an exchange is shown. A value that is unknown is hidden: the
// adapter that is tried may be wrong about its vendor.
type redactor struct {
	secrets []string // the longest first
	// harmless are values that say nothing of who calls and about whom.
	harmless []string
	// all shows unknown values too, but no secret.
	all bool
	// hide, respelt and blank make the replacements of secrets, of texts that have one
	// in another spelling, and of unknown values.
	hide    *strings.Replacer
	respelt func(text string) string
	blank   func(kind, value string) string
}

func newRedactor(t *trial, wire *recorder, made *call.Call, all bool) *redactor {
	token := cmp.Or(made.Outcome.Token, &providers.Token{})
	r := &redactor{all: all, harmless: []string{t.message.GetReference()}, secrets: append(
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
	if token.Expiry.Source == providers.VendorStated {
		r.harmless = append(r.harmless, strconv.FormatInt(token.Expiry.Time.Unix(), 10))
	}
	for _, attempt := range made.Outcome.Attempts {
		e := &attempt.Exchange
		r.harmless = append(r.harmless, e.Reference, e.RequestID, e.Text, http.StatusText(e.HTTPStatus),
			strconv.FormatInt(e.ProcessingTime.Milliseconds(), 10))
	}
	for _, value := range wire.values() { // a signature may come back
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

// replacer replaces the secrets, in every spelling in which they may come back but for
// the escapes of JSON.
func (r *redactor) replacer(by func(secret string) string) *strings.Replacer {
	var pairs []string
	for _, secret := range r.secrets {
		for _, spelled := range []string{
			secret, strings.ToUpper(secret), strings.ToLower(secret),
			url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
		} {
			pairs = append(pairs, spelled, by(spelled))
		}
	}
	return strings.NewReplacer(pairs...)
}

// setting is a number or a word of the kind that vendors' settings are. No signature is.
var setting = regexp.MustCompile(`^(-?[0-9]{1,13}|[a-z]{1,12}(_[a-z]{1,12}){0,2}[0-9]?)$`)

func (r *redactor) isSetting(value string) bool {
	return setting.MatchString(value) || r.isHarmless(value)
}

// sent returns a value of the request as it is to be shown.
func (r *redactor) sent(value string) string {
	if r.isSetting(value) && r.hide.Replace(value) == value {
		return value
	}
	return sensitive.Redacted
}

// received returns a value of the answer's head as it is to be shown.
func (r *redactor) received(value string) string {
	if r.all || r.isHarmless(value) {
		return r.hidden(value)
	}
	return sensitive.Redacted
}

func (r *redactor) isHarmless(value string) bool { return slices.Contains(r.harmless, value) }
