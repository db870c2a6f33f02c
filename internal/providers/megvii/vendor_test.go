package megvii

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	testKey    = "test_api_key"
	testSecret = "test_api_secret"
	// Made of the bytes that countUp gives.
	testBizNo = "0102030405060708090a0b0c0d0e0f10"
	testNonce = "9790382856"
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
	status      int
	contentType string
	body        string

	path, query string
	length      int64
	parts       []part
	calls       int

	base *url.URL
	http http.RoundTripper
	// now is when the calls are made.
	now time.Time
}

func newVendor(t *testing.T, status int, body string) *vendor {
	t.Helper()
	v := &vendor{status: status, contentType: "application/json", body: body, now: now}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.record(t, r)
		w.Header().Set("Content-Type", v.contentType)
		w.WriteHeader(v.status)
		_, _ = io.WriteString(w, v.body)
	}))
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	require.NoError(t, err)
	v.base, v.http = base, server.Client().Transport
	return v
}

func (v *vendor) record(t *testing.T, r *http.Request) {
	t.Helper()
	v.calls++
	v.path, v.query, v.length = r.URL.Path, r.URL.RawQuery, r.ContentLength
	assert.Equal(t, http.MethodPost, r.Method)
	assert.Empty(t, r.TransferEncoding)
	assert.Positive(t, r.ContentLength)

	mediaType, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if !assert.NoError(t, err) { //nolint:testifylint // not on the test's goroutine
		return
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
		if !assert.NoError(t, err) { //nolint:testifylint // not on the test's goroutine
			return
		}
		v.parts = append(v.parts, part{p.FormName(), string(value), p.FileName()})
	}
}

func (v *vendor) open(pathPrefix string) providers.Account {
	return Provider().Open(providers.AccountConfig{
		BaseURL:    v.base,
		PathPrefix: pathPrefix,
		Credentials: []map[string]sensitive.String{
			{keyAPIKey: sensitive.New("other_key"), keyAPISecret: sensitive.New("other_secret")},
			{keyAPIKey: sensitive.New(testKey), keyAPISecret: sensitive.New(testSecret)},
		},
		Transport: v.http,
		Random:    countUp,
	})
}

// issue makes one call with the second credential, after the check that every call
// has behind it.
func (v *vendor) issue(t *testing.T, product string, parameters map[string]string, r *providers.Request) (*providers.Token, error) {
	t.Helper()
	checked := Provider().Product(product)
	require.NotNil(t, checked)
	require.Empty(t, checked.Check(r, r.Asks(), providers.Settings{Parameters: parameters}))
	return v.open("/faceid").NewTarget(product, parameters).
		Issue(t.Context(), providers.Call{Request: r, Credential: 1, Now: v.now})
}

// refuse makes a call that must fail.
func (v *vendor) refuse(t *testing.T, product string, r *providers.Request) *providers.Error {
	t.Helper()
	token, err := v.issue(t, product, parametersFor(product), r)
	require.Nil(t, token)
	var failure *providers.Error
	require.ErrorAs(t, err, &failure)
	return failure
}

func parametersFor(product string) map[string]string {
	switch product {
	case appV3.ID:
		return map[string]string{paramLivenessType: "meglive"}
	case appV5.ID:
		return map[string]string{paramLivenessID: "scene-1"}
	default:
		return nil
	}
}

// smallest returns the request with only what the product needs.
func smallest(product string) *providers.Request {
	switch product {
	case pcWeb.ID:
		return &providers.Request{
			ReturnURL: sensitive.New("https://a.example/return"),
			NotifyURL: sensitive.New("https://a.example/notify"),
		}
	case litePage.ID:
		return &providers.Request{
			ReturnURL:        sensitive.New("https://a.example/return"),
			NotifyURL:        sensitive.New("https://a.example/notify"),
			IdentityDocument: idCard("张三", "11010119900307001x"),
		}
	case appV3.ID:
		return &providers.Request{IdentityDocument: idCard("张三", "11010119900307001x")}
	case h5Flash.ID:
		return &providers.Request{SubjectID: sensitive.New("user-1"), Photos: photos(1)}
	default:
		return &providers.Request{}
	}
}

// fullest returns a request with every field that the product has a place for.
func fullest(product string) *providers.Request {
	r := smallest(product)
	r.SubjectID = sensitive.New("user-1")
	r.Reference = "order-1"
	switch product {
	case pcWeb.ID:
		r.IdentityDocument = idCard("张三", "11010119900307001x")
		r.Photos = photos(3)
		r.ExtraData = sensitive.New("extra=1")
		r.DetectRotatedFaces, r.ScreenReplayCheck = new(true), new(true)
		r.MultipleFaces = providers.RejectMultipleFaces
	case litePage.ID:
		r.Photos = photos(3)
		r.ExtraData = sensitive.New("extra=1")
		r.DetectRotatedFaces = new(true)
		r.MultipleFaces = providers.RejectMultipleFaces
	case appV3.ID:
		r.Photos = photos(2)
		r.DetectRotatedFaces = new(true)
		r.MultipleFaces = providers.UseLargestFace
	case h5Flash.ID:
		r.Photos = photos(2)
		r.DetectRotatedFaces, r.FaceOcclusionCheck, r.ReportMultipleFaces = new(true), new(true), new(true)
		r.MultipleFaces = providers.UseLargestFace
		r.MaxUploads, r.FlashColors = 3, 8
		r.TokenLifetime = 10 * time.Minute
		r.Language = "zh"
	}
	return r
}

const china = "CN"

func idCard(name, number string) *providers.IdentityDocument {
	return &providers.IdentityDocument{Type: providers.IdentityCard, Country: sensitive.New(china), Name: sensitive.New(name), Number: sensitive.New(number)}
}

func passport(country string) *providers.IdentityDocument {
	return &providers.IdentityDocument{
		Type: providers.Passport, Country: sensitive.New(country), Name: sensitive.New("张三"), Number: sensitive.New("E12345678"),
	}
}

func photos(n int) []sensitive.Bytes {
	var all []sensitive.Bytes
	for i := range n {
		all = append(all, sensitive.NewBytes([]byte("\xff\xd8 photo "+strings.Repeat("\x00", i+1))))
	}
	return all
}
