package providertest

import (
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/spellings"
)

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
			for name, spelling := range spellings.Of(value) {
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
		failed := jsonfields.Parse(t, failure(shape, code))
		plain := refusal(failed.String())
		for _, field := range failed.Paths() {
			got := refusal(failed.With(field, code+": "+spelling).String())
			require.Contains(t, []string{"", plain.Text}, got.Text, "%s: %s", name, spelling)
			for _, shown := range []string{got.Code, got.RequestID} {
				require.NotContains(t, strings.ToUpper(shown), strings.ToUpper(spelling), name)
			}
		}
	}
}
