package linkface

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	testID     = "test_api_id"
	testSecret = "test_api_secret"
	// The signature of the test credential at now, in milliseconds.
	testSign = "7ac7e0f690be21fe4bbfe4126d6b6fc2f3abd8fbad6b9cd20a10c151a3d87350"
	// Made of the bytes that countUp gives.
	testSequenceID = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
)

var now = time.Unix(1700000000, 0)

// countUp is the random function of the tests.
func countUp(p []byte) {
	for i := range p {
		p[i] = byte(i + 1)
	}
}

// part is one parameter of a recorded request.
type part struct{ Name, Value, Filename string }

// vendor answers every request alike and keeps the last one.
type vendor struct {
	status int
	body   string

	uri   string
	parts []part
	calls int

	// config opens the account of the tests; its second credential is the vectors'.
	config providers.AccountConfig
}

func newVendor(t *testing.T, status int, body string) *vendor {
	t.Helper()
	v := &vendor{status: status, body: body}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.record(t, r)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(v.status)
		_, _ = io.WriteString(w, v.body)
	}))
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	require.NoError(t, err)
	v.config = providers.AccountConfig{
		BaseURL: base,
		Credentials: []map[string]sensitive.String{
			{keyAPIID: sensitive.New("other+id/&=%"), keyAPISecret: sensitive.New("other_secret")},
			{keyAPIID: sensitive.New(testID), keyAPISecret: sensitive.New(testSecret)},
		},
		Transport: server.Client().Transport,
		Random:    countUp,
	}
	return v
}

func (v *vendor) record(t *testing.T, r *http.Request) {
	t.Helper()
	v.calls++
	v.uri = r.RequestURI
	assert.Equal(t, http.MethodPost, r.Method)
	assert.Empty(t, r.TransferEncoding)
	assert.Positive(t, r.ContentLength)

	mediaType, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		t.Error(err)
	}
	assert.Equal(t, "multipart/form-data", mediaType)
	v.parts = nil
	for reader := multipart.NewReader(r.Body, parameters["boundary"]); ; {
		p, err := reader.NextRawPart()
		if err != nil {
			assert.ErrorIs(t, err, io.EOF)
			return
		}
		value, err := io.ReadAll(p)
		if err != nil {
			t.Error(err)
		}
		v.parts = append(v.parts, part{p.FormName(), string(value), p.FileName()})
	}
}

// issue makes a call.
func (v *vendor) issue(t *testing.T, call providers.Call) (*providers.Token, error) {
	t.Helper()
	require.Empty(t, app.Check(call.Request, call.Request.Asks(), providers.Settings{}))
	return Provider().Open(v.config).NewTarget(app.ID, nil).Issue(t.Context(), call)
}

// plain is a call that asks for nothing in particular.
func plain() providers.Call {
	return providers.Call{Request: &providers.Request{}, Credential: 1, Now: now}
}

// refuse makes a call that must fail.
func (v *vendor) refuse(t *testing.T) *providers.Error {
	t.Helper()
	token, err := v.issue(t, plain())
	require.Nil(t, token)
	var failure *providers.Error
	require.ErrorAs(t, err, &failure)
	return failure
}

// asJSON returns an answer's body.
func asJSON(t *testing.T, fields map[string]any) string {
	t.Helper()
	content, err := json.Marshal(fields)
	require.NoError(t, err)
	return string(content)
}
