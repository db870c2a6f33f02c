package aws

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const sessionToken = "test/session+token/with=signs=="

var at = time.Unix(1700000000, 0)

// vendor is a transport that keeps the last request and gives every one the same answer.
type vendor struct {
	status int
	header http.Header
	body   string

	request *http.Request
	sent    string
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	content, err := io.ReadAll(r.Body)
	v.request, v.sent = r, string(content)
	header := v.header
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: v.status, Header: header, Body: io.NopCloser(strings.NewReader(v.body))}, err
}

func (v *vendor) open(credential map[string]sensitive.String, parameters map[string]string) *faceLivenessTarget {
	opened := open(providers.AccountConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "rekognition.us-east-1.amazonaws.com"}, Transport: v,
		Credentials: []map[string]sensitive.String{credential}, Options: map[string]string{"region": "us-east-1"},
	}).NewTarget(faceLiveness.ID, parameters)
	return opened.(*faceLivenessTarget) //nolint:forcetypeassert // the one product
}

func keys(token string) map[string]sensitive.String {
	credential := map[string]sensitive.String{
		keyAccessKeyID:     sensitive.New("TESTACCESSKEYID00001"),
		keySecretAccessKey: sensitive.New("test-secret-access-key-000000000000001"),
	}
	if token != "" {
		credential[keySessionToken] = sensitive.New(token)
	}
	return credential
}

// The vectors of the fact sheet that sign content-length, as the signer does.
func TestSignatureVectors(t *testing.T) {
	plain := func() *bodies.JSON { return bodies.NewJSON(mediaType) }
	full := func() *bodies.JSON {
		body := plain()
		body.Add("ClientRequestToken", "4c1f2a90-req-1")
		body.AddValue("Settings", settings{AuditImagesLimit: 2})
		return body
	}
	for _, test := range []struct {
		body        func() *bodies.JSON
		token, want string
	}{
		{plain, "", "aaf9966af323e9779a9467e286d426a14d44993ee8f124836ad7bdb4416c62c3"},
		{plain, sessionToken, "df3bd5337b26ff1cf3a1ce60c3fd38e9e969a1c48e07b45332bb9d6dcc17b255"},
		{full, "", "e3cba584b9234eed3d43bb14e27a7474101bcdf678897bc6f929a36d6cefb496"},
		{full, sessionToken, "8befe3b643d03151ce0aa7dd83cb4266858a5bd532f120db6d54519014ae8286"},
	} {
		v := &vendor{status: 200}
		target, body := v.open(keys(test.token), nil), test.body()
		address := *target.BaseURL
		address.Path = "/"
		target.sign(body, &address, map[string]string{"Content-Type": mediaType, "X-Amz-Target": operation}, keys(test.token), at)
		_, failure := vendorhttp.Post(t.Context(), v, &address, providers.Call{}, body)
		require.Nil(t, failure)
		require.True(t, strings.HasSuffix(v.request.Header.Get("Authorization"), "Signature="+test.want), v.sent)
		require.Equal(t, test.token, v.request.Header.Get("X-Amz-Security-Token"))
		require.Equal(t, []string{mediaType}, v.request.Header["Content-Type"])
	}
}

// The complete request, of a call without an id and a target without parameters.
func TestEmptyRequest(t *testing.T) {
	v := &vendor{status: 200, body: `{"SessionId":"s-1"}`}
	_, err := v.open(keys(""), nil).Issue(t.Context(), providers.Call{Request: &providers.Request{}, Now: at})
	require.NoError(t, err)
	require.Equal(t, "{}", v.sent)
}

// Attempts of one call have one token, other calls others; none shows the id.
func TestClientRequestToken(t *testing.T) {
	sent := func(requestID string, now time.Time) string {
		v := &vendor{status: 200, body: `{"SessionId":"s-1"}`}
		_, err := v.open(keys(""), nil).Issue(t.Context(), providers.Call{Request: &providers.Request{}, Now: now, RequestID: requestID})
		require.NoError(t, err)
		require.Regexp(t, `^{"ClientRequestToken":"[a-zA-Z0-9_-]{1,64}"}$`, v.sent)
		require.NotContains(t, v.sent, requestID)
		return v.sent
	}
	require.Equal(t, sent("R1", at), sent("R1", at.Add(time.Second)))
	require.NotEqual(t, sent("R1", at), sent("R2", at))
}

func TestErrors(t *testing.T) {
	date := func(offset time.Duration) http.Header {
		return http.Header{"Date": {at.Add(offset).UTC().Format(http.TimeFormat)}}
	}
	named := func(kind string) http.Header { return http.Header{"X-Amzn-Errortype": {kind}} }
	for name, test := range map[string]struct {
		vendor vendor
		reason providers.Reason
		code   string
	}{
		"the header alone":           {vendor{status: 400, header: named("AccessDeniedException:http://internal.amazon.com/coral/")}, providers.VendorPermissionDenied, accessDenied},
		"the header before the body": {vendor{status: 400, header: named("ThrottlingException"), body: `{"__type":"AccessDeniedException"}`}, providers.VendorRateLimited, "THROTTLINGEXCEPTION"},
		"__type before Code":         {vendor{status: 400, body: `{"__type":"a.b#ThrottlingException","Code":"AccessDeniedException"}`}, providers.VendorRateLimited, "THROTTLINGEXCEPTION"},
		"a known one behind others":  {vendor{status: 400, header: named("TeapotException"), body: `{"__type":"KettleException","Code":"ThrottlingException"}`}, providers.VendorRateLimited, "THROTTLINGEXCEPTION"},
		"namespace and address":      {vendor{status: 400, body: `{"__type":"com.amazon.coral.service#UnrecognizedClientException:http://x/#y"}`}, providers.VendorCredentialsRejected, "UNRECOGNIZEDCLIENTEXCEPTION"},
		"address with a fragment":    {vendor{status: 400, body: `{"__type":"AccessDeniedException:http://x/#y"}`}, providers.VendorPermissionDenied, accessDenied},
		"small letters":              {vendor{status: 403, body: `{"__type":"invalidclienttokenid"}`}, providers.VendorCredentialsRejected, "INVALIDCLIENTTOKENID"},
		"nothing":                    {vendor{status: 503}, providers.VendorInternalError, ""},
		"an error beside a session":  {vendor{status: 200, body: `{"SessionId":"s-1","__type":"InternalServerError"}`}, providers.VendorInternalError, "INTERNALSERVERERROR"},
		"the header beside one":      {vendor{status: 200, header: named("InternalFailure"), body: `{"SessionId":"s-1"}`}, providers.VendorInternalError, "INTERNALFAILURE"},
		"an unknown error":           {vendor{status: 400, body: `{"__type":"TeapotException"}`}, providers.VendorErrorUnrecognized, "TEAPOTEXCEPTION"},
		"denied, clocks agree":       {vendor{status: 400, header: date(4 * time.Minute), body: `{"__type":"AccessDeniedException"}`}, providers.VendorPermissionDenied, accessDenied},
		"denied, clock behind":       {vendor{status: 400, header: date(5 * time.Minute), body: `{"__type":"AccessDeniedException"}`}, providers.VendorSignatureExpired, accessDenied},
		"denied, clock ahead":        {vendor{status: 400, header: date(-5 * time.Minute), body: `{"__type":"AccessDeniedException"}`}, providers.VendorSignatureExpired, accessDenied},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := test.vendor.open(keys(""), nil).Issue(t.Context(), providers.Call{Request: &providers.Request{}, Now: at})
			var failure *providers.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, test.reason, failure.Reason)
			require.Equal(t, test.code, failure.Exchange.Code)
			require.Equal(t, test.reason == providers.VendorPermissionDenied, failure.Standing)
		})
	}
}
