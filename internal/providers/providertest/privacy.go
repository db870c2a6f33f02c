package providertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/leaks"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/spellings"
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
				t.echo(jsonfields.Parse(t, failure(shape, t.Provider.Codes[0].Code)), e, value)
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
	for _, value := range slices.Concat(leaks.Personal(e.Request), t.Secrets) {
		if e.sends(value) {
			values = append(values, value)
		}
	}
	return values
}

func (t *trial) echo(failed jsonfields.Object, e Example, value string) {
	target := t.open(e)
	for _, name := range failed.Paths() {
		for _, repeated := range []any{
			value,
			t.Provider.Codes[0].Code + ": " + value,
			t.Provider.Codes[0].Code + "." + value,
			"bad " + value + ", " + strings.ToUpper(value),
			jsonfields.Object{"value": value},
			json.RawMessage(`["` + spellings.Escaped(value) + `"]`),
		} {
			t.vendor.answer = answering(http.StatusBadRequest, failed.With(name, repeated).String())
			_, refused := t.issue(t.Context(), target, call(e))
			require.NotNil(t, refused)
		}
	}
}

// A vendor may repeat the request as it was written, its address and its body: what had to be
// escaped for that is as private as any other value.
func privacyEscaped(t *trial) {
	shape := jsonfields.Parse(t, failure(t.Failures[0], t.Provider.Codes[0].Code))
	for name, e := range t.examples() {
		attempt, target := call(e), t.open(e)
		attempt.Request = hardToEscape(e.Request)
		t.vendor.answer = answering(http.StatusOK, t.Success.Body) // and not what an example before was answered
		_, _ = t.issue(t.Context(), target, attempt)               // a vendor that repeats another user is refused
		received := t.vendor.received()
		for _, line := range received[len(received)-1] {
			for _, parameter := range parameterEnds.Split(line, -1) {
				if !strings.Contains(parameter, "9173") {
					continue
				}
				for _, path := range shape.Paths() {
					t.vendor.answer = answering(http.StatusBadRequest, shape.With(path, "bad request: "+parameter).String())
					_, refused := t.issue(t.Context(), target, attempt)
					require.NotNil(t, refused)
					require.NotContains(t, leaks.Printed(refused), "9173", "%s, %s: %s", name, path, parameter)
				}
			}
		}
	}
}

// parameterEnds are between the parameters of an address, a form or an object.
var parameterEnds = regexp.MustCompile(`[&?]|,"`)

// hardToEscape returns the request with other texts of the user's, each its own, which every encoding
// has to escape.
func hardToEscape(r *providers.Request) *providers.Request {
	hard := *r
	texts := []*sensitive.String{
		&hard.SubjectID, &hard.ReturnURL, &hard.NotifyURL, &hard.ExtraData, &hard.ClientMetadata, &hard.DeviceID,
	}
	if r.IdentityDocument != nil {
		document := *r.IdentityDocument
		hard.IdentityDocument = &document
		texts = append(texts, &document.Name, &document.Number)
	}
	for i, text := range texts {
		if !text.IsZero() {
			*text = sensitive.New(fmt.Sprintf(`%d<é"9173&\+>%[1]d`, (i+1)*1111))
		}
	}
	return &hard
}

// A printed account or target shows no credential.
func privacyAccount(t *trial) {
	t.private.RequireNotIn(t, leaks.Printed(t.Provider.Open(t.config(t.transport)), t.target))
}

// private returns what nothing may print: credentials, what is derived from them, and the personal
// data of the examples.
func (p *Product) private() leaks.Private {
	values := slices.Clone(p.Secrets)
	for _, key := range p.credentialKeys() {
		values = append(values, "other_"+key, "test_"+key)
	}
	for _, e := range p.examples() {
		values = append(values, leaks.Personal(e.Request)...)
		for _, photo := range e.Request.Photos {
			values = append(values, string(photo.Reveal()))
		}
	}
	return leaks.Spelled(values)
}
