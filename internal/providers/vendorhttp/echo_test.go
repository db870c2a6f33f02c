package vendorhttp_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// hiding returns an answer to a form that hides the values.
func hiding(t *testing.T, values ...string) *vendorhttp.Answer {
	t.Helper()
	form := small()
	for _, value := range values {
		form.Hide(sensitive.New(value))
	}
	answer, failure := vendorhttp.Post(t.Context(), newTransport(t), serve(t, answering(http.StatusBadRequest, "{}")), attempt(), form)
	require.Nil(t, failure)
	return answer
}

// A short value does not cost the vendor's request id.
func TestShortValuesInIDs(t *testing.T) {
	const id = "1531397037,c1223c5b-c2f6-4bb7-8cbb-4711497ddbe0"
	for _, value := range []string{"7", "4711", "u-1", "Li", "李"} {
		answer := hiding(t, value)
		answer.SetRequestID(id)
		require.Equal(t, id, answer.Exchange().RequestID, "with %q", value)
	}
	answer := hiding(t, "4711")
	answer.SetRequestID("user-4711")
	require.Empty(t, answer.Exchange().RequestID)
}

// A text is compared by its pieces, the id of a request and a code by halves of a value.
func TestEchoesAreNotLogged(t *testing.T) {
	const number = "110101199003070018"
	text := hiding(t, number)
	text.SetText("no user 070018")
	require.Empty(t, text.Exchange().Text)
	for name, tests := range map[string]map[string]bool{
		"id": {
			"r-" + number: false, "r-" + hex.EncodeToString([]byte(number)): false, "199003070018": false, "r-070018": true,
			base64.RawURLEncoding.EncodeToString([]byte(number)): false, "t-20261128-000017": true,
			"8100 7030991101011"[:4] + "70309911" + "01011": false,
		},
	} {
		for id, kept := range tests {
			answer := hiding(t, number)
			answer.SetRequestID(vendorhttp.Text(id))
			require.Equal(t, kept, answer.Exchange().RequestID != "", "%s %q", name, id)
		}
	}
	answer := hiding(t, "Zhang Sanfeng", "https://bank.example/liveness/return")
	for code, kept := range map[string]bool{"ZHANG_SANFENG": false, "NO_SANFENG": false, "LIVENESS_NOT_CONFIGURED": true, "RETURN": true} {
		require.Equal(t, kept, answer.Shows(code), code)
	}
}

// The beginning of a photo is an echo too, as long as the photo is there.
func TestPhotosAreNotLogged(t *testing.T) {
	a := newArena(3 << 10)
	copy(a.content, "\xff\xd8 Exif of a private photo")
	form := a.form()
	answer, failure := vendorhttp.Post(t.Context(), newTransport(t), serve(t, answering(http.StatusBadRequest, "{}")), attempt(), form)
	require.Nil(t, failure)
	answer.SetText("bad file: Exif of a private")
	require.Empty(t, answer.Exchange().Text)
	a.Free()
	requireReused(t, a)
	answer.SetText("bad file")
	require.Equal(t, "bad file", answer.Exchange().Text)
}
