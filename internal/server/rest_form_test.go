package server_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// formPart is a part of a form; one with a type is sent as a file.
type formPart struct{ name, mediaType, content string }

func formOf(t *testing.T, parts ...formPart) (contentType, body string) {
	t.Helper()
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	for _, p := range parts {
		header := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + p.name + `"`}}
		if p.mediaType != "" {
			header.Set("Content-Disposition", multipart.FileContentDisposition(p.name, "张三.jpg"))
			header.Set("Content-Type", p.mediaType)
		}
		content, err := writer.CreatePart(header)
		require.NoError(t, err)
		_, err = content.Write([]byte(p.content))
		require.NoError(t, err)
	}
	require.NoError(t, writer.Close())
	return writer.FormDataContentType(), form.String()
}

func (g *gateway) postForm(t *testing.T, parts ...formPart) *reply {
	t.Helper()
	contentType, body := formOf(t, parts...)
	return g.send(t, http.MethodPost, tokensPath, body, "Content-Type", contentType)
}

// overForm sends the photos of the request as parts.
func (g *gateway) overForm(t *testing.T, request *livenessv1.IssueLivenessTokenRequest) *reply {
	t.Helper()
	without := proto.CloneOf(request)
	if without.GetComparison() != nil {
		without.Comparison.Photos = nil
	}
	content, err := protojson.Marshal(without)
	require.NoError(t, err)
	parts := []formPart{{"request", "application/json", string(content)}}
	for _, photo := range request.GetComparison().GetPhotos() {
		parts = append(parts, formPart{"photos", "image/jpeg", string(photo.GetContent())})
	}
	return g.postForm(t, parts...)
}

// photoTransports returns all the ways in which photos can be sent.
func (g *gateway) photoTransports() map[string]func(*testing.T, *livenessv1.IssueLivenessTokenRequest) *reply {
	ways := g.transports()
	ways["rest form"] = g.overForm
	return ways
}

// photoKeeper is an issuer that notes the photos of the last call.
func photoKeeper(photos *[]string) issuer {
	return func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		*photos = nil
		for _, photo := range query.Request.Photos {
			*photos = append(*photos, string(photo.Reveal()))
		}
		return issues(ctx, query)
	}
}

func TestFormsThatAreTaken(t *testing.T) {
	var photos []string
	g := start(t, photoKeeper(&photos))
	request := formPart{"request", "application/json", goodBody}
	large := strings.Repeat("\r\n--photo", 200_000)
	for name, c := range map[string]struct {
		parts []formPart
		want  []string
	}{
		"no photos":           {[]formPart{request}, nil},
		"a photo of any type": {[]formPart{request, {"photos", "image/;", "one"}}, []string{"one"}},
		"a request untyped":   {[]formPart{{"request", "", goodBody}}, nil},
		"another type":        {[]formPart{{"request", "text/plain", goodBody}}, nil},
		"a broken type":       {[]formPart{{"request", "application/SECRET/", goodBody}}, nil},
		"with a charset":      {[]formPart{{"request", "Application/JSON; charset=utf-8", goodBody}}, nil},
		"one photo":           {[]formPart{request, {"photos", "image/jpeg", "one"}}, []string{"one"}},
		"photos in order":     {[]formPart{{"photos", "image/png", "one"}, request, {"photos", "", large}, {"photos", "x/y", "3"}}, []string{"one", large, "3"}},
		"photos in the JSON":  {[]formPart{{"request", "", `{"flow": 1, "comparison": {"photos": [{"content": "b25l"}]}}`}}, []string{"one"}},
		"beside a document":   {[]formPart{{"request", "", `{"flow": 1, "comparison": {"identityDocument": {"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name": "n", "number": "1"}}}`}, {"photos", "", "one"}}, []string{"one"}},
		"an empty JSON list":  {[]formPart{{"request", "", `{"flow": 1, "comparison": {"photos": []}}`}, {"photos", "", "one"}}, []string{"one"}},
		"photos like a form":  {[]formPart{request, {"photos", "", "--\r\n\r\n--"}}, []string{"--\r\n\r\n--"}},
		"photos of text only": {[]formPart{request, {"photos", "application/json", "{}"}}, []string{"{}"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := g.postForm(t, c.parts...)
			require.NotNil(t, r.response, "%s", r.body)
			require.Equal(t, c.want, photos)
			requireAnswerHeaders(t, r)
		})
	}
}

// Every SECRET stands for a value, which no answer may quote.
func TestFormsThatAreRefused(t *testing.T) {
	g := start(t, unreachable(t))
	request := formPart{"request", "application/json", goodBody}
	photo := formPart{"photos", "image/jpeg", "SECRET"}
	for name, c := range map[string]struct {
		parts       []formPart
		field, says string
	}{
		"no parts":            {nil, "request", "is missing in the form"},
		"no request":          {[]formPart{photo}, "request", "is missing in the form"},
		"two requests":        {[]formPart{request, photo, request}, "request", "stands in the form twice"},
		"a request in XML":    {[]formPart{{"request", "application/xml", "<SECRET/>"}}, "", "is not valid JSON (line 1, column 1)"},
		"an unknown part":     {[]formPart{request, {"photo", "", "SECRET"}}, "photo", "is not a part of the form, which has request and photos"},
		"other case":          {[]formPart{request, {"Photos", "", "SECRET"}}, "Photos", "is not a part of the form, which has request and photos"},
		"named by a value":    {[]formPart{request, {"SECRET 张三", "", ""}}, "", "is not a part of the form, which has request and photos"},
		"photos in both":      {[]formPart{{"request", "", `{"flow": 1, "comparison": {"photos": [{"content": "b25l"}]}}`}, photo}, "comparison.photos", "stand in the part request and in parts of their own"},
		"four photos":         {[]formPart{request, photo, photo, photo, photo}, "comparison.photos", "must contain no more than 3 item(s)"},
		"an empty photo":      {[]formPart{request, photo, {"photos", "image/jpeg", ""}}, "comparison.photos[1]", "needs content"},
		"nine parts":          {[]formPart{photo, photo, photo, photo, photo, photo, photo, photo, request}, "", "the form has more than 8 parts"},
		"an empty request":    {[]formPart{{"request", "", ""}}, "", "the body is empty (line 1, column 1)"},
		"an unknown field":    {[]formPart{{"request", "", `{"SECRET1": 1}`}, photo}, "SECRET1", "is not a field of the request (line 1, column 2)"},
		"broken base64 in it": {[]formPart{{"request", "", `{"comparison": {"photos": [{"content": "` + strings.Repeat("A", 50_000) + `*"}]}}`}}, "comparison.photos[0].content", "must be text in base64 (line 1, column 40)"},
	} {
		t.Run(name, func(t *testing.T) {
			r := g.postForm(t, c.parts...)
			d := requireFailure(t, r)
			require.Equal(t, http.StatusBadRequest, r.httpStatus)
			require.Equal(t, "INVALID_REQUEST", d.info.GetReason())
			require.Contains(t, r.status.GetMessage()+strings.Join(d.fields(), ",")+": "+d.descriptions(), c.field+": "+c.says)
			require.NotContains(t, strings.ReplaceAll(r.body, "SECRET1", ""), "SECRET")
			requireAnswerHeaders(t, r)
			require.Equal(t, providers.InvalidRequest, (<-g.calls).Reason)
		})
	}
}

func TestBoundaries(t *testing.T) {
	g := start(t, issues)
	for name, c := range map[string]struct {
		parameter string
		status    int
	}{
		"bare":     {"; boundary=b", 200},
		"quoted":   {`; Boundary="b"`, 200},
		"none":     {"", 415},
		"empty":    {`; boundary=""`, 415},
		"too long": {"; boundary=" + strings.Repeat("b", 71), 415},
		"another":  {"; boundary=c", 400},
	} {
		t.Run(name, func(t *testing.T) {
			body := "--b\r\nContent-Disposition: form-data; name=request\r\n\r\n" + goodBody + "\r\n--b--\r\n"
			require.Equal(t, c.status, g.send(t, http.MethodPost, tokensPath, body, "Content-Type", "multipart/form-data"+c.parameter).httpStatus)
		})
	}
}

// A browser sends a form to any site without asking it.
func TestFormsOfOtherSites(t *testing.T) {
	g := start(t, issues)
	contentType, body := formOf(t, formPart{"request", "", goodBody})
	for name, c := range map[string]struct {
		headers []string
		status  int
	}{
		"no browser":     {nil, 200},
		"our own page":   {[]string{"Sec-Fetch-Site", "same-origin", "Origin", "http://" + g.restAddress}, 200},
		"another site":   {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://example.com"}, 415},
		"an old browser": {[]string{"Origin", "https://example.com"}, 415},
		"two origins":    {[]string{"Origin", "http://" + g.restAddress, "Origin", "https://example.com"}, 415},
		"two sites":      {[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Site", "cross-site"}, 415},
	} {
		t.Run(name, func(t *testing.T) {
			r := g.send(t, http.MethodPost, tokensPath, body, append([]string{"Content-Type", contentType}, c.headers...)...)
			require.Equal(t, c.status, r.httpStatus)
		})
	}
}

func TestFormSizes(t *testing.T) {
	const limit = 21 << 20
	g := start(t, issues)
	contentType, body := formOf(t, formPart{"request", "", bodyOf(limit - 1000)})
	require.NotNil(t, g.send(t, http.MethodPost, tokensPath, body, "Content-Type", contentType).response)
	<-g.calls

	_, body = formOf(t, formPart{"request", "", bodyOf(limit)})
	r := g.send(t, http.MethodPost, tokensPath, body, "Content-Type", contentType)
	require.Equal(t, http.StatusRequestEntityTooLarge, r.httpStatus)
	require.Contains(t, r.status.GetMessage(), "at most 21 MiB")
	require.Equal(t, 413, (<-g.calls).HTTPStatus)
}

// A form is held to its key as the same message in JSON is.
func TestOneKeyForFormAndJSON(t *testing.T) {
	g := start(t, issues)
	request := photosOf(100_000, 3)
	request.IdempotencyKey = "key"
	require.False(t, g.overREST(t, request).response.GetReplayed())
	require.True(t, g.overForm(t, request).response.GetReplayed())
	require.True(t, g.overGRPC(t, request).response.GetReplayed())
	request.Comparison.Photos[0].Content[99_999]++
	require.Equal(t, "IDEMPOTENCY_KEY_REUSED", requireFailure(t, g.overForm(t, request)).info.GetReason())
}
