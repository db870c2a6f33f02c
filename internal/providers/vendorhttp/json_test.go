package vendorhttp_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestJSONBody(t *testing.T) {
	body := vendorhttp.NewJSON("application/x-amz-json-1.1")
	body.AddSensitive("userId", sensitive.New("用户/1"))
	body.Add("levelName", `a "level" <of> ours & theirs`)
	body.AddValue("ttlInSecs", 300)
	body.AddValue("settings", map[string]any{"audit": []int{1, 2}})
	const want = `{"userId":"用户/1","levelName":"a \"level\" <of> ours & theirs","ttlInSecs":300,"settings":{"audit":[1,2]}}`

	var signed bytes.Buffer
	n, err := body.WriteTo(&signed)
	require.NoError(t, err)
	require.Equal(t, int64(len(want)), n)
	require.Equal(t, want, signed.String())

	sent := sentBy(t, body)
	require.Equal(t, "application/x-amz-json-1.1", sent.Header.Get("Content-Type"))
	require.Equal(t, int64(len(want)), sent.ContentLength)
	for range 2 {
		again, err := sent.GetBody()
		require.NoError(t, err)
		content, err := io.ReadAll(again)
		require.NoError(t, err)
		require.Equal(t, want, string(content))
	}
}

func TestEmptyJSONBody(t *testing.T) {
	content, err := io.ReadAll(sentBy(t, vendorhttp.NewJSON("application/json")).Body)
	require.NoError(t, err)
	require.Equal(t, "{}", string(content))
}

// What is signed is what is sent, and it says what was added, whatever that is.
func TestJSONBodyOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, second := rapid.String().Draw(t, "first"), rapid.String().Draw(t, "second")
		body := vendorhttp.NewJSON("application/json")
		body.Add("first", first)
		body.AddSensitive("second", sensitive.New(second))
		var signed bytes.Buffer
		_, _ = body.WriteTo(&signed)
		var got map[string]string
		require.NoError(t, json.Unmarshal(signed.Bytes(), &got))
		require.Equal(t, map[string]string{"first": strings.ToValidUTF8(first, "�"), "second": strings.ToValidUTF8(second, "�")}, got)
	})
}

// A value is hidden as it is, as it was sent, and as other encoders write it.
func TestJSONBodyHidesEverySpelling(t *testing.T) {
	for _, value := range []string{"user-<9173>", `user "9173" & co`, "line one\nline two 77", `back\slash-9173`, "tab\t-and-é-9173", "<77>&"} {
		body := vendorhttp.NewJSON("application/json")
		body.AddSensitive("userId", sensitive.New(value))
		body.Add("levelName", "basic-kyc-level")
		sent := ""
		target := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			content, _ := io.ReadAll(r.Body)
			sent = string(content)
		})
		answer, failure := vendorhttp.Post(t.Context(), newTransport(t), target, attempt(), body)
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
