package interceptor

import (
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// usual are messages as nearly all are.
var usual = []string{
	`{"flow": "FLOW_SPOKEN_DIGITS", "scenario": "login", "acceptedProducts": ["megvii.random-number"],
	  "subjectId": "user-7f3a", "reference": "order-20931", "idempotencyKey": "7f3a-1"}`,
	`{"flow": "FLOW_APP_SDK", "regions": ["cn", "sgp"]}`,
	`{"flow": "FLOW_HOSTED_PAGE", "comparison": {"photos": [{"content": "/9g="}, {"content": "/9g="}], "detectRotatedFaces": true, "optional": true},
	  "callback": {"returnUrl": "https://shop.example/done/7f3a", "notifyUrl": "https://hooks.shop.example/"}}`,
	`{"flow": "FLOW_JS_SDK", "comparison": {"photos": [{"content": "/9g="}]}, "callback": {}}`,
}

// rare are messages with a field of each kind that plain leaves to the library.
var rare = []string{
	`{"flow": "FLOW_HOSTED_PAGE", "callback": {"returnUrl": "http://shop.example/"}}`,
	`{"flow": "FLOW_HOSTED_PAGE", "callback": {"returnUrl": "https://shop.example/?id=7"}}`,
	`{"flow": "FLOW_HOSTED_PAGE", "callback": {"notifyUrl": "https://shop.example:8443/"}}`,
	`{"flow": "FLOW_HOSTED_PAGE", "callback": {"extraData": ""}}`,
	`{"flow": "FLOW_HOSTED_PAGE", "comparison": {"identityDocument":
	  {"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name": "n", "number": "1"}}}`,
	`{"flow": "FLOW_JS_SDK", "comparison": {"photos": [{"content": "/9g="}], "multipleFaces": "MULTIPLE_FACES_REJECT"}}`,
	`{"flow": "FLOW_JS_SDK", "tokenLifetime": "600s"}`,
	`{"flow": "FLOW_JS_SDK", "capture": {"maxUploads": 3}}`,
	`{"flow": "FLOW_APP_SDK", "detection": "DETECTION_ID_CARD_OCR"}`,
	`{"flow": "FLOW_APP_SDK", "subjectId": "用户"}`,
}

var fourPhotos = []*livenessv1.Photo{{Content: []byte{1}}, {Content: []byte{1}}, {Content: []byte{1}}, {Content: []byte{1}}}

func fromJSON(t require.TestingT, text string) *livenessv1.IssueLivenessTokenRequest {
	request := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, protojson.Unmarshal([]byte(text), request))
	return request
}

func TestPlain(t *testing.T) {
	for _, text := range usual {
		require.True(t, plain(fromJSON(t, text)), text)
	}
	for _, text := range rare {
		require.False(t, plain(fromJSON(t, text)), text)
	}
}

// What is plain keeps the contract's rules, whatever they have become.
func FuzzPlain(f *testing.F) {
	validator, err := newValidator()
	require.NoError(f, err)
	for _, text := range append(usual, rare...) {
		encoded, err := proto.Marshal(fromJSON(f, text))
		require.NoError(f, err)
		f.Add(encoded)
	}
	for _, broken := range []*livenessv1.IssueLivenessTokenRequest{
		{},
		{Flow: 5},
		{Flow: 1, IdempotencyKey: strings.Repeat("k", 129)},
		{Flow: 1, Scenario: "Login"},
		{Flow: 1, AcceptedProducts: []string{""}},
		{Flow: 1, Regions: make([]string, 65)},
		{Flow: 1, SubjectId: strings.Repeat("s", 513)},
		{Flow: 1, Reference: strings.Repeat("r", 129)},
		{Flow: 1, Reference: "a\x00b"},
		{Flow: 1, Reference: "a\u202eb", SubjectId: "a\nb"},
		{Flow: 1, Regions: []string{"a\x7f"}, AcceptedProducts: []string{"a\u200b"}},
		{Flow: 1, Comparison: &livenessv1.Comparison{}},
		{Flow: 1, Comparison: &livenessv1.Comparison{Photos: []*livenessv1.Photo{{}}}},
		{Flow: 1, Comparison: &livenessv1.Comparison{Photos: fourPhotos}},
		{Flow: 1, Callback: &livenessv1.Callback{ReturnUrl: new("")}},
		{Flow: 1, Callback: &livenessv1.Callback{NotifyUrl: new("https:///x")}},
		{Flow: 1, Callback: &livenessv1.Callback{NotifyUrl: new("https://a@b.example/")}},
		{Flow: 1, Callback: &livenessv1.Callback{ReturnUrl: new("https://shop.example/" + strings.Repeat("p", 2048))}},
	} {
		encoded, err := proto.Marshal(broken)
		require.NoError(f, err)
		f.Add(encoded)
	}
	f.Fuzz(func(t *testing.T, encoded []byte) {
		request := &livenessv1.IssueLivenessTokenRequest{}
		if proto.Unmarshal(encoded, request) == nil && plain(request) {
			require.NoError(t, validator.Validate(request))
		}
	})
}

func BenchmarkValidate(b *testing.B) {
	validator, err := protovalidate.New(protovalidate.WithMessages(&livenessv1.IssueLivenessTokenRequest{}))
	require.NoError(b, err)
	for name, text := range map[string]string{"small": usual[0], "photos": usual[2]} {
		request := fromJSON(b, text)
		b.Run(name+"/plain", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = plain(request)
			}
		})
		b.Run(name+"/library", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = validator.Validate(request)
			}
		})
	}
}
