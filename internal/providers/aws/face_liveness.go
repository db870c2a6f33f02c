package aws

import (
	"context"
	"strconv"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const document = "AWS: CreateFaceLivenessSession (Rekognition)"

// faceLiveness has no field of a caller's in its request.
var faceLiveness = providers.Product{
	ID:         Name + ".face-liveness",
	Flows:      []providers.Flow{providers.FlowJSSDK, providers.FlowAppSDK},
	Document:   document,
	Endpoint:   "/",
	Lifetime:   3 * time.Minute, // Response Elements, SessionId
	Use:        providers.SingleUse,
	Parameters: []providers.Parameter{auditImages, challenge, kmsKeyID, s3Bucket, s3KeyPrefix},
}

const (
	mediaType = "application/x-amz-json-1.1"
	operation = "RekognitionService.CreateFaceLivenessSession"
)

type faceLivenessTarget struct {
	*account
	kmsKeyID string
	settings settings
}

func settingsOf(parameters map[string]string) (s settings) {
	s.AuditImagesLimit, _ = strconv.Atoi(parameters[auditImages.Name]) // 0 is what the vendor takes it to be
	s.ChallengePreferences[0].Type = parameters[challenge.Name]
	if bucket := parameters[s3Bucket.Name]; bucket != "" {
		s.OutputConfig = outputConfig{bucket, parameters[s3KeyPrefix.Name]}
	}
	return s
}

// Issue asks for a session by POST /.
func (t *faceLivenessTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	address := t.URL(faceLiveness.Endpoint)
	body := t.body(call)
	t.sign(body, address, map[string]string{"Content-Type": mediaType, "X-Amz-Target": operation},
		t.Credentials[call.Credential], call.SigningTime())
	answer, failure := vendorhttp.Post(ctx, t.Transport, address, call, body)
	if failure != nil {
		return nil, failure
	}
	return t.read(answer, call)
}

func (t *faceLivenessTarget) body(call providers.Call) *bodies.JSON {
	body := bodies.NewJSON(mediaType)
	body.Add("ClientRequestToken", call.IdempotencyToken(faceLiveness.ID))
	body.Add("KmsKeyId", t.kmsKeyID)
	if t.settings != (settings{}) {
		body.AddValue("Settings", t.settings)
	}
	return body
}

// reply is the body of every answer.
type reply struct {
	SessionID vendorhttp.Text `json:"SessionId"`

	Type    vendorhttp.Scalar `json:"__type"`
	Code    vendorhttp.Scalar `json:"Code"`
	Message vendorhttp.Text   `json:"message"`
	Capital vendorhttp.Text   `json:"Message"`
}

func (t *faceLivenessTarget) read(answer *vendorhttp.Answer, call providers.Call) (*providers.Token, error) {
	answer.SetRequestID(answer.Header("X-Amzn-Requestid"))
	var reply reply
	decoded := answer.Decode(&reply)
	if failure := failureOf(&reply, answer, call); failure != nil {
		return nil, failure
	}
	session := string(reply.SessionID)
	if !decoded || !vendorhttp.UsableToken(session) {
		return nil, answer.WithoutToken()
	}
	return &providers.Token{
		Value:  sensitive.New(session),
		Expiry: providers.NewExpiry(call.Now, time.Time{}, 0, faceLiveness.Lifetime),
		// A client in another region does not find the session.
		Client:   providers.Client{Parameters: map[string]sensitive.String{"region": sensitive.New(t.Options[region.Name])}},
		Exchange: answer.Exchange(),
	}, nil
}
