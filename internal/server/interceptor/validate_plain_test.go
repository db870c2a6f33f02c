package interceptor

import (
	"slices"
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"pgregory.net/rapid"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// ordinary are messages of every flow that need no second look.
var ordinary = []string{
	`{"flow": "FLOW_SPOKEN_DIGITS", "scenario": "login", "acceptedProducts": ["megvii.random-number"],
	  "subjectId": "user-7f3a", "reference": "order-20931", "idempotencyKey": "7f3a-1"}`,
	`{"flow": "FLOW_HOSTED_PAGE", "scenario": "withdrawal", "regions": ["cn", "sgp"], "subjectId": "用户",
	  "comparison": {"identityDocument": {"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name": "张三", "number": "11010519491231002X"}, "photos": [{"content": "/9g="}]},
	  "callback": {"returnUrl": "https://shop.example/a/return?order=1&step=2", "notifyUrl": "http://10.0.0.7/notify", "extraData": "{}"}}`,
	`{"flow": "FLOW_JS_SDK", "comparison": {"photos": [{"content": "/9g="}], "detectRotatedFaces": true, "multipleFaces": "MULTIPLE_FACES_REJECT"},
	  "tokenLifetime": "600s", "capture": {"maxUploads": 3, "flashColors": 6, "language": "zh", "faceOcclusionCheck": true}}`,
	`{"flow": "FLOW_APP_SDK", "detection": "DETECTION_ID_CARD_OCR"}`,
}

func fromJSON(t require.TestingT, text string) *livenessv1.IssueLivenessTokenRequest {
	message := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, protojson.Unmarshal([]byte(text), message))
	return message
}

func TestOrdinaryMessagesArePlain(t *testing.T) {
	for _, json := range ordinary {
		require.True(t, plain(fromJSON(t, json)), json)
	}
}

// everything is a message with something in each field that holds a message.
var everything = strings.TrimSuffix(ordinary[1], "}") + `, "tokenLifetime": "600s", "capture": {"language": "en"}}`

// breaking holds, for everything in the contract that has rules, how to break them in an
// ordinary message.
var breaking = map[string]func(*livenessv1.IssueLivenessTokenRequest){
	"IssueLivenessTokenRequest.idempotency_key":   func(r *livenessv1.IssueLivenessTokenRequest) { r.IdempotencyKey = "a b" },
	"IssueLivenessTokenRequest.flow":              func(r *livenessv1.IssueLivenessTokenRequest) { r.Flow = 5 },
	"IssueLivenessTokenRequest.scenario":          func(r *livenessv1.IssueLivenessTokenRequest) { r.Scenario = "Login" },
	"IssueLivenessTokenRequest.accepted_products": func(r *livenessv1.IssueLivenessTokenRequest) { r.AcceptedProducts = []string{""} },
	"IssueLivenessTokenRequest.regions":           func(r *livenessv1.IssueLivenessTokenRequest) { r.Regions = make([]string, 65) },
	"IssueLivenessTokenRequest.subject_id":        func(r *livenessv1.IssueLivenessTokenRequest) { r.SubjectId = strings.Repeat("a", 513) },
	"IssueLivenessTokenRequest.reference":         func(r *livenessv1.IssueLivenessTokenRequest) { r.Reference = strings.Repeat("a", 129) },
	"Comparison":                                  func(r *livenessv1.IssueLivenessTokenRequest) { r.Comparison = &livenessv1.Comparison{} },
	"Comparison.photos":                           func(r *livenessv1.IssueLivenessTokenRequest) { r.Comparison.Photos = make([]*livenessv1.Photo, 4) },
	"Comparison.multiple_faces": func(r *livenessv1.IssueLivenessTokenRequest) {
		r.Comparison.MultipleFaces = livenessv1.MultipleFaces(3)
	},
	"IdentityDocument.type":                    func(r *livenessv1.IssueLivenessTokenRequest) { r.Comparison.IdentityDocument.Type = 4 },
	"IdentityDocument.country":                 func(r *livenessv1.IssueLivenessTokenRequest) { r.Comparison.IdentityDocument.Country = "cn" },
	"Photo":                                    func(r *livenessv1.IssueLivenessTokenRequest) { r.Comparison.Photos[0].Content = nil },
	"IdentityDocument.name":                    func(r *livenessv1.IssueLivenessTokenRequest) { r.Comparison.IdentityDocument.Name = "" },
	"IdentityDocument.number":                  func(r *livenessv1.IssueLivenessTokenRequest) { r.Comparison.IdentityDocument.Number = "" },
	"Callback.return_url":                      func(r *livenessv1.IssueLivenessTokenRequest) { r.Callback.ReturnUrl = new("ftp://shop.example/") },
	"Callback.notify_url":                      func(r *livenessv1.IssueLivenessTokenRequest) { r.Callback.NotifyUrl = new("https://shop example/") },
	"Callback.extra_data":                      func(r *livenessv1.IssueLivenessTokenRequest) { r.Callback.ExtraData = new(strings.Repeat("a", 4097)) },
	"IssueLivenessTokenRequest.token_lifetime": func(r *livenessv1.IssueLivenessTokenRequest) { r.TokenLifetime.Seconds = 59 },
	"Capture.max_uploads":                      func(r *livenessv1.IssueLivenessTokenRequest) { r.Capture.MaxUploads = new(int32(6)) },
	"Capture.flash_colors":                     func(r *livenessv1.IssueLivenessTokenRequest) { r.Capture.FlashColors = new(int32(5)) },
	"Capture.language":                         func(r *livenessv1.IssueLivenessTokenRequest) { r.Capture.Language = new("e1") },
	"IssueLivenessTokenRequest.detection":      func(r *livenessv1.IssueLivenessTokenRequest) { r.Detection = livenessv1.Detection(3) },
}

// A rule that is added to the contract must be looked at in plain too.
func TestEveryRuleIsLookedAt(t *testing.T) {
	validator, err := protovalidate.New()
	require.NoError(t, err)
	for _, name := range ruled((&livenessv1.IssueLivenessTokenRequest{}).ProtoReflect().Descriptor()) {
		message := fromJSON(t, everything)
		require.True(t, plain(message))
		require.Contains(t, breaking, name)
		breaking[name](message)
		require.Error(t, validator.Validate(message), "the rules of %s are kept", name)
		require.False(t, plain(message), "the rules of %s are not looked at", name)
	}
}

// ruled returns the names, in the contract's package, of all that has rules, at any depth.
func ruled(message protoreflect.MessageDescriptor) (names []string) {
	add := func(d protoreflect.Descriptor, rules protoreflect.ExtensionType) {
		if proto.HasExtension(d.Options(), rules) {
			names = append(names, strings.TrimPrefix(string(d.FullName()), "liveness.v1."))
		}
	}
	add(message, validate.E_Message)
	for i := range message.Oneofs().Len() {
		add(message.Oneofs().Get(i), validate.E_Oneof)
	}
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		add(field, validate.E_Field)
		if field.Kind() == protoreflect.MessageKind {
			names = append(names, ruled(field.Message())...)
		}
	}
	return names
}

func TestPlainMessagesKeepTheRules(t *testing.T) {
	validator, err := protovalidate.New()
	require.NoError(t, err)
	keeps := func(t *rapid.T, vary ...func(*rapid.T, *livenessv1.IssueLivenessTokenRequest)) {
		message := fromJSON(t, everything)
		for _, v := range vary {
			v(t, message)
		}
		if plain(message) {
			require.NoError(t, validator.Validate(message))
		}
	}
	for range 50 { // a hundred messages each
		rapid.Check(t, func(t *rapid.T) {
			keeps(t, rapid.SliceOfN(rapid.SampledFrom(variations), 1, 3).Draw(t, "variations")...)
		})
		rapid.Check(t, func(t *rapid.T) { keeps(t, varyURL) })
	}
}

// variations draw a field on either side of what plain allows.
var variations = []func(*rapid.T, *livenessv1.IssueLivenessTokenRequest){
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.IdempotencyKey = text(t, 0, 128) },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.Flow = livenessv1.Flow(near(t, 1, 4)) },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.Scenario = text(t, 0, 64) },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.AcceptedProducts = texts(t, 64) },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.Regions = texts(t, 64) },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.SubjectId = text(t, 512) },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.Reference = text(t, 128) },
	func(_ *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.Comparison.IdentityDocument = nil },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) {
		r.Comparison.IdentityDocument = &livenessv1.IdentityDocument{
			Type: livenessv1.IdentityDocumentType(near(t, 1, 3)), Country: text(t, 2), Name: text(t, 0), Number: text(t, 0),
		}
	},
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) {
		r.Comparison.Photos = slices.Repeat([]*livenessv1.Photo{{Content: []byte(text(t, 0))}}, int(max(0, near(t, 0, 3))))
	},
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) {
		r.Comparison.MultipleFaces = livenessv1.MultipleFaces(near(t, 0, 2))
	},
	varyURL,
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.Callback.NotifyUrl = new(url(t)) },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.Callback.ExtraData = new(text(t, 4096)) },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) {
		r.TokenLifetime = &durationpb.Duration{Seconds: int64(near(t, 60, 86400)), Nanos: near(t, 0)}
	},
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.Capture.MaxUploads = new(near(t, 2, 5)) },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) {
		r.Capture.FlashColors = new(near(t, 4, 6, 8))
	},
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.Capture.Language = new(text(t, 2, 3)) },
	func(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) {
		r.Detection = livenessv1.Detection(near(t, 0, 2))
	},
}

// near draws one of the numbers, or one beside it.
func near(t *rapid.T, numbers ...int32) int32 {
	return rapid.SampledFrom(numbers).Draw(t, "near") + rapid.Int32Range(-1, 1).Draw(t, "beside")
}

// text draws a text of about one of the lengths, of a single character.
func text(t *rapid.T, lengths ...int32) string {
	character := rapid.SampledFrom([]string{"a", "a", "Z", "0", "-", ".", "~", "ß", " "}).Draw(t, "character")
	return strings.Repeat(character, int(max(0, near(t, lengths...))))
}

func texts(t *rapid.T, most int32) []string {
	return slices.Repeat([]string{text(t, 0, most)}, int(max(0, near(t, 0, most))))
}

func varyURL(t *rapid.T, r *livenessv1.IssueLivenessTokenRequest) { r.Callback.ReturnUrl = new(url(t)) }

func url(t *rapid.T) string {
	scheme := rapid.SampledFrom([]string{"https://", "https://a", "https://a/", "https://a/?", "http://", "HTTPS://", "https:/", ""}).Draw(t, "scheme")
	characters := []rune("a0.-_~/?=&:@%#[]é ")
	return scheme + rapid.StringOfN(rapid.SampledFrom(characters), 0, 6, -1).Draw(t, "rest")
}
