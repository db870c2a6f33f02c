package vendorhttp_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// hiding returns an answer to a form that hides the values.
func hiding(t *testing.T, values ...string) *vendorhttp.Answer {
	t.Helper()
	form := small()
	for _, value := range values {
		form.Hide(sensitive.New(value))
	}
	answer, failure := vendorhttp.Post(t.Context(), wiretest.NewTransport(t), wiretest.Serve(t, answering(http.StatusBadRequest, "{}")), attempt(), form)
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

// memory is that of a photo, which may have been released.
type memory struct{ released bool }

func (m *memory) Ref() bool { return !m.released }

func (*memory) Free() {}

// The beginning of a photo is an echo too, as long as the photo is there.
func TestPhotosAreNotLogged(t *testing.T) {
	content := append([]byte("\xff\xd8 Exif of a private photo"), make([]byte, 3<<10)...)
	for kind, body := range map[string]func(sensitive.Bytes) bodies.Body{
		"a form": func(photo sensitive.Bytes) bodies.Body {
			form := small()
			form.AddFile("image_ref1", photo)
			return form
		},
		"JSON": func(photo sensitive.Bytes) bodies.Body {
			object := bodies.NewJSON("application/json")
			object.AddPhoto("Image", photo)
			return object
		},
	} {
		t.Run(kind, func(t *testing.T) {
			m := &memory{}
			answer, failure := vendorhttp.Post(t.Context(), wiretest.NewTransport(t), wiretest.Serve(t, answering(http.StatusBadRequest, "{}")),
				attempt(), body(sensitive.Borrow(m, content)))
			require.Nil(t, failure)
			for _, echoed := range []string{"Exif of a private", base64.StdEncoding.EncodeToString(content[:40])} {
				answer.SetText(vendorhttp.Text("bad file: " + echoed))
				require.Empty(t, answer.Exchange().Text)
			}
			m.released = true
			answer.SetText("bad file")
			require.Equal(t, "bad file", answer.Exchange().Text)
		})
	}
}

// A value is hidden as it is, as it was sent, and as other encoders write it.
func TestJSONBodyHidesEverySpelling(t *testing.T) {
	for _, value := range []string{"user-<9173>", `user "9173" & co`, "line one\nline two 77", `back\slash-9173`, "tab\t-and-é-9173", "<77>&"} {
		body := bodies.NewJSON("application/json")
		body.AddSensitive("userId", sensitive.New(value))
		body.Add("levelName", "basic-kyc-level")
		sent := ""
		target := wiretest.Serve(t, func(_ http.ResponseWriter, r *http.Request) {
			content, _ := io.ReadAll(r.Body)
			sent = string(content)
		})
		answer, failure := vendorhttp.Post(t.Context(), wiretest.NewTransport(t), target, attempt(), body)
		require.Nil(t, failure)
		html, _ := json.Marshal(value)
		plain := sent[len(`{"userId":"`):strings.Index(sent, `","levelName"`)]
		within, _ := json.Marshal(sent)
		twice, _ := json.Marshal(string(within))
		half := []rune(string(html[1 : len(html)-1]))
		for _, spelling := range []string{
			value, plain, string(html), string(html[1 : len(html)-1]), sent, string(within), string(twice), string(half[:len(half)-2]) + "…",
		} {
			answer.SetText(vendorhttp.Text("unknown user " + spelling))
			require.Empty(t, answer.Exchange().Text, spelling)
		}
		answer.SetText("unknown level basic-kyc-level")
		require.NotEmpty(t, answer.Exchange().Text)
	}
}
