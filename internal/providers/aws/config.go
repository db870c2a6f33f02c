package aws

import "github.com/liveness-gateway/gateway/internal/providers"

// The secrets of a credential. Temporary ones have a session token.
const (
	keyAccessKeyID     = "access_key_id"
	keySecretAccessKey = "secret_access_key"
	keySessionToken    = "session_token"
)

var region = providers.Parameter{
	Name: "region", Required: true,
	Text: "AWS region of the base_url, by which requests are signed and which the client is told, such as us-east-1; " +
		"Face Liveness is not in every region",
}

// The vendor's settings, in the words of a target's parameters.
var (
	auditImages = providers.Parameter{
		Name: "audit_images", Text: "how many audit images the result has, 0 (the vendor's default) to 4", Least: 0, Most: 4,
	}
	challenge = providers.Parameter{
		Name: "challenge", Values: []string{"FaceMovementAndLightChallenge", "FaceMovementChallenge"},
		Text: "what the user does: FaceMovementAndLightChallenge (the vendor's default) or FaceMovementChallenge, without coloured light",
	}
	kmsKeyID    = providers.Parameter{Name: "kms_key_id", Text: "KMS key that encrypts reference and audit images"}
	s3Bucket    = providers.Parameter{Name: "s3_bucket", Text: "S3 bucket of the account, in the same region, that images go to instead of into the result"}
	s3KeyPrefix = providers.Parameter{Name: "s3_key_prefix", Text: "prefix of the images' keys in s3_bucket"}
)

// settings are Settings of the request, by the names of the vendor's page, without those that are not
// set.
type settings struct {
	AuditImagesLimit     int           `json:"AuditImagesLimit,omitzero"`
	ChallengePreferences [1]preference `json:"ChallengePreferences,omitzero"`
	OutputConfig         outputConfig  `json:"OutputConfig,omitzero"`
}

type preference struct {
	Type string `json:"Type"`
}

type outputConfig struct {
	S3Bucket    string `json:"S3Bucket"`
	S3KeyPrefix string `json:"S3KeyPrefix,omitempty"`
}
