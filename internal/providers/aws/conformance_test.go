package aws_test

import (
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/aws"
	"github.com/liveness-gateway/gateway/internal/providers/providertest"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/samples"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestConformanceFaceLiveness(t *testing.T) { providertest.Run(t, faceLiveness()) }

func FuzzFaceLiveness(f *testing.F) { providertest.Fuzz(f, faceLiveness()) }

func TestSamples(t *testing.T) { samples.Run(t, "testdata/answers.json", 12, faceLiveness()) }

// faceLiveness is "AWS: CreateFaceLivenessSession (Rekognition)". The signatures were computed apart
// from the adapter, by the steps of Signature Version 4 over the lines below and content-length.
func faceLiveness() providertest.Product {
	const (
		minimalSign = "c9a329fe682a54401dc142f4a3e9cbcf723cfba20a85a53f79cd3750fd12818a"
		fullSign    = "08dfd7d8eaa330c657b24a74c6d4a2326b60b06abcbc6247c9b4d5a8dc671109"
		// The SHA-256 of the product's name, a zero byte and the gateway's request id.
		token     = `"ClientRequestToken":"013cf6f50ddacd7fab855e1571f9d1ee4aeaac133710d49d046da24228da41a4"`
		session   = "9c2b7e14-5d3f-4a86-b0f1-6e8d2c4a7b35"
		requestID = "5f2c9d10-8a7b-4e61-9f03-2b6d1c7e4a58"
	)
	wire := func(sign, body string) []string {
		return []string{
			"POST /",
			"Content-Type: application/x-amz-json-1.1",
			"Authorization: AWS4-HMAC-SHA256 Credential=test_access_key_id/20231114/us-east-1/rekognition/aws4_request, " +
				"SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=" + sign,
			"X-Amz-Date: 20231114T221320Z",
			"X-Amz-Security-Token: test_session_token",
			"X-Amz-Target: RekognitionService.CreateFaceLivenessSession",
			body,
		}
	}
	return providertest.Product{
		Provider: aws.Provider(),
		ID:       "aws.face-liveness",
		Options:  map[string]string{"region": "us-east-1"},
		Minimal:  providertest.Example{Request: &providers.Request{}, Wire: wire(minimalSign, `{`+token+`}`)},
		Full: providertest.Example{
			Request: &providers.Request{SubjectID: sensitive.New("subject-5c1f"), Reference: "order-1"},
			Parameters: map[string]string{
				"audit_images": "2", "challenge": "FaceMovementChallenge", "kms_key_id": "alias/liveness",
				"s3_bucket": "my-bucket", "s3_key_prefix": "live/",
			},
			Wire: wire(fullSign, `{`+token+`,"KmsKeyId":"alias/liveness","Settings":{"AuditImagesLimit":2,`+
				`"ChallengePreferences":[{"Type":"FaceMovementChallenge"}],"OutputConfig":{"S3Bucket":"my-bucket","S3KeyPrefix":"live/"}}}`),
		},
		SignsPath: true,
		Success: providertest.Answer{
			Body: `{"SessionId":"` + session + `"}`,
			Token: providers.Token{
				Value:    sensitive.New(session),
				Client:   providers.Client{Parameters: map[string]sensitive.String{"region": sensitive.New("us-east-1")}},
				Expiry:   providers.Expiry{Time: providertest.Now().Add(3 * time.Minute), Source: providers.DocumentedDefault},
				Exchange: providers.Exchange{RequestID: requestID},
			},
		},
		RequestID: requestID, RequestIDHeader: "X-Amzn-Requestid",
		Failures: []string{
			`{"__type":"{code}","message":"refused"}`,
			`{"__type":"com.amazon.coral.service#{code}"}`,
			`{"Code":"{code}","Logref":"0b7d3e52-16c4-4f9a-8e2d-7a5c9b1f6043","Message":"refused"}`,
		},
		ErrorFields: map[string]string{"__type": "", "Code": ""},
		Faults: map[string]providers.Path{
			"InvalidParameterException": "",
			"ValidationException":       "",
		},
		Secrets: []string{minimalSign, fullSign},
	}
}
