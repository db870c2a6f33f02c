package azure_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

type edits = []requests.Edit

var (
	set, raw, drop, file = requests.Set, requests.Raw, requests.Drop, requests.File

	badBody     = samples.AzureFailed("InvalidRequestBody")
	badMode     = samples.AzureFailed("InvalidLivenessOperationMode")
	badDevice   = samples.AzureFailed("InvalidDeviceCorrelationId")
	badLifetime = samples.AzureFailed("InvalidTokenLifetime")
	badImage    = samples.AzureFailed("InvalidImage")
	badSize     = samples.AzureFailed("InvalidImageSize")
	badKey      = samples.AzureFailed("401")
)

const (
	key      = "Ocp-Apim-Subscription-Key"
	device   = "deviceCorrelationId"
	inClient = "deviceCorrelationIdSetInClient"
	lifetime = "authTokenTimeToLiveInSeconds"
	mode     = "livenessOperationMode"
	photo    = "verifyImage"
)

// both are the steps that the two calls share, whose numbers and booleans are written in two ways.
func both(issued string, write func(name, value string) requests.Edit) []step {
	return []step{
		{"issued", nil, 200, issued},
		{"Passive", edits{set(mode, "Passive")}, 200, issued},
		{"in the tutorial's lower case", edits{set(mode, "passiveactive")}, 200, issued},
		{"no mode", edits{drop(mode)}, 400, badMode},
		{"empty mode", edits{set(mode, "")}, 400, badMode},
		{"another mode", edits{set(mode, "Active")}, 400, badMode},
		{"the default lifetime", edits{drop(lifetime)}, 200, issued},
		{"a minute", edits{write(lifetime, "60")}, 200, issued},
		{"a day", edits{write(lifetime, "86400")}, 200, issued},
		{"less than a minute", edits{write(lifetime, "59")}, 400, badLifetime},
		{"more than a day", edits{write(lifetime, "86401")}, 400, badLifetime},
		{"a fraction", edits{write(lifetime, "600.5")}, 400, badLifetime},
		{"negative", edits{write(lifetime, "-600")}, 400, badLifetime},
		{"no device", edits{drop(device)}, 400, badDevice},
		{"empty device", edits{set(device, "")}, 400, badDevice},
		{"a device of 64", edits{set(device, strings.Repeat("机", 64))}, 200, issued},
		{"a device of 65", edits{set(device, strings.Repeat("d", 65))}, 400, badDevice},
		{"the client sets it", edits{drop(device), write(inClient, "true")}, 200, issued},
		{"both set it", edits{write(inClient, "true")}, 400, badDevice},
		{"neither does", edits{drop(device), write(inClient, "false")}, 400, badDevice},
		{"the client does not", edits{write(inClient, "false")}, 200, issued},
		{"an image of the session", edits{write("enableSessionImage", "true")}, 200, issued},
		{"a model", edits{set("livenessModelVersion", "2025-05-20")}, 200, strings.Replace(issued, "2024-11-15", "2025-05-20", 1)},
		{"the user's id of samples", edits{set("userCorrelationId", "7ca4be7c-72b1-5fb0-a0c9-15b8194c4d9a")}, 200, issued},
		{"no key", edits{requests.Header(key, "")}, 401, badKey},
		{"another key", edits{requests.Header(key, "other")}, 401, badKey},
		{"the key before the body", edits{requests.Header(key, "other"), drop(mode)}, 401, badKey},
		{"a bearer token", edits{requests.Header(key, ""), requests.Header("Authorization", "Bearer x")}, 401, badKey},
	}
}

func TestLiveness(t *testing.T) {
	issued := samples.AzureIssued
	requests.Run(t, samples.Azure, samples.AzureLiveness(), append(both(issued, raw), []step{
		{"another case of the path", edits{requests.At("/face/v1.2/detectlivenesS-Sessions")}, 200, issued},
		{"a preview", edits{requests.At("/face/v1.2-preview.1/detectLiveness/singleModal/sessions")}, 404, samples.AzureFailed("404")},
		{"mode a number", edits{raw(mode, "1")}, 400, badBody},
		{"mode null", edits{raw(mode, "null")}, 400, badMode},
		{"lifetime a text", edits{set(lifetime, "600")}, 400, badBody},
		{"lifetime null", edits{raw(lifetime, "null")}, 200, issued},
		{"device a number", edits{raw(device, "1234567890")}, 400, badBody},
		{"device null", edits{raw(device, "null")}, 400, badDevice},
		{"a boolean as a text", edits{set(inClient, "true"), drop(device)}, 400, badBody},
		{"a model that is none", edits{raw("livenessModelVersion", "{}")}, 400, badBody},
		{"a member twice", edits{requests.Add(mode, "Passive")}, 400, badBody},
		{"no object", edits{requests.Body("[]")}, 400, badBody},
		{"no body", edits{requests.Body("")}, 400, badBody},
		{"another media type", edits{requests.Header("Content-Type", "text/plain")}, 400, badBody},
	}...))
}

func TestLivenessWithVerify(t *testing.T) {
	issued := samples.AzureWithVerifyIssued
	noSize := strings.Replace(issued, `"width":8,"height":8`, `"width":0,"height":0`, 1)
	sized := func(size int) []byte { return samples.AzurePhoto(t, size) }
	padded := func(start string) []byte { return append([]byte(start), make([]byte, 1024)...) }
	requests.Run(t, samples.Azure, samples.AzureLivenessWithVerify(t), append(both(issued, set), []step{
		{"another case of the path", edits{requests.At("/face/v1.2/detectLivenesswithVerify-sessions")}, 200, issued},
		{"the tutorial's other path", edits{requests.At("/face/v1.2/createLivenessWithVerifySession")}, 404, samples.AzureFailed("404")},
		{"a boolean of another word", edits{set("enableSessionImage", "yes")}, 400, badBody},
		{"a hash", edits{set("returnVerifyImageHash", "true")}, 200, issued},
		{"a hash of another word", edits{set("returnVerifyImageHash", "1")}, 400, badBody},
		{"the lowest threshold", edits{set("verifyConfidenceThreshold", "0")}, 200, issued},
		{"a threshold", edits{set("verifyConfidenceThreshold", "0.75")}, 200, issued},
		{"the highest threshold", edits{set("verifyConfidenceThreshold", "1")}, 200, issued},
		{"a higher threshold", edits{set("verifyConfidenceThreshold", "1.01")}, 400, badBody},
		{"a negative threshold", edits{set("verifyConfidenceThreshold", "-0.1")}, 400, badBody},
		{"no number", edits{set("verifyConfidenceThreshold", "NaN")}, 400, badBody},
		{"no photo", edits{drop(photo)}, 400, badBody},
		{"a photo without a file name", edits{set(photo, string(sized(1024)))}, 400, badBody},
		{"a photo of 1,023 bytes", edits{file(photo, sized(1023))}, 400, badSize},
		{"a photo of 6 MB", edits{file(photo, sized(6_000_000))}, 200, issued},
		{"a photo of more", edits{file(photo, sized(6_000_001))}, 400, badSize},
		{"a GIF", edits{file(photo, padded("GIF89a"))}, 200, noSize},
		{"a BMP", edits{file(photo, padded("BM"))}, 200, noSize},
		{"no photo at all", edits{file(photo, padded("WEBP"))}, 400, badImage},
		{"a damaged photo", edits{file(photo, append(sized(1024)[:40], make([]byte, 1024)...))}, 400, badImage},
		{"a parameter as a file", edits{file(mode, []byte("Passive"))}, 400, badBody},
		{"the form of the previews", edits{
			func(r *requests.Request) { r.Fields = nil },
			set("Parameters", `{"livenessOperationMode":"Passive","deviceCorrelationId":"1"}`), file("VerifyImage", sized(1024)),
		}, 400, badMode},
	}...))
}

// The request of the documents, to the byte.
func TestBytes(t *testing.T) {
	const body = `{"livenessOperationMode":"PassiveActive","deviceCorrelationId":"7ca4be7c-72b1-5fb0-a0c9-15b8194c4d9a","authTokenTimeToLiveInSeconds":600}`
	require.Equal(t, "7e518128079e36252ad2a33b82547125ef2573caefa19ae37a53556c1ed9745b", digest(body))
	got := requests.Post(t, requests.Serve(t, samples.Azure()), samples.AzureLiveness().Edited(requests.Body(body)))
	require.Equal(t, 200, got.Status)
	require.Equal(t, samples.AzureIssued+"\n", got.Body)
	require.Equal(t, samples.UUID, got.Header.Get("Apim-Request-Id"))
	require.Empty(t, got.Header.Get("X-Ms-Error-Code"))
}

// The form of the documents, whose photo is too small for the vendor, and the same with a larger one.
func TestFormBytes(t *testing.T) {
	const boundary = "livenessgatewayboundary0001"
	form := func(photo string) string {
		var b strings.Builder
		part := func(disposition, content string) {
			b.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=" + disposition + "\r\n\r\n" + content + "\r\n")
		}
		part(`"livenessOperationMode"`, "PassiveActive")
		part(`"deviceCorrelationId"`, "7ca4be7c-72b1-5fb0-a0c9-15b8194c4d9a")
		part(`"authTokenTimeToLiveInSeconds"`, "600")
		part(`"verifyImage"; filename="photo"`+"\r\nContent-Type: application/octet-stream", photo)
		return b.String() + "--" + boundary + "--\r\n"
	}
	small, err := hex.DecodeString("ffd8ffe000104a46494600010100000100010000ffd9")
	require.NoError(t, err)
	require.Len(t, form(string(small)), 548)
	require.Equal(t, "a9d87ef4b8903f2d829854050ec3f139dbd367ffdc13ba64aebf2103b78886eb", digest(form(string(small))))

	send := func(form, contentType string) requests.Reply {
		valid := samples.AzureLivenessWithVerify(t)
		return requests.Post(t, requests.Serve(t, samples.Azure()), valid.Edited(func(r *requests.Request) {
			r.Encode = func(*testing.T, requests.Request) (string, []byte) { return contentType, []byte(form) }
		}))
	}
	multipart := "multipart/form-data; boundary=" + boundary
	refused := send(form(string(small)), multipart)
	require.Equal(t, 400, refused.Status)
	require.Equal(t, badSize+"\n", refused.Body)
	require.Equal(t, "InvalidImageSize", refused.Header.Get("X-Ms-Error-Code"))
	issued := send(form(string(samples.AzurePhoto(t, 1024))), multipart)
	require.Equal(t, 200, issued.Status, issued.Body)
	require.Equal(t, samples.AzureWithVerifyIssued+"\n", issued.Body)
	for _, contentType := range []string{"application/json", "multipart/form-data; boundary=other", "application/x-www-form-urlencoded"} {
		got := send(form(string(small)), contentType)
		require.Equal(t, 400, got.Status)
		require.Equal(t, badBody+"\n", got.Body)
	}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Each of a resource's two keys works.
func TestTwoKeys(t *testing.T) {
	o := samples.Options()
	o.Credentials = sandbox.NewCredentials(map[string]string{"key-1": "", "key-2": ""})
	server := requests.Serve(t, sandbox.NewAzure(o))
	for name, status := range map[string]int{"key-1": 200, "key-2": 200, sandbox.DemoAzureAPIKey: 401} {
		require.Equal(t, status, requests.Post(t, server, samples.AzureLiveness().Edited(requests.Header(key, name))).Status, name)
	}
}

// An inner error is the word that decides.
func TestInnerError(t *testing.T) {
	vendor := sandbox.NewAzure(samples.Options())
	require.NoError(t, vendor.Rehearse("azure.liveness-with-verify", "status=403,code=InvalidRequest:UnsupportedFeature", 1))
	got := requests.Post(t, requests.Serve(t, vendor), samples.AzureLivenessWithVerify(t))
	require.Equal(t, http.StatusForbidden, got.Status)
	require.Equal(t, `{"error":{"code":"InvalidRequest","message":"the request was refused","innererror":`+
		`{"code":"UnsupportedFeature","message":"Feature is not supported, missing approval."}}}`+"\n", got.Body)
	require.Equal(t, "InvalidRequest", got.Header.Get("X-Ms-Error-Code"))
}
