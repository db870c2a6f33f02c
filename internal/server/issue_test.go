package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// everyField is a request with every field but idempotency_key. The photo's base64 has
// every character that differs between the alphabets.
const everyField = `{
	"flow": "FLOW_JS_SDK", "scenario": "withdrawal",
	"acceptedProducts": ["acme.app", "acme.page"], "regions": ["cn", "sgp"],
	"subjectId": "subject", "reference": "order-1",
	"comparison": {
		"identityDocument": {"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name": "张三", "number": "11010519491231002X"},
		"photos": [{"content": "+/+/+/8="}, {"content": "AAEC"}],
		"detectRotatedFaces": false, "multipleFaces": "MULTIPLE_FACES_USE_LARGEST", "optional": true
	},
	"callback": {"returnUrl": "https://example.com/r", "notifyUrl": "https://example.com/n", "extraData": "extra"},
	"tokenLifetime": "3600s",
	"capture": {
		"maxUploads": 3, "flashColors": 8, "screenReplayCheck": true, "faceOcclusionCheck": false,
		"reportMultipleFaces": true, "language": "ZH-Hans"
	},
	"detection": "DETECTION_BANK_CARD_OCR",
	"clientMetadata": "{\"os\":\"ios\"}", "deviceId": "device-1"
}`

func queryOfEveryField() route.Query {
	return route.Query{
		Flow: providers.FlowJSSDK, Scenario: "withdrawal",
		AcceptedProducts: []string{"acme.app", "acme.page"}, Regions: []string{"cn", "sgp"},
		Request: &providers.Request{
			SubjectID: sensitive.New("subject"), Reference: "order-1",
			IdentityDocument: &providers.IdentityDocument{
				Type: providers.IdentityCard, Country: sensitive.New("CN"),
				Name: sensitive.New("张三"), Number: sensitive.New("11010519491231002X"),
			},
			Photos: []sensitive.Bytes{
				sensitive.NewBytes([]byte{0xfb, 0xff, 0xbf, 0xfb, 0xff}), sensitive.NewBytes([]byte{0, 1, 2}),
			},
			DetectRotatedFaces: new(false), MultipleFaces: providers.UseLargestFace, ComparisonOptional: true,
			ReturnURL: sensitive.New("https://example.com/r"), NotifyURL: sensitive.New("https://example.com/n"),
			ExtraData: sensitive.New("extra"), TokenLifetime: time.Hour,
			MaxUploads: 3, FlashColors: 8,
			ScreenReplayCheck: new(true), FaceOcclusionCheck: new(false), ReportMultipleFaces: new(true),
			Language: "zh", Detection: providers.DetectBankCard,
			ClientMetadata: sensitive.New(`{"os":"ios"}`), DeviceID: sensitive.New("device-1"),
		},
	}
}

// compareQueries reveals what may not be printed: these values are nobody's.
func compareQueries(want, got route.Query) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty(),
		cmp.Transformer("text", sensitive.String.Reveal), cmp.Transformer("bytes", sensitive.Bytes.Reveal))
}

func TestEveryFieldReachesTheIssuer(t *testing.T) {
	var got route.Query
	g := start(t, func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		got = query.Query
		return issues(ctx, query)
	})
	request := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, protojson.Unmarshal([]byte(everyField), request))
	requireEveryFieldSet(t, request)

	require.NotNil(t, g.overGRPC(t, request).response)
	require.Empty(t, compareQueries(queryOfEveryField(), got), "over gRPC")

	got = route.Query{}
	require.NotNil(t, g.post(t, everyField).response)
	require.Empty(t, compareQueries(queryOfEveryField(), got), "over REST")

	got = route.Query{}
	urlSafe := strings.Replace(everyField, "+/+/+/8=", "-_-_-_8", 1)
	require.NotNil(t, g.post(t, urlSafe).response)
	require.Empty(t, compareQueries(queryOfEveryField(), got), "over REST, photos in the other alphabet")
}

// requireEveryFieldSet keeps everyField whole when the contract grows.
func requireEveryFieldSet(t *testing.T, request *livenessv1.IssueLivenessTokenRequest) {
	t.Helper()
	for _, message := range []proto.Message{
		request, request.GetComparison(), request.GetComparison().GetIdentityDocument(),
		request.GetComparison().GetPhotos()[0], request.GetCallback(), request.GetCapture(),
	} {
		fields := message.ProtoReflect().Descriptor().Fields()
		for i := range fields.Len() {
			if field := fields.Get(i); field.Name() != "idempotency_key" {
				require.True(t, message.ProtoReflect().Has(field), "%s is not set", field.FullName())
			}
		}
	}
}

// issued is an outcome with every field of a token, behind a failed attempt.
func issued() *routing.Outcome {
	slow := &providers.Error{Reason: providers.VendorTimeout, Ambiguous: true}
	return &routing.Outcome{
		Token: &providers.Token{
			Value: sensitive.New("the-token"), SessionID: sensitive.New("the-session"),
			Expiry: providers.Expiry{Time: time.Date(2030, 1, 2, 3, 4, 5, 6000000, time.UTC), Source: providers.VendorStated},
			Client: providers.Client{
				URL: sensitive.New("https://vendor.example/do?token=the-token"), Digits: sensitive.New("0042"),
				Endpoint: "https://vendor.example", Parameters: map[string]sensitive.String{"lang": sensitive.New("zh")},
			},
			Reference: "made-for-the-vendor",
		},
		Attempts: []routing.Attempt{
			{
				Target: &route.Target{Product: &providers.Product{ID: "acme.app"}, Account: "acme-sgp"},
				Kind:   routing.First, Reason: slow.Reason, Duration: 3 * time.Second, Err: slow,
			},
			{
				Target: &route.Target{
					Product: &providers.Product{ID: "acme.page", Use: providers.SingleUse}, Account: "acme-cn", Region: "cn",
				},
				Kind: routing.Failover, Reason: providers.OK, Duration: 120 * time.Millisecond,
				Exchange: providers.Exchange{
					Reference: "made-for-the-vendor", RequestID: "1700000000,abc", HTTPStatus: 200,
					ProcessingTime: 85 * time.Millisecond, Billed: providers.BilledNo, Text: "for the log only",
				},
			},
		},
	}
}

// issuedJSON is issued as a REST caller reads it: lowerCamelCase, default values
// present, enums by name, times and durations as text, 32-bit numbers as numbers.
const issuedJSON = `{
	"token": "the-token", "sessionId": "the-session",
	"expireTime": "2030-01-02T03:04:05.006Z", "expirySource": "EXPIRY_SOURCE_VENDOR_STATED",
	"singleUse": true, "product": "acme.page", "account": "acme-cn", "region": "cn",
	"client": {
		"url": "https://vendor.example/do?token=the-token", "digits": "0042",
		"endpoint": "https://vendor.example", "parameters": {"lang": "zh"}, "region": "cn"
	},
	"requestId": "REQUEST-ID", "reference": "made-for-the-vendor", "replayed": false,
	"attempts": [
		{
			"product": "acme.app", "account": "acme-sgp", "region": "", "reason": "VENDOR_TIMEOUT", "duration": "3s",
			"vendorReference": "", "vendorRequestId": "", "vendorCode": "", "vendorHttpStatus": 0,
			"billed": "BILLED_UNSPECIFIED"
		},
		{
			"product": "acme.page", "account": "acme-cn", "region": "cn", "reason": "OK", "duration": "0.120s",
			"vendorReference": "made-for-the-vendor", "vendorRequestId": "1700000000,abc", "vendorCode": "",
			"vendorHttpStatus": 200, "processingTime": "0.085s", "billed": "BILLED_NO"
		}
	],
	"compares": false
}`

func TestResponse(t *testing.T) {
	g := start(t, func(context.Context, *routing.Query) (*routing.Outcome, error) { return issued(), nil })
	request := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_HOSTED_PAGE}

	overREST := g.overREST(t, request)
	require.Equal(t, http.StatusOK, overREST.httpStatus)
	require.JSONEq(t, strings.Replace(issuedJSON, "REQUEST-ID", overREST.requestID, 1), overREST.body)

	overGRPC := g.overGRPC(t, request)
	require.Equal(t, overGRPC.requestID, overGRPC.response.GetRequestId())
	require.NotEqual(t, overREST.requestID, overGRPC.requestID)
	require.Empty(t, cmp.Diff(overREST.response, overGRPC.response, protocmp.Transform(),
		protocmp.IgnoreFields(&livenessv1.IssueLivenessTokenResponse{}, "request_id")))
}

func TestResponseEchoesTheCallersReference(t *testing.T) {
	g := start(t, func(context.Context, *routing.Query) (*routing.Outcome, error) { return issued(), nil })
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			r := send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, Reference: "order-1"})
			require.Equal(t, "order-1", r.response.GetReference())
		})
	}
}

func TestResponseLeavesOutAnUnknownExpiry(t *testing.T) {
	g := start(t, issues)
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			response := send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}).response
			require.Nil(t, response.GetExpireTime())
			require.Equal(t, livenessv1.ExpirySource_EXPIRY_SOURCE_UNSPECIFIED, response.GetExpirySource())
		})
	}
}
