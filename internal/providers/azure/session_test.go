package azure

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// answers is a transport that gives every request the same answer.
type answers struct {
	status int
	body   string
	header http.Header
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(strings.NewReader(a.body))}, r.Body.Close()
}

func issue(tb testing.TB, over http.RoundTripper, parameters map[string]string, request *providers.Request) (*providers.Token, *providers.Error) {
	tb.Helper()
	token, err := targetOver(over, parameters).Issue(tb.Context(), providers.Call{Request: request, Now: time.Unix(1700000000, 0)})
	if err == nil {
		return token, nil
	}
	var failure *providers.Error
	require.ErrorAs(tb, err, &failure)
	return nil, failure
}

func targetOver(over http.RoundTripper, parameters map[string]string) *livenessTarget {
	config := providers.AccountConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "vendor.example"}, PathPrefix: "/face/v1.2", Transport: over,
		Credentials: []map[string]sensitive.String{{keySubscriptionKey: sensitive.New("key-5127")}},
	}
	return &livenessTarget{&target{&account{config}, parameters}}
}

const issued = `{"sessionId":"0b0d5f6e-3f0a-4a53-9d0c-0c6d3f1f2a11","authToken":"eyJhbGciOiJFUzI1NiJ9.e30.c2ln","status":"NotStarted"}`

func device() *providers.Request { return &providers.Request{DeviceID: sensitive.New("device-1")} }

// A lifetime that is asked for holds, be it longer than what holds otherwise.
func TestLifetimeOfAToken(t *testing.T) {
	for _, test := range []struct {
		asked    time.Duration
		target   string
		lifetime time.Duration
		source   providers.ExpirySource
	}{
		{0, "", 10 * time.Minute, providers.DocumentedDefault},
		{0, "300", 5 * time.Minute, providers.Requested},
		{0, "7200", 2 * time.Hour, providers.Requested},
		{time.Minute, "7200", time.Minute, providers.Requested},
		{24 * time.Hour, "", 24 * time.Hour, providers.Requested},
	} {
		request := device()
		request.TokenLifetime = test.asked
		token, failure := issue(t, answers{status: 200, body: issued}, map[string]string{timeToLive.Name: test.target}, request)
		require.Nil(t, failure)
		require.Equal(t, providers.Expiry{Time: time.Unix(1700000000, 0).Add(test.lifetime), Source: test.source}, token.Expiry)
	}
}

// The client asks for the result under the session: a token without one is none.
func TestBothOfASession(t *testing.T) {
	for _, body := range []string{
		`{"authToken":"a.b.c"}`, `{"sessionId":"s-1"}`, `{"sessionId":null,"authToken":"a.b.c"}`, `{"sessionId":"s 1","authToken":"a.b.c"}`,
		`{"sessionId":"s-1","authToken":""}`,
	} {
		_, failure := issue(t, answers{status: 200, body: body}, nil, device())
		require.NotNil(t, failure, body)
		require.Equal(t, providers.VendorResponseInvalid, failure.Reason, body)
	}
}

// Every shape of the fact sheet, as the vendor writes it.
func TestErrors(t *testing.T) {
	asking := device()
	asking.TokenLifetime = time.Hour
	for _, test := range []struct {
		status  int
		body    string
		header  string
		request *providers.Request
		reason  providers.Reason
		code    string
		field   providers.Path
	}{
		{status: 400, body: `{"error":{"code":"InvalidTokenLifetime"}}`, request: asking, reason: providers.ArgumentRejected, code: "INVALIDTOKENLIFETIME", field: "token_lifetime"},
		{status: 400, body: `{"error":{"code":"InvalidTokenLifetime"}}`, reason: providers.ArgumentRejected, code: "INVALIDTOKENLIFETIME"},
		{status: 400, body: `{"error":{"code":"InvalidDeviceCorrelationId"}}`, reason: providers.ArgumentRejected, code: "INVALIDDEVICECORRELATIONID", field: "device_id"},
		{status: 400, body: `{"error":{"code":"InvalidDeviceCorrelationId"}}`, request: &providers.Request{}, reason: providers.ArgumentRejected, code: "INVALIDDEVICECORRELATIONID"},
		{status: 400, body: `{"error":{"code":"InvalidImage"}}`, reason: providers.ArgumentRejected, code: "INVALIDIMAGE"},
		{status: 403, body: `{"error":{"code":"InvalidRequest","innererror":{"code":"UnsupportedFeature"}}}`, reason: providers.VendorPermissionDenied, code: "UNSUPPORTEDFEATURE"},
		{status: 299, body: `{"error":{"code":"UnsupportedFeature"}}`, reason: providers.VendorPermissionDenied, code: "UNSUPPORTEDFEATURE"},
		{status: 400, body: `{"error":{"code":"InvalidRequest","innererror":"none"}}`, reason: providers.ArgumentRejected, code: "INVALIDREQUEST"},
		{status: 400, body: `{"error":{"code":"InvalidRequest","innererror":{"code":"Teapot"}}}`, reason: providers.ArgumentRejected, code: "INVALIDREQUEST"},
		{status: 403, body: `{"error":{"code":"BadArgument","innererror":{"code":"Teapot","innererror":{"code":"UnsupportedFeature"}}}}`, reason: providers.VendorPermissionDenied, code: "UNSUPPORTEDFEATURE"},
		{status: 400, body: `{"error":{"code":"Kettle","innererror":{"code":"Teapot"}}}`, reason: providers.VendorErrorUnrecognized, code: "TEAPOT"},
		{status: 409, body: `{"error":{"code":"Conflict"}}`, header: "ConcurrentOperationConflict", reason: providers.VendorConcurrencyLimited, code: "CONCURRENTOPERATIONCONFLICT"},
		{status: 429, body: `{"error":{"statusCode":429,"message":"slow down"}}`, reason: providers.VendorRateLimited},
		{status: 403, body: `{"statusCode":403,"message":"denied"}`, reason: providers.VendorPermissionDenied},
		{status: 401, body: `{"error":{"code":"401"}}`, reason: providers.VendorCredentialsRejected, code: "401"},
		{status: 404, body: `{"error":{"code":"404"}}`, reason: providers.VendorEndpointNotFound},
		{status: 500, body: `{"error":{"code":"Unspecified"}}`, reason: providers.VendorInternalError},
		{status: 400, body: `{"error":{"code":"Unspecified"}}`, reason: providers.VendorErrorUnrecognized},
		{status: 200, body: `{"error":{"code":"Unspecified"},"sessionId":"s-1","authToken":"a.b.c"}`, reason: providers.VendorErrorUnrecognized, code: "UNSPECIFIED"},
		{status: 409, header: "ConcurrentOperationConflict", reason: providers.VendorConcurrencyLimited, code: "CONCURRENTOPERATIONCONFLICT"},
		{status: 200, body: issued, header: "InvalidRequestBody", reason: providers.ArgumentRejected, code: "INVALIDREQUESTBODY"},
		{status: 400, body: `{"error":{"code":"InvalidLivenessOperationMode"}}`, header: "BadArgument", reason: providers.ArgumentRejected, code: "INVALIDLIVENESSOPERATIONMODE"},
	} {
		if test.request == nil {
			test.request = device()
		}
		header := http.Header{}
		header.Set("x-ms-error-code", test.header)
		_, failure := issue(t, answers{test.status, test.body, header}, nil, test.request)
		require.NotNil(t, failure, test.body)
		require.Equal(t, test.reason, failure.Reason, test.body)
		require.Equal(t, test.code, failure.Exchange.Code, test.body)
		if test.field == "" {
			require.False(t, failure.CallersFault(), test.body)
			continue
		}
		require.Equal(t, []providers.Violation{{Path: test.field, Reason: test.reason, Description: "refused by the vendor"}}, failure.Violations)
	}
}

// What the vendor takes ends at these values.
func TestLimits(t *testing.T) {
	request := func(change func(*providers.Request)) *providers.Request {
		r := device()
		r.Photos = []sensitive.Bytes{sensitive.NewBytes(make([]byte, leastPhotoBytes))}
		change(r)
		return r
	}
	photos := func(sizes ...int) func(*providers.Request) {
		return func(r *providers.Request) {
			r.Photos = nil
			for _, size := range sizes {
				r.Photos = append(r.Photos, sensitive.NewBytes(make([]byte, size)))
			}
		}
	}
	lifetime := func(d time.Duration) func(*providers.Request) {
		return func(r *providers.Request) { r.TokenLifetime = d }
	}
	deviceID := func(id string) func(*providers.Request) {
		return func(r *providers.Request) { r.DeviceID = sensitive.New(id) }
	}
	client := map[string]string{setInClient.Name: on}
	for _, test := range []struct {
		name       string
		change     func(*providers.Request)
		parameters map[string]string
		want       []providers.Violation
	}{
		{"least photo", photos(1024), nil, nil},
		{"small photo", photos(1023), nil, []providers.Violation{{Path: "comparison.photos", Reason: providers.PhotoUnreadable, Description: "must be of 1 KB at least"}}},
		{"most photo", photos(6_000_000), nil, nil},
		{"large photo", photos(6_000_001), nil, []providers.Violation{{Path: "comparison.photos", Reason: providers.PhotoTooLarge, Description: "at most 6 MB"}}},
		{"two photos", photos(1024, 1024), nil, []providers.Violation{{Path: "comparison.photos", Reason: providers.ArgumentRejected, Description: "at most 1 photo"}}},
		{"no photo", photos(), nil, []providers.Violation{{Path: "comparison.photos", Reason: providers.NoEligibleProduct, Description: "required"}}},
		{"a minute", lifetime(time.Minute), nil, nil},
		{"less", lifetime(59 * time.Second), nil, []providers.Violation{{Path: "token_lifetime", Reason: providers.ArgumentRejected, Description: "must be 60 to 86400 seconds"}}},
		{"a day", lifetime(24 * time.Hour), nil, nil},
		{"more", lifetime(24*time.Hour + time.Second), nil, []providers.Violation{{Path: "token_lifetime", Reason: providers.ArgumentRejected, Description: "must be 60 to 86400 seconds"}}},
		{"longest device", deviceID(strings.Repeat("中", 64)), nil, nil},
		{"long device", deviceID(strings.Repeat("d", 65)), nil, []providers.Violation{{Path: "device_id", Reason: providers.ArgumentRejected, Description: "at most 64 characters"}}},
		{"no device", deviceID(""), nil, []providers.Violation{{Path: "device_id", Reason: providers.NoEligibleProduct, Description: "required"}}},
		{"the client's device", deviceID(""), client, nil},
		{"the largest face", func(r *providers.Request) { r.MultipleFaces = providers.UseLargestFace }, nil, []providers.Violation{{Path: "comparison.multiple_faces", Reason: providers.NoEligibleProduct, Description: "must be reject"}}},
	} {
		r := request(test.change)
		require.Equal(t, test.want, livenessWithVerify.Check(r, r.Asks(), providers.Settings{Parameters: test.parameters}), test.name)
	}
	require.NotEmpty(t, liveness.Check(request(photos(1024)), request(photos(1024)).Asks(), providers.Settings{}), "a photo that nothing is compared with")
}

func TestFractions(t *testing.T) {
	for percent, want := range map[string]string{"1": "0.01", "29": "0.29", "50": "0.5", "100": "1"} {
		require.Equal(t, want, fraction(percent))
	}
}

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces(t)) }

func BenchmarkPieces(b *testing.B) { alloctest.Benchmark(b, pieces(b)) }

func pieces(tb testing.TB) map[string]alloctest.Piece {
	tb.Helper()
	call := providers.Call{Request: device(), Now: time.Unix(1700000000, 0)}
	target := targetOver(alloctest.NewVendor(http.StatusOK, issued), nil)
	return map[string]alloctest.Piece{
		"body": alloctest.AtMost(12, func() { target.body(call) }),
		"a call": alloctest.AtMost(43, func() {
			if _, err := target.Issue(tb.Context(), call); err != nil {
				tb.Error(err)
			}
		}),
	}
}
