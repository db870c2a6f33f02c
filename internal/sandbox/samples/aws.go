package samples

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
)

// AWSIssued is a session.
const AWSIssued = `{"SessionId":"` + UUID + `"}`

// AWSFailed is a failed answer of AWS JSON 1.1.
func AWSFailed(code string) string {
	if code == "AccessDeniedException" {
		return `{"__type":"AccessDeniedException"}`
	}
	return `{"__type":"` + code + `","message":"the request was refused: ` + strings.TrimSuffix(code, "Exception") + `"}`
}

// AWSKey is what signs a request to AWS, at a time such as 20231114T221320Z.
type AWSKey struct {
	ID, Secret, Session  string
	Region, Service, Now string
	// Signed are the headers that are signed, in order. Nil means those that have to be,
	// with the media type.
	Signed []string
}

// AWSDemo signs with the demonstration credential.
func AWSDemo() AWSKey {
	return AWSKey{
		ID: sandbox.DemoAWSAccessKeyID, Secret: sandbox.DemoAWSSecretAccessKey,
		Region: "us-east-1", Service: "rekognition", Now: "20231114T221320Z",
	}
}

// Sign is Signature Version 4.
func (k AWSKey) Sign(r *http.Request, body []byte) {
	r.Header.Set("X-Amz-Date", k.Now)
	names := []string{"content-type", "host", "x-amz-date"}
	if k.Session != "" {
		r.Header.Set("X-Amz-Security-Token", k.Session)
		names = append(names, "x-amz-security-token")
	}
	names = append(names, "x-amz-target")
	if k.Signed != nil {
		names = k.Signed
	}
	var canonical strings.Builder
	canonical.WriteString("POST\n/\n\n")
	for _, name := range names {
		value := map[string]string{"host": r.Host, "content-length": strconv.Itoa(len(body))}[name]
		if value == "" {
			value = r.Header.Get(name)
		}
		canonical.WriteString(name + ":" + value + "\n")
	}
	canonical.WriteString("\n" + strings.Join(names, ";") + "\n" + hexSHA256(body))
	day := k.Now[:8]
	scope := day + "/" + k.Region + "/" + k.Service + "/aws4_request"
	key := hmacSHA256([]byte("AWS4"+k.Secret), day)
	for _, part := range []string{k.Region, k.Service, "aws4_request"} {
		key = hmacSHA256(key, part)
	}
	signature := hex.EncodeToString(hmacSHA256(key, "AWS4-HMAC-SHA256\n"+k.Now+"\n"+scope+"\n"+hexSHA256([]byte(canonical.String()))))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+k.ID+"/"+scope+", SignedHeaders="+strings.Join(names, ";")+", Signature="+signature)
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// FaceLiveness asks for a session as the vendor would have it.
func FaceLiveness() requests.Request {
	return requests.Request{
		Path: "/", Encode: requests.JSON("application/x-amz-json-1.1"), Sign: AWSDemo().Sign,
		Before: []func(*http.Request){func(r *http.Request) {
			r.Header.Set("X-Amz-Target", "RekognitionService.CreateFaceLivenessSession")
		}},
	}
}
