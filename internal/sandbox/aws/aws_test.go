package aws_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestFaceLiveness(t *testing.T) {
	invalid, unread := samples.AWSFailed("InvalidParameterException"), samples.AWSFailed("SerializationException")
	set, raw := requests.Set, requests.Raw
	settings := func(format string, values ...any) []requests.Edit {
		return []requests.Edit{raw("Settings", fmt.Sprintf(format, values...))}
	}
	type edits = []requests.Edit
	requests.Run(t, samples.AWS, samples.FaceLiveness(), []step{
		{"nothing asked for", nil, 200, samples.AWSIssued},
		{"everything", edits{set("ClientRequestToken", "a-Z_0"), set("KmsKeyId", "arn:aws:kms:us-east-1:1:key/1"), raw("Settings", `{
			"AuditImagesLimit":4,"ChallengePreferences":[{"Type":"FaceMovementChallenge","Versions":{"Minimum":"1.0.0","Maximum":"999.0.10"}},
			{"Type":"FaceMovementAndLightChallenge"}],"OutputConfig":{"S3Bucket":"my.bucket-1","S3KeyPrefix":"a/b"}}`)}, 200, samples.AWSIssued},
		{"nulls are nothing", edits{raw("ClientRequestToken", "null"), raw("Settings", `{"AuditImagesLimit":null,"OutputConfig":null}`)}, 200, samples.AWSIssued},
		{"unknown member is ignored", edits{set("Colour", "blue")}, 200, samples.AWSIssued},
		{"token of 64", edits{set("ClientRequestToken", strings.Repeat("t", 64))}, 200, samples.AWSIssued},
		{"token of 65", edits{set("ClientRequestToken", strings.Repeat("t", 65))}, 400, invalid},
		{"token empty", edits{set("ClientRequestToken", "")}, 400, invalid},
		{"token of other characters", edits{set("ClientRequestToken", "a.b")}, 400, invalid},
		{"token a number", edits{raw("ClientRequestToken", "1")}, 400, unread},
		{"KmsKeyId empty", edits{set("KmsKeyId", "")}, 400, invalid},
		{"KmsKeyId begins with a sign", edits{set("KmsKeyId", "-a")}, 400, invalid},
		{"KmsKeyId of 2048", edits{set("KmsKeyId", strings.Repeat("k", 2048))}, 200, samples.AWSIssued},
		{"KmsKeyId of 2049", edits{set("KmsKeyId", strings.Repeat("k", 2049))}, 400, invalid},
		{"Settings a list", edits{raw("Settings", "[]")}, 400, unread},
		{"limit below 0 counts as 0", settings(`{"AuditImagesLimit":-3}`), 200, samples.AWSIssued},
		{"limit above 4 counts as 4", settings(`{"AuditImagesLimit":40}`), 200, samples.AWSIssued},
		{"limit as a text", settings(`{"AuditImagesLimit":"2"}`), 400, unread},
		{"limit not whole", settings(`{"AuditImagesLimit":2.5}`), 400, unread},
		{"preferences no list", settings(`{"ChallengePreferences":{}}`), 400, unread},
		{"no preference", settings(`{"ChallengePreferences":[]}`), 200, samples.AWSIssued},
		{"preference a text", settings(`{"ChallengePreferences":["FaceMovementChallenge"]}`), 400, unread},
		{"preference without a type", settings(`{"ChallengePreferences":[{}]}`), 400, invalid},
		{"type outside its values", settings(`{"ChallengePreferences":[{"Type":"Blink"}]}`), 400, invalid},
		{"second type outside its values", settings(`{"ChallengePreferences":[{"Type":"FaceMovementChallenge"},{"Type":"Blink"}]}`), 400, invalid},
		{"type a number", settings(`{"ChallengePreferences":[{"Type":1}]}`), 400, unread},
		{"more preferences than there are types", settings(`{"ChallengePreferences":[%s]}`, strings.TrimSuffix(strings.Repeat(`{"Type":"FaceMovementChallenge"},`, 11), ",")), 400, invalid},
		{"version with a leading zero", settings(`{"ChallengePreferences":[{"Type":"FaceMovementChallenge","Versions":{"Minimum":"01.0.0"}}]}`), 400, invalid},
		{"version of two parts", settings(`{"ChallengePreferences":[{"Type":"FaceMovementChallenge","Versions":{"Maximum":"1.0"}}]}`), 400, invalid},
		{"versions a text", settings(`{"ChallengePreferences":[{"Type":"FaceMovementChallenge","Versions":"1.0.0"}]}`), 400, unread},
		{"output without a bucket", settings(`{"OutputConfig":{"S3KeyPrefix":"a"}}`), 400, invalid},
		{"bucket too short", settings(`{"OutputConfig":{"S3Bucket":"ab"}}`), 400, invalid},
		{"bucket empty", settings(`{"OutputConfig":{"S3Bucket":""}}`), 400, invalid},
		{"bucket of other characters", settings(`{"OutputConfig":{"S3Bucket":"a/b/c"}}`), 400, invalid},
		{"prefix empty", settings(`{"OutputConfig":{"S3Bucket":"abc","S3KeyPrefix":""}}`), 200, samples.AWSIssued},
		{"prefix with a blank", settings(`{"OutputConfig":{"S3Bucket":"abc","S3KeyPrefix":"a b"}}`), 400, invalid},
		{"prefix of 951", settings(`{"OutputConfig":{"S3Bucket":"abc","S3KeyPrefix":"%s"}}`, strings.Repeat("p", 951)), 400, invalid},
		{"a member twice", edits{set("KmsKeyId", "a"), requests.Add("KmsKeyId", "a")}, 400, unread},
		{"no object", edits{requests.Body("[]")}, 400, unread},
		{"no body", edits{requests.Body("")}, 400, unread},
		{"another media type", edits{requests.Header("Content-Type", "application/json")}, 400, unread},
		{"another operation", edits{requests.Header("X-Amz-Target", "RekognitionService.DetectFaces")}, 404, samples.AWSFailed("UnknownOperationException")},
		{"no operation", edits{requests.Header("X-Amz-Target", "")}, 404, samples.AWSFailed("UnknownOperationException")},
		{"another path", edits{requests.At("/sessions")}, 404, samples.AWSFailed("UnknownOperationException")},
		{"too large", edits{set("KmsKeyId", strings.Repeat("k", 1<<20))}, 413, samples.AWSFailed("RequestEntityTooLargeException")},
	})
}

func TestHeadersOfAnswers(t *testing.T) {
	for _, edit := range []requests.Edit{requests.Header("User-Agent", "x"), requests.Set("KmsKeyId", ""), requests.At("/x")} {
		got := requests.Post(t, requests.Serve(t, samples.AWS()), samples.FaceLiveness().Edited(edit))
		require.Equal(t, samples.UUID, got.Header.Get("x-amzn-RequestId"))
		require.Equal(t, "application/x-amz-json-1.1", got.Header.Get("Content-Type"))
		require.Equal(t, "Tue, 14 Nov 2023 22:13:20 GMT", got.Header.Get("Date"))
	}
}

func TestClientRequestToken(t *testing.T) {
	var passed atomic.Int64
	o := sandbox.Options{Now: func() time.Time { return time.Unix(samples.ServerTime, passed.Load()) }}
	o.Credentials = sandbox.NewCredentials(map[string]string{sandbox.DemoAWSAccessKeyID: sandbox.DemoAWSSecretAccessKey, "OTHER": "other"})
	server := requests.Serve(t, sandbox.NewAWS(o))
	ask := func(edits ...requests.Edit) requests.Reply {
		return requests.Post(t, server, samples.FaceLiveness().Edited(edits...))
	}
	token := requests.Set("ClientRequestToken", "once")
	first := ask(token)
	require.Equal(t, 200, first.Status)
	require.Equal(t, first.Body, ask(token).Body)
	require.NotEqual(t, first.Body, ask(requests.Set("ClientRequestToken", "twice")).Body)
	require.NotEqual(t, first.Body, ask().Body)
	without := ask().Body
	require.NotEqual(t, without, ask().Body)
	other := ask(token, requests.Raw("Settings", `{"AuditImagesLimit":1}`))
	require.Equal(t, samples.AWSFailed("IdempotentParameterMismatchException")+"\n", other.Body)
	require.Equal(t, first.Body, ask(token).Body, "the mismatch changed nothing")
	another := signedBy(func(k *samples.AWSKey) { k.ID, k.Secret = "OTHER", "other" })
	require.NotEqual(t, first.Body, ask(append(another, token)...).Body, "another customer's token")

	passed.Store(int64(3*time.Minute - 1))
	late := requests.Edit(func(r *requests.Request) {
		key := samples.AWSDemo()
		key.Now = "20231114T221500Z"
		r.Sign = key.Sign
	})
	require.Equal(t, first.Body, ask(token, late).Body)
	passed.Store(int64(3 * time.Minute))
	require.NotEqual(t, first.Body, ask(token, late).Body, "the session is over")
}

func TestOneClientRequestTokenAtOnce(t *testing.T) {
	var all []*http.Request
	for range 64 {
		all = append(all, requests.HTTP(t, samples.FaceLiveness().Edited(requests.Set("ClientRequestToken", "once"))))
	}
	bodies, statuses := requests.Together(t, sandbox.NewAWS(sandbox.Options{Now: samples.Options().Now}), all)
	require.Equal(t, map[int]int{200: 64}, statuses)
	for _, body := range bodies {
		require.Equal(t, bodies[0], body)
	}
}

// A region without Face Liveness is told by this code, and by no word.
func TestAccessDeniedHasNoMessage(t *testing.T) {
	vendor := sandbox.NewAWS(samples.Options())
	require.NoError(t, vendor.Rehearse("aws.face-liveness", "code=AccessDeniedException", 1))
	got := requests.Post(t, requests.Serve(t, vendor), samples.FaceLiveness())
	require.Equal(t, 400, got.Status)
	require.Equal(t, `{"__type":"AccessDeniedException"}`+"\n", got.Body)
}
