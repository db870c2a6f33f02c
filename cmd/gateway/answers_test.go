package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/durationpb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/demo"
)

// answer is one of testdata/answers.json: what a vendor sends, and what must come of
// it.
type answer struct {
	ID          string
	Product     string
	HTTPStatus  int    `json:"http_status"`
	ContentType string `json:"content_type"`
	Body        string
	SubjectID   string `json:"subject_id"`
	Want        struct {
		Token        string
		Digits       string
		LifetimeS    int64  `json:"lifetime_s"`
		ExpireTime   int64  `json:"expire_time"`
		ExpirySource string `json:"expiry_source"`
		SingleUse    bool   `json:"single_use"`
		Billed       string
		Reason       string
		Field        string
		HTTP         int
	}
}

// sampleLifetime is how long before its expired_time a sample was answered.
const sampleLifetime = 10 * time.Minute

// httpStatuses are those of the error table for the reasons that the answers have.
var httpStatuses = map[string]int{
	"VENDOR_CREDENTIALS_REJECTED": 502, "VENDOR_PERMISSION_DENIED": 502, "VENDOR_ENDPOINT_NOT_FOUND": 502,
	"VENDOR_ACCOUNT_EXPIRED": 502, "VENDOR_CONCURRENCY_LIMITED": 503, "VENDOR_INTERNAL_ERROR": 503,
	"VENDOR_SIGNATURE_EXPIRED": 503, "VENDOR_RATE_LIMITED": 503, "REQUEST_TOO_LARGE": 413,
	"ARGUMENT_REJECTED": 400, "PHOTO_UNREADABLE": 400, "IDENTITY_NUMBER_INVALID": 400, "NO_FACE_FOUND": 400,
}

func TestAnswersOverBothTransports(t *testing.T) {
	file, err := os.ReadFile("testdata/answers.json")
	require.NoError(t, err)
	var answers []answer
	require.NoError(t, json.Unmarshal(file, &answers))
	require.Len(t, answers, 21)

	log := checkAnswers(t, answers)
	for _, personal := range []string{"user-9173", "li-9173", "11010519491231002X", "photo-9173", "extra-9173", "test-key-5127", "test-secret-5127"} {
		require.NotContains(t, log.String(), personal)
	}
	require.Contains(t, log.String(), "VENDOR_RATE_LIMITED")
}

// checkAnswers has a vendor give each answer to a call over gRPC and one over REST, and
// returns the gateway's log.
func checkAnswers(t *testing.T, answers []answer) *lockedBuffer {
	t.Helper()
	var next answer
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", next.ContentType)
		if next.Want.ExpireTime != 0 { // a sample of its time, and so is the vendor's clock
			w.Header().Set("Date", time.Unix(next.Want.ExpireTime, 0).Add(-sampleLifetime).UTC().Format(http.TimeFormat))
		}
		w.WriteHeader(next.HTTPStatus)
		_, _ = io.WriteString(w, next.Body)
	}))
	t.Cleanup(vendor.Close)
	log := &lockedBuffer{}

	for _, a := range answers {
		t.Run(a.ID, func(t *testing.T) {
			next = a
			request := fullRequest(a.Product)
			request.SubjectId = cmp.Or(a.SubjectID, request.GetSubjectId())
			_, client := startGateway(t, vendorConfig, vendor.URL, log)
			start := time.Now()
			response, err := client.IssueLivenessToken(t.Context(), request)
			if a.Want.Reason == "" {
				require.NoError(t, err)
				checkToken(t, a, response, start)
			} else {
				checkFailure(t, a, status.Convert(err).Proto(), a.Want.Field)
			}

			start = time.Now()
			g, _ := startGateway(t, vendorConfig, vendor.URL, log) // holds nothing against the vendor
			httpStatus, body := post(t, g.restURL(), request)
			if a.Want.Reason == "" {
				require.Equal(t, http.StatusOK, httpStatus)
				response := &livenessv1.IssueLivenessTokenResponse{}
				require.NoError(t, protojson.Unmarshal(body, response))
				checkToken(t, a, response, start)
				return
			}
			want := httpStatuses[a.Want.Reason]
			if a.Want.HTTP != 0 {
				want = a.Want.HTTP
			}
			require.Equal(t, want, httpStatus)
			failure := &statuspb.Status{}
			require.NoError(t, protojson.Unmarshal(body, failure))
			field := strings.NewReplacer("return_url", "returnUrl", "identity_document", "identityDocument").Replace(a.Want.Field)
			checkFailure(t, a, failure, field)
		})
	}
	return log
}

// fullRequest asks a product for all that it can do.
func fullRequest(product string) *livenessv1.IssueLivenessTokenRequest {
	request := &livenessv1.IssueLivenessTokenRequest{
		Reference: "order1", SubjectId: "user-9173", AcceptedProducts: []string{product},
	}
	returnURL, notifyURL, extra, device := "https://shop.example/return", "https://shop.example/notify", "extra-9173", "device-9173"
	switch product {
	case "megvii.random-number":
		request.Flow = livenessv1.Flow_FLOW_SPOKEN_DIGITS
	case "megvii.pc-web", "megvii.lite-page":
		request.Flow = livenessv1.Flow_FLOW_HOSTED_PAGE
		request.Callback = &livenessv1.Callback{ReturnUrl: &returnURL, NotifyUrl: &notifyURL, ExtraData: &extra}
		request.Comparison = &livenessv1.Comparison{
			IdentityDocument: &livenessv1.IdentityDocument{
				Type: livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD, Country: "CN",
				Name: "li-9173", Number: "11010519491231002X",
			},
			Photos: []*livenessv1.Photo{{Content: []byte("photo-9173")}, {Content: []byte("photo-9173")}},
		}
	case "tencent.hosted-page", "tencent.intl-page":
		request.Flow = livenessv1.Flow_FLOW_HOSTED_PAGE
		request.Callback = &livenessv1.Callback{ReturnUrl: &returnURL, ExtraData: &extra}
		request.Comparison = &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: []byte("photo-9173")}}}
	case "aliyun.face-verify":
		request.Flow = livenessv1.Flow_FLOW_APP_SDK
		metadata := `{"deviceType":"meta-9173"}`
		request.ClientMetadata = &metadata
		request.Callback = &livenessv1.Callback{NotifyUrl: &notifyURL}
		request.Comparison = &livenessv1.Comparison{IdentityDocument: &livenessv1.IdentityDocument{
			Type: livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD, Country: "CN",
			Name: "li-9173", Number: "11010519491231002X",
		}}
	case "megvii.app-v3", "tencent.app", "tencent.intl-app":
		request.Flow = livenessv1.Flow_FLOW_APP_SDK
		request.Comparison = &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: []byte("photo-9173")}}}
	case "megvii.h5-flash":
		request.Flow = livenessv1.Flow_FLOW_JS_SDK
		request.Comparison = &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: []byte("photo-9173")}}}
		request.TokenLifetime = durationpb.New(30 * time.Minute)
	case "azure.liveness":
		request.Flow, request.DeviceId = livenessv1.Flow_FLOW_APP_SDK, &device
	case "azure.liveness-with-verify":
		request.Flow, request.DeviceId = livenessv1.Flow_FLOW_APP_SDK, &device
		request.Comparison = &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: bytes.Repeat([]byte("photo-9173"), 103)}}}
	default:
		request.Flow = livenessv1.Flow_FLOW_APP_SDK
	}
	return request
}

func checkToken(t *testing.T, a answer, got *livenessv1.IssueLivenessTokenResponse, start time.Time) {
	t.Helper()
	if a.Want.Token != "" {
		require.Equal(t, a.Want.Token, got.GetToken())
	}
	require.NotEmpty(t, got.GetToken())
	require.Equal(t, a.Want.Digits, got.GetClient().GetDigits())
	require.Equal(t, a.Want.SingleUse, got.GetSingleUse())
	require.Equal(t, "EXPIRY_SOURCE_"+a.Want.ExpirySource, got.GetExpirySource().String())
	if a.Want.ExpireTime != 0 {
		require.WithinDuration(t, start.Add(sampleLifetime), got.GetExpireTime().AsTime(), 5*time.Second)
	}
	if a.Want.LifetimeS != 0 {
		lifetime := got.GetExpireTime().AsTime().Sub(start)
		require.InDelta(t, a.Want.LifetimeS, lifetime.Seconds(), 5)
	}
	require.Equal(t, a.Product, got.GetProduct())
	require.Equal(t, "order1", got.GetReference())
	require.Len(t, got.GetAttempts(), 1)
	if a.Want.Billed != "" {
		require.Equal(t, "BILLED_"+strings.ToUpper(a.Want.Billed), got.GetAttempts()[0].GetBilled().String())
	}
}

func checkFailure(t *testing.T, a answer, got *statuspb.Status, field string) {
	t.Helper()
	details := map[string]bool{}
	for _, packed := range got.GetDetails() {
		detail, err := packed.UnmarshalNew()
		require.NoError(t, err)
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			require.Equal(t, a.Want.Reason, d.GetReason())
			require.Equal(t, a.Product, d.GetMetadata()["product"])
			details["info"] = true
		case *errdetails.BadRequest:
			require.Equal(t, field, d.GetFieldViolations()[0].GetField())
			details["field"] = true
		case *livenessv1.IssueFailure:
			require.Equal(t, a.Want.Reason, d.GetAttempts()[0].GetReason())
			details["attempts"] = true
		}
	}
	require.True(t, details["info"] && details["attempts"], "details: %v", details)
	require.Equal(t, a.Want.Field != "", details["field"])
}

// post makes a REST call and returns the HTTP status and the body of its answer.
func post(t *testing.T, url string, message *livenessv1.IssueLivenessTokenRequest) (int, []byte) {
	t.Helper()
	return postBody(t, url, demo.CompactJSON(message))
}

func postBody(t *testing.T, url string, content []byte) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(content))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, body
}
