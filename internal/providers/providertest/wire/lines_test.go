package wire_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/providertest/wire"
)

func TestWireOfAForm(t *testing.T) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(t, form.WriteField("b", "2"))
	require.NoError(t, form.WriteField("a", ""))
	file, err := form.CreateFormFile("photo", "photo.jpg")
	require.NoError(t, err)
	_, err = io.WriteString(file, "\xff\xd8")
	require.NoError(t, err)
	require.NoError(t, form.Close())

	r := httptest.NewRequest(http.MethodPost, "/v1/token?y=1&x=%2F", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("User-Agent", "any")
	r.Header.Set("X-Sign", "s")
	require.Equal(t, []string{
		"POST /v1/token?y=1&x=%2F", "Content-Type: multipart/form-data", "X-Sign: s", "b=2", "a=", "photo=@\xff\xd8",
	}, wire.Lines(r))
}

func TestWireOfOtherBodies(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{\n}"))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	require.Equal(t, []string{"POST /", "Content-Type: application/json", "{", "}"}, wire.Lines(r))

	r = httptest.NewRequest(http.MethodPut, "/", strings.NewReader("--b\r\n\r\ncut"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	r.ContentLength = -1
	require.Equal(t, []string{
		"PUT /", "Content-Type: multipart/form-data", "Transfer-Encoding: chunked", "unreadable: unexpected EOF",
	}, wire.Lines(r))
}
