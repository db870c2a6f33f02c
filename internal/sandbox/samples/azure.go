package samples

import (
	"testing"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
)

// What Azure issues: a session, and one with a photo of 8 by 8 pixels.
const (
	AzureIssued           = azureSession + `"results":{"attempts":[]}}`
	AzureWithVerifyIssued = azureSession + `"results":{"attempts":[],"verifyReferences":[{"referenceType":"Color","faceRectangle":{"top":0,"left":0,"width":8,"height":8},"qualityForRecognition":"high"}]}}`

	azureSession = `{"sessionId":"` + UUID + `","authToken":"eyJhbGciOiJFUzI1NiJ9.e30.` + Hex + `","status":"NotStarted","modelVersion":"2024-11-15",`
)

// azureMessages are those texts of the page that the tests meet.
var azureMessages = map[string]string{
	"401": "Access denied due to invalid subscription key or wrong API endpoint.", "404": "Resource not found", "429": "Rate limit is exceeded.",
	"InvalidImage": "Decoding error, image format unsupported.", "InvalidRequestBody": "Incorrect request body provided.",
	"InvalidTokenLifetime": "Invalid authTokenTimeToLiveInSeconds specified. Must be within 60 to 86400.",
}

// AzureFailed is Azure's failed answer.
func AzureFailed(code string) string {
	message := azureMessages[code]
	if message == "" {
		message = "the request was refused"
	}
	return `{"error":{"code":"` + code + `","message":"` + message + `"}}`
}

const azureDevice = "7ca4be7c-72b1-5fb0-a0c9-15b8194c4d9a"

// AzureLiveness asks for a session of ten minutes.
func AzureLiveness() requests.Request {
	return azure("/face/v1.2/detectLiveness-sessions", requests.JSON("application/json"), requests.Field{
		Name: "authTokenTimeToLiveInSeconds", JSON: "600",
	})
}

// AzureLivenessWithVerify asks for the same with a photo.
func AzureLivenessWithVerify(t *testing.T) requests.Request {
	t.Helper()
	return azure(
		"/face/v1.2/detectLivenessWithVerify-sessions", nil,
		requests.Field{Name: "authTokenTimeToLiveInSeconds", Text: "600"}, requests.Field{Name: "verifyImage", Content: AzurePhoto(t, 1024)},
	)
}

// AzurePhoto is a photo of so many bytes; what follows the picture in a file is not looked at.
func AzurePhoto(t *testing.T, size int) []byte {
	t.Helper()
	picture := requests.PNG(t, 8, 8)
	return append(picture, make([]byte, size-len(picture))...)
}

func azure(path string, encode func(*testing.T, requests.Request) (string, []byte), fields ...requests.Field) requests.Request {
	return requests.Request{
		Path: path, Encode: encode,
		Fields: append([]requests.Field{
			{Name: "livenessOperationMode", Text: "PassiveActive"}, {Name: "deviceCorrelationId", Text: azureDevice},
		}, fields...),
	}.Edited(requests.Header("Ocp-Apim-Subscription-Key", sandbox.DemoAzureAPIKey))
}
