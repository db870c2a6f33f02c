package tencent

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/signing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// vendor is a transport that keeps the last request and gives every one the same answer.
type vendor struct {
	status  int
	body    string
	request *http.Request
	sent    []byte
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	content, err := io.ReadAll(r.Body)
	v.request, v.sent = r, content
	return &http.Response{StatusCode: v.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(v.body))}, err
}

func targetOver(over http.RoundTripper, product string, parameters map[string]string, credential map[string]sensitive.String) providers.Target {
	return Provider().Open(providers.AccountConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "faceid.tencentcloudapi.com"}, Transport: over,
		Credentials: []map[string]sensitive.String{credential},
	}).NewTarget(product, parameters)
}

func keys() map[string]sensitive.String {
	return map[string]sensitive.String{keySecretID: sensitive.New("AKIDtest-secret-id"), keySecretKey: sensitive.New("test-secret-key")}
}

func issue(tb testing.TB, over http.RoundTripper, product string, request *providers.Request) (*providers.Token, *providers.Error) {
	tb.Helper()
	target := targetOver(over, product, map[string]string{ruleID.Name: "1", region.Name: "ap-singapore"}, keys())
	token, err := target.Issue(tb.Context(), providers.Call{Request: request, Now: time.Unix(1700000000, 0)})
	if err == nil {
		return token, nil
	}
	var failure *providers.Error
	require.ErrorAs(tb, err, &failure)
	return nil, failure
}

func withPhoto(size int) *providers.Request {
	return &providers.Request{Photos: []sensitive.Bytes{sensitive.NewBytes(bytes.Repeat([]byte{0xff}, size))}}
}

// The signature covers a body with a photo as it is sent.
func TestPhotoIsSigned(t *testing.T) {
	v := &vendor{status: 200, body: `{"Response":{"SdkToken":"t-1","RequestId":"r-1"}}`}
	request := withPhoto(100_000)
	_, failure := issue(t, v, intlApp.ID, request)
	require.Nil(t, failure)
	var sent struct{ Image []byte }
	require.NoError(t, json.Unmarshal(v.sent, &sent))
	require.True(t, bytes.Equal(request.Photos[0].Reveal(), sent.Image))
	sum := sha256.Sum256(v.sent)
	want, _, _ := sign(sensitive.New("test-secret-key"), service, time.Unix(1700000000, 0), hex.EncodeToString(sum[:]),
		signing.Header{Name: "content-type", Value: v.request.Header.Get("Content-Type")}, signing.Header{Name: "host", Value: v.request.Host})
	require.True(t, strings.HasSuffix(v.request.Header.Get("Authorization"), "Signature="+want.Reveal()))
}

// Lasting keys have no token, and then there is no header for one.
func TestSessionToken(t *testing.T) {
	v := &vendor{status: 200, body: `{"Response":{"SdkToken":"t-1"}}`}
	_, failure := issue(t, v, intlApp.ID, &providers.Request{})
	require.Nil(t, failure)
	require.NotContains(t, v.request.Header, "X-Tc-Token")
	temporary := keys()
	temporary[keyToken] = sensitive.New("session-1")
	_, err := targetOver(v, intlApp.ID, nil, temporary).Issue(t.Context(), providers.Call{Request: &providers.Request{}, Now: time.Unix(1700000000, 0)})
	require.NoError(t, err)
	require.Equal(t, []string{"session-1"}, v.request.Header["X-Tc-Token"])
}

// Older servers tell of an error at the top, which the vendor's SDK still reads.
func TestFormerErrors(t *testing.T) {
	for body, want := range map[string]struct {
		reason providers.Reason
		code   string
	}{
		`{"code":4100,"message":"refused","codeDesc":"AuthFailure"}`:                       {providers.VendorCredentialsRejected, "AUTHFAILURE"},
		`{"code":4104,"message":"refused","codeDesc":"AuthFailure.SecretIdNotFound"}`:      {providers.VendorCredentialsRejected, "AUTHFAILURE.SECRETIDNOTFOUND"},
		`{"code":4400,"message":"refused","codeDesc":"RequestLimitExceeded"}`:              {providers.VendorRateLimited, "REQUESTLIMITEXCEEDED"},
		`{"code":4100,"message":"refused"}`:                                                {providers.VendorErrorUnrecognized, "4100"},
		`{"code":4100,"codeDesc":"AuthFailure","Response":{"SdkToken":"t-1"}}`:             {providers.VendorCredentialsRejected, "AUTHFAILURE"},
		`{"code":1,"codeDesc":"Other","Response":{"Error":{"Code":"InternalError"}}}`:      {providers.VendorInternalError, "INTERNALERROR"},
		`{"Response":{"Error":"InternalError","SdkToken":"t-1"}}`:                          {providers.VendorInternalError, "INTERNALERROR"},
		`{"Response":{"Error":{"Code":"InternalError"}},"Response":{"SdkToken":"t-1"}}`:    {providers.VendorInternalError, "INTERNALERROR"},
		`{"Response":{"Error":{"Message":"refused"},"SdkToken":"t-1"}}`:                    {providers.VendorErrorUnrecognized, ""},
		`{"Response":{"Error":{"Code":"FailedOperation"}}}`:                                {providers.VendorErrorUnrecognized, "FAILEDOPERATION"},
		`{"Response":{"Error":{"Code":"FailedOperation.LivessDetectFail"}}}`:               {providers.VendorErrorUnrecognized, "FAILEDOPERATION.LIVESSDETECTFAIL"},
		`{"Response":{"Error":{"Code":"InternalError.CompareFail"}}}`:                      {providers.VendorInternalError, "INTERNALERROR.COMPAREFAIL"},
		`{"Response":{"Error":{"Code":"UnauthorizedOperation.OfNextYear"}}}`:               {providers.VendorPermissionDenied, "UNAUTHORIZEDOPERATION.OFNEXTYEAR"},
		`{"Response":{"Error":{"Code":"ResourceNotFound"},"RequestId":"r-1"}}`:             {providers.VendorErrorUnrecognized, "RESOURCENOTFOUND"},
		`{"Response":{"Error":{"Code":"InvalidParameter.SomeField","Message":"refused"}}}`: {providers.ArgumentRejected, "INVALIDPARAMETER.SOMEFIELD"},
	} {
		_, failure := issue(t, &vendor{status: 200, body: body}, intlApp.ID, &providers.Request{})
		require.NotNil(t, failure, body)
		require.Equal(t, want.reason, failure.Reason, body)
		require.Equal(t, want.code, failure.Exchange.Code, body)
		require.Empty(t, failure.Violations, body)
	}
	token, failure := issue(t, &vendor{status: 200, body: `{"code":0,"codeDesc":"Success","Response":{"SdkToken":"t-1"}}`}, intlApp.ID, &providers.Request{})
	require.Nil(t, failure)
	require.Equal(t, "t-1", token.Value.Reveal())
}

// The client gets an address that a browser opens, and nothing else.
func TestPages(t *testing.T) {
	for address, usable := range map[string]bool{
		`"https://page.example/p?a=b%2Fc%253A#wechat_redirect"`: true,
		`"http://page.example/p"`:                               false,
		`"https:///p"`:                                          false,
		`"page.example/p"`:                                      false,
		`"javascript:alert(1)"`:                                 false,
		`"https://page.example/<b>"`:                            false,
		`"https://page.example/ p"`:                             false,
		`""`:                                                    false,
		`null`:                                                  false,
		`7`:                                                     false,
		`["https://page.example/p"]`:                            false,
	} {
		for product, name := range map[string]string{hostedPage.ID: "Url", intlPage.ID: "VerificationURL"} {
			token, failure := issue(t, &vendor{status: 200, body: `{"Response":{"BizToken":"t-1","` + name + `":` + address + `}}`}, product, &providers.Request{})
			if !usable {
				require.NotNil(t, failure, address)
				require.Equal(t, providers.VendorResponseInvalid, failure.Reason)
				continue
			}
			require.Nil(t, failure, address)
			require.Equal(t, strings.Trim(address, `"`), token.Client.URL.Reveal())
		}
	}
	token, failure := issue(t, &vendor{status: 200, body: `{"Response":{"BizToken":"t-1","VerificationUrl":"https://page.example/former"}}`}, intlPage.ID, &providers.Request{})
	require.Nil(t, failure)
	require.Equal(t, "https://page.example/former", token.Client.URL.Reveal(), "of a server that has the former spelling alone")
}

// An app that is not given its configuration as it came could not start.
func TestClientConfig(t *testing.T) {
	for config, want := range map[string]string{`"Y29uZmlnLTE="`: "Y29uZmlnLTE=", `""`: "", `null`: "", `"<b>"`: "refused", `"two words"`: "refused"} {
		token, failure := issue(t, &vendor{status: 200, body: `{"Response":{"FaceIdToken":"t-1","ClientConfig":` + config + `}}`}, app.ID, withPhoto(10))
		if want == "refused" {
			require.NotNil(t, failure, config)
			require.Equal(t, providers.VendorResponseInvalid, failure.Reason)
			continue
		}
		require.Nil(t, failure, config)
		require.Equal(t, want, token.Client.Parameters["ClientConfig"].Reveal())
	}
}

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces(t)) }

func BenchmarkPieces(b *testing.B) { alloctest.Benchmark(b, pieces(b)) }

func pieces(tb testing.TB) map[string]alloctest.Piece {
	tb.Helper()
	vendor := alloctest.NewVendor(http.StatusOK, `{"Response":{"SdkToken":"2D3E4F50-61728-0394A5-B6C7-D8E9F0A1B2C3","RequestId":"5d1e7c3a-2b4f-4a6d-9c8e-00000000003d"}}`)
	opened := targetOver(vendor, intlApp.ID, map[string]string{region.Name: "ap-singapore"}, keys()).(*target) //nolint:forcetypeassert // the one kind
	plain := providers.Call{Request: &providers.Request{Reference: "order-1"}, Now: time.Unix(1700000000, 0)}
	large := providers.Call{Request: withPhoto(1 << 20), Now: plain.Now}
	return map[string]alloctest.Piece{
		"body, signed":            alloctest.AtMost(73, func() { opened.body(plain, "faceid.intl.tencentcloudapi.com") }),
		"body of a photo, signed": alloctest.AtMost(79, func() { opened.body(large, "faceid.intl.tencentcloudapi.com") }),
		"a call": alloctest.AtMost(98, func() {
			if _, err := opened.Issue(tb.Context(), plain); err != nil {
				tb.Error(err)
			}
		}),
	}
}
