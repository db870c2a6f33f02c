package aws

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Of Settings those are sent that are set, and none of them where none is.
func TestSettings(t *testing.T) {
	for want, parameters := range map[string]map[string]string{
		`{}`:                                  {"s3_key_prefix": "of no bucket", "audit_images": "0"},
		`{"Settings":{"AuditImagesLimit":4}}`: {"audit_images": "4"},
		`{"Settings":{"ChallengePreferences":[{"Type":"FaceMovementChallenge"}]}}`:              {"challenge": "FaceMovementChallenge"},
		`{"Settings":{"OutputConfig":{"S3Bucket":"bucket-1"}}}`:                                 {"s3_bucket": "bucket-1"},
		`{"KmsKeyId":"key-1","Settings":{"OutputConfig":{"S3Bucket":"b","S3KeyPrefix":"a/b"}}}`: {"kms_key_id": "key-1", "s3_bucket": "b", "s3_key_prefix": "a/b"},
	} {
		target, ok := Provider().Open(providers.AccountConfig{}).NewTarget(faceLiveness.ID, parameters).(*faceLivenessTarget)
		require.True(t, ok)
		var sent bytes.Buffer
		_, err := target.body(providers.Call{}).WriteTo(&sent)
		require.NoError(t, err)
		require.Equal(t, want, sent.String())
	}
}
