package providertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func privacyChecks() []check {
	return []check{{"privacy/echo", privacyEcho}, {"privacy/respelt", privacyRespelt}, {"privacy/escaped", privacyEscaped}, {"privacy/account", privacyAccount}}
}

// What a vendor echoes of a request, in any field of an error, is not printed.
func privacyEcho(t *trial) {
	for _, e := range t.examples() {
		for _, value := range t.knownToVendor(e) {
			for _, shape := range t.Failures {
				t.echo(parse(t, failure(shape, t.Provider.Codes[0].Code)), e, value)
			}
		}
	}
}

// knownToVendor returns what the vendor can echo of an example: the credential, and
// the texts and signatures that were sent.
func (t *trial) knownToVendor(e Example) []string {
	var values []string
	for _, secret := range t.credential("test_") {
		values = append(values, secret.Reveal())
	}
	for _, value := range slices.Concat(personal(e.Request), t.Secrets) {
		if e.sends(value) {
			values = append(values, value)
		}
	}
	return values
}

func (t *trial) echo(failed object, e Example, value string) {
	target := t.open(e)
	for name := range failed {
		for _, repeated := range []any{
			value,
			t.Provider.Codes[0].Code + ": " + value,
			"bad " + value + ", " + strings.ToUpper(value),
			object{"value": value},
			json.RawMessage(`["` + escaped(value) + `"]`),
		} {
			t.vendor.answer = answering(http.StatusBadRequest, failed.with(name, repeated).String())
			_, refused := t.issue(t.Context(), target, call(e))
			require.NotNil(t, refused)
		}
	}
}

// A vendor may repeat the request as it was written: what had to be escaped for that is as private
// as any other value.
func privacyEscaped(t *trial) {
	request := *t.Full.Request
	request.SubjectID = sensitive.New(`user <"9173">&\é`)
	attempt := call(t.Full)
	attempt.Request = &request
	shape := parse(t, failure(t.Failures[0], t.Provider.Codes[0].Code))
	for name := range shape {
		t.vendor.answer = func(w http.ResponseWriter, _ *http.Request) {
			received := t.vendor.received()
			sent := received[len(received)-1]
			answering(http.StatusBadRequest, shape.with(name, "bad request: "+strings.Join(sent[1:], " ")).String())(w, nil)
		}
		_, refused := t.issue(t.Context(), t.target, attempt)
		require.NotNil(t, refused)
		require.NotContains(t, printed(refused), "9173", name)
	}
}

// A printed account or target shows no credential.
func privacyAccount(t *trial) {
	t.private.requireNotIn(t, printed(t.Provider.Open(t.config(t.transport)), t.target))
}

// private are the values that nothing may print, in any spelling: credentials, what is
// derived from them, and the personal data of the examples.
type private []string

func (p *Product) private() private {
	values := slices.Clone(p.Secrets)
	for _, key := range p.credentialKeys() {
		values = append(values, "other_"+key, "test_"+key)
	}
	for _, e := range p.examples() {
		values = append(values, personal(e.Request)...)
		for _, photo := range e.Request.Photos {
			values = append(values, string(photo.Reveal()))
		}
	}
	return spellings(values)
}

// spellings returns the values in capitals: as they are, as a code and as JSON.
func spellings(values []string) private {
	var all private
	for _, value := range values {
		for _, spelling := range []string{value, strings.ReplaceAll(value, " ", "_"), escaped(value)} {
			all = append(all, strings.ToUpper(spelling))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// personal returns the texts of a request that only the vendor may see.
func personal(r *providers.Request) []string {
	texts := []sensitive.String{r.SubjectID, r.ReturnURL, r.NotifyURL, r.ExtraData}
	if r.IdentityDocument != nil {
		texts = append(texts, r.IdentityDocument.Name, r.IdentityDocument.Number)
	}
	return revealed(texts...)
}

// issued returns the values of a token, except its digits: four digits occur in any
// printed address.
func issued(token *providers.Token) []string {
	return revealed(token.Value, token.SessionID, token.Client.URL)
}

func revealed(texts ...sensitive.String) []string {
	var values []string
	for _, text := range texts {
		if !text.IsZero() {
			values = append(values, text.Reveal())
		}
	}
	return values
}

// requireNotIn checks that a text shows no private value, in capitals or not.
func (p private) requireNotIn(tb testing.TB, text string) {
	tb.Helper()
	capitals := strings.ToUpper(text)
	for _, value := range p {
		if strings.Contains(capitals, value) {
			require.Fail(tb, "a private value is printed", "%q in %s", value, text)
		}
	}
}

// escaped spells text as JSON may, too.
func escaped(text string) string {
	var all strings.Builder
	for _, r := range text {
		fmt.Fprintf(&all, `\u%04x`, r)
	}
	return all.String()
}

// printed returns things in every way in which a log or a message may print them.
func printed(things ...any) string {
	var all bytes.Buffer
	// The time of a line may have any digits.
	timeless := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	for _, v := range things {
		slog.New(slog.NewTextHandler(&all, timeless)).Info("", "value", v)
		slog.New(slog.NewJSONHandler(&all, timeless)).Info("", "value", v)
		_ = json.NewEncoder(&all).Encode(v) // a cause may not be encodable
		fmt.Fprintf(&all, "%v\n%+v\n%#v\n", v, v, v)
		if failure, ok := v.(*providers.Error); ok && failure != nil {
			fmt.Fprintf(&all, "%+v\n%#v\n%+v\n", *failure, *failure, failure.Cause)
		}
	}
	return all.String()
}
