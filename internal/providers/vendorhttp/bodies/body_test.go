package bodies_test

import (
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// What has no value is not sent, in any body or header, so that the vendor's default holds.
func TestWhatHasNoValue(t *testing.T) {
	type body interface {
		bodies.Body
		Add(name, value string)
		AddSensitive(name string, value sensitive.String)
		SetHeader(name, value string)
		SetSensitiveHeader(name string, value sensitive.String)
	}
	for name, body := range map[string]body{
		"a form": bodies.NewForm(countUp, 2), "JSON": bodies.NewJSON("application/json"), "URL-encoded": bodies.NewURLEncoded(),
	} {
		body.Add("without", "")
		body.Add("first", "1")
		body.AddSensitive("without", sensitive.String{})
		body.Add("second", "2")
		body.SetHeader("X-Without", "")
		body.SetSensitiveHeader("X-Without", sensitive.String{})
		body.SetHeader("X-Version", "2")

		sent, envelope := bodies.NewRequest(t.Context(), &url.URL{Scheme: "http", Host: "vendor.example"}, body)
		content, err := io.ReadAll(sent.Body)
		require.NoError(t, err)
		require.NotContains(t, string(content), "without", name)
		require.Equal(t, 2, strings.Count(string(content), "first")+strings.Count(string(content), "second"), name)
		require.NotContains(t, sent.Header, "X-Without", name)
		require.Equal(t, []string{"2"}, sent.Header["X-Version"], name)
		require.Empty(t, envelope.Hidden(), name)
	}
}

// Of a credential all is hidden, what is not sent too.
func TestHideCredential(t *testing.T) {
	form := bodies.NewForm(countUp, 2)
	form.HideCredential(map[string]sensitive.String{"key": sensitive.New("key-1"), "secret": sensitive.New("secret-1"), "token": {}})
	_, envelope := bodies.NewRequest(t.Context(), &url.URL{Scheme: "http", Host: "vendor.example"}, form)
	require.ElementsMatch(t, []sensitive.String{sensitive.New("key-1"), sensitive.New("secret-1")}, envelope.Hidden())
}
