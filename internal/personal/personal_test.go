package personal_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/personal"
)

// Whoever adds a field that can hold what somebody wrote has to say whether it is
// personal: nobody is to find out from a log that it was.
func TestEveryFieldOfTextIsDecided(t *testing.T) {
	fields := 0
	protoregistry.GlobalFiles.RangeFilesByPackage("liveness.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Messages().Len() {
			fields += requireDecided(t, file.Messages().Get(i))
		}
		return true
	})
	require.Greater(t, fields, 30, "the contract's fields of text")
}

// requireDecided checks a message and those declared in it, and returns how many fields
// hold text or bytes. A map is decided as a whole.
func requireDecided(t *testing.T, message protoreflect.MessageDescriptor) (fields int) {
	t.Helper()
	for i := range message.Messages().Len() {
		if nested := message.Messages().Get(i); !nested.IsMapEntry() {
			fields += requireDecided(t, nested)
		}
	}
	for i := range message.Fields().Len() {
		if field := message.Fields().Get(i); holdsText(field) {
			fields++
			require.True(t, proto.HasExtension(field.Options(), livenessv1.E_Personal),
				"%s: say (liveness.v1.personal) = true or false", field.FullName())
		}
	}
	return fields
}

func holdsText(field protoreflect.FieldDescriptor) bool {
	if field.IsMap() {
		return holdsText(field.MapKey()) || holdsText(field.MapValue())
	}
	return field.Kind() == protoreflect.StringKind || field.Kind() == protoreflect.BytesKind
}

func TestTexts(t *testing.T) {
	returnURL, notifyURL, extra := "return", "notify", "extra"
	require.ElementsMatch(t, []string{"subject", "CN", "name", "number", "return", "notify", "extra"},
		personal.Texts(&livenessv1.IssueLivenessTokenRequest{
			Scenario: "login", Regions: []string{"cn"}, AcceptedProducts: []string{"acme.app"}, IdempotencyKey: "key",
			SubjectId: "subject", Reference: "reference",
			Comparison: &livenessv1.Comparison{
				IdentityDocument: &livenessv1.IdentityDocument{
					Type:    livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_PASSPORT,
					Country: "CN", Name: "name", Number: "number",
				},
				Photos: []*livenessv1.Photo{{Content: []byte("photo")}},
			},
			Callback: &livenessv1.Callback{ReturnUrl: &returnURL, NotifyUrl: &notifyURL, ExtraData: &extra},
		}))
	require.ElementsMatch(t, []string{"token", "session", "url", "digits", "value"},
		personal.Texts(&livenessv1.IssueLivenessTokenResponse{
			Token: "token", SessionId: "session", Product: "acme.app", Account: "acme-cn", Region: "cn", Reference: "reference",
			Client: &livenessv1.Client{
				Url: "url", Digits: "digits", Endpoint: "endpoint", Region: "cn", Parameters: map[string]string{"key": "value"},
			},
			Attempts: []*livenessv1.Attempt{{Product: "acme.app", Reason: "OK"}},
		}))
}
