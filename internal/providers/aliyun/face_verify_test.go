package aliyun

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/signing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// The sample of "V3 request body and signature", and the same with a body.
func TestSignatureVectors(t *testing.T) {
	for name, v := range map[string]struct {
		secret, want string
		query        map[string]string
		headers      map[string]string
		content      string
	}{
		"the vendor's": {
			"YourAccessKeySecret", "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
			map[string]string{"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"},
			map[string]string{
				"host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-version": "2014-05-26",
				"x-acs-date": "2023-10-26T10:22:32Z", "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
			},
			"",
		},
		"with a body": {
			"test-access-key-secret", "20bff1ed532f277b0cd7b6db6564a02edd7ac6b56e3e67aa90000e093f0a2532",
			map[string]string{
				"CertName": "测试甲", "CertNo": "11010519491231002X", "CertType": "IDENTITY_CARD", "CertifyUrlStyle": "L",
				"MetaInfo":     `{"deviceType":"h5","ua":"Mozilla/5.0 (test)"}`,
				"OuterOrderNo": "lg0000000000000000000000000001ab", "ProductCode": "ID_PRO",
				"ReturnUrl": "https://return.example.com/done?a=1&b=2", "SceneId": "1000000006",
			},
			map[string]string{
				"host": "cloudauth.aliyuncs.com", "content-type": bodies.MediaTypeURLEncoded, "x-acs-action": action, "x-acs-version": version,
				"x-acs-date": "2026-01-02T03:04:05Z", "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
			},
			"Model=MOVE_ACTION",
		},
	} {
		content := sha256.Sum256([]byte(v.content))
		digest := hex.EncodeToString(content[:])
		headers := []signing.Header{{Name: "x-acs-content-sha256", Value: digest}}
		for name, value := range v.headers {
			headers = append(headers, signing.Header{Name: name, Value: value})
		}
		query := bodies.NewURLEncoded().NewQuery()
		for name, value := range v.query {
			query.Add(name, value)
		}
		_, signature := signatureOf(sensitive.New(v.secret), query.EncodeSorted(), digest, headers...)
		require.Equal(t, v.want, signature.Reveal(), name)
	}
}

// vendor is a transport that keeps the last request and gives every one the same answer.
type vendor struct {
	status int
	body   string

	request *http.Request
	sent    string
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	content, err := io.ReadAll(r.Body)
	v.request, v.sent = r, string(content)
	return &http.Response{StatusCode: v.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(v.body))}, err
}

func (v *vendor) issue(t *testing.T, request *providers.Request, parameters map[string]string) (*providers.Token, *providers.Error) {
	t.Helper()
	target := Provider().Open(providers.AccountConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "cloudauth.aliyuncs.com"}, Transport: v,
		Credentials: []map[string]sensitive.String{{keyAccessKeyID: sensitive.New("id"), keyAccessKeySecret: sensitive.New("secret")}},
		Random:      func(p []byte) { copy(p, bytes.Repeat([]byte{0xfb}, len(p))) },
	}).NewTarget(faceVerify.ID, parameters)
	token, err := target.Issue(t.Context(), providers.Call{Request: request, Now: time.Unix(1700000000, 0)})
	if err == nil {
		return token, nil
	}
	var failure *providers.Error
	require.ErrorAs(t, err, &failure)
	return nil, failure
}

var (
	inApp  = map[string]string{"scene_id": "1", "product_code": "LR_FR"}
	onPage = map[string]string{"scene_id": "1", "product_code": "LR_FR", "certify_url_type": "WEB"}
)

// Without a token of its own a credential sends and signs none.
func TestCredentialOfAUser(t *testing.T) {
	v := &vendor{status: 200, body: `{"Code":"200","ResultObject":{"CertifyId":"c-1"}}`}
	_, failure := v.issue(t, &providers.Request{ClientMetadata: sensitive.New("{}")}, inApp)
	require.Nil(t, failure)
	require.NotContains(t, v.request.Header, "X-Acs-Security-Token")
	require.NotContains(t, v.request.Header.Get("Authorization"), "token")
}

// A photo is what its base64 says, in one piece or in many, with each of the signs to be escaped.
func TestPhoto(t *testing.T) {
	photo := bytes.Repeat([]byte{0xfb, 0xff, 0xbf, 0x00}, 1000)
	for range 3 {
		photo = photo[:len(photo)-1]
		v := &vendor{status: 200, body: `{"Code":"200","ResultObject":{"CertifyId":"c-1"}}`}
		_, failure := v.issue(t, &providers.Request{
			Photos: []sensitive.Bytes{sensitive.Borrow(sensitive.GarbageCollected{}, photo[:7], photo[7:1001], photo[1001:])},
		}, map[string]string{"scene_id": "1", "product_code": "PV_FV"})
		require.Nil(t, failure)
		form, err := url.ParseQuery(v.sent)
		require.NoError(t, err)
		require.Equal(t, base64.StdEncoding.EncodeToString(photo), form.Get("FaceContrastPicture"))
		require.Equal(t, "MOVE_ACTION", form.Get("Model"))
		require.NotRegexp(t, `[+/]`, v.sent)
	}
}

// A page without an address is none, an app needs none, and neither takes one that is no page's.
func TestAddressOfThePage(t *testing.T) {
	answer := func(address string) *vendor {
		return &vendor{status: 200, body: `{"Code":"200","ResultObject":{"CertifyId":"c-1"` + address + `}}`}
	}
	request := &providers.Request{ClientMetadata: sensitive.New("{}")}
	for _, test := range []struct {
		address    string
		parameters map[string]string
		want       string
		ok         bool
	}{
		{"", inApp, "", true},
		{`,"CertifyUrl":null`, inApp, "", true},
		{`,"CertifyUrl":"https://t.example.com/1"`, inApp, "https://t.example.com/1", true},
		{`,"CertifyUrl":"https://t.example.com/1"`, onPage, "https://t.example.com/1", true},
		{"", onPage, "", false},
		{`,"CertifyUrl":7`, onPage, "", false},
		{`,"CertifyUrl":"javascript:alert(1)"`, onPage, "", false},
		{`,"CertifyUrl":"javascript:alert(1)"`, inApp, "", false},
		{`,"CertifyUrl":"https://t.example.com/a b"`, onPage, "", false},
	} {
		token, failure := answer(test.address).issue(t, request, test.parameters)
		if !test.ok {
			require.NotNil(t, failure, test.address)
			require.Equal(t, providers.VendorResponseInvalid, failure.Reason)
			continue
		}
		require.Nil(t, failure, test.address)
		require.Equal(t, test.want, token.Client.URL.Reveal())
	}
}

func TestCodes(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		reason providers.Reason
		code   string
	}{
		"a tail":                     {400, `{"Code":"Throttling.User"}`, providers.VendorRateLimited, "THROTTLING.USER"},
		"a longer tail":              {403, `{"Code":"Throttling.User.Flow.Of.Next.Year"}`, providers.VendorRateLimited, "THROTTLING.USER.FLOW.OF.NEXT.YEAR"},
		"a head with a row":          {403, `{"Code":"Forbidden.RAM"}`, providers.VendorPermissionDenied, "FORBIDDEN.RAM"},
		"a tail with a row":          {403, `{"Code":"Forbidden.RiskControl"}`, providers.VendorAccountDisabled, "FORBIDDEN.RISKCONTROL"},
		"a tail behind that":         {404, `{"Code":"InvalidAccessKeyId.NotFound.Really"}`, providers.VendorCredentialsRejected, "INVALIDACCESSKEYID.NOTFOUND.REALLY"},
		"a key, however refused":     {400, `{"Code":"InvalidAccessKeyId"}`, providers.VendorCredentialsRejected, "INVALIDACCESSKEYID"},
		"a session that is over":     {400, `{"Code":"InvalidSecurityToken.Expired"}`, providers.VendorCredentialsRejected, "INVALIDSECURITYTOKEN.EXPIRED"},
		"of another key":             {404, `{"Code":"InvalidSecurityToken.MismatchWithAccessKey"}`, providers.VendorCredentialsRejected, "INVALIDSECURITYTOKEN"},
		"no session":                 {400, `{"Code":"MissingSecurityToken"}`, providers.VendorCredentialsRejected, "MISSINGSECURITYTOKEN"},
		"a parameter that is unsent": {400, `{"Code":"MissingOssBucketName"}`, providers.ArgumentRejected, "MISSINGPARAMETER"},
		"an action":                  {404, `{"Code":"InvalidAction.NotFound"}`, providers.VendorEndpointNotFound, "INVALIDACTION.NOTFOUND"},
		"small letters":              {400, `{"code":"signaturedoesnotmatch"}`, providers.VendorCredentialsRejected, "SIGNATUREDOESNOTMATCH"},
		"an unknown word":            {400, `{"Code":"InvalidTeapot"}`, providers.VendorErrorUnrecognized, "INVALIDTEAPOT"},
		"a number of next year":      {200, `{"Code":419}`, providers.VendorErrorUnrecognized, "419"},
		"the service's 500":          {200, `{"Code":500}`, providers.VendorInternalError, "500"},
		"no scene":                   {404, `{"RequestId":"R-1","Code":"404"}`, providers.ArgumentRejected, "404"},
		"a proxy's 404":              {404, `{"code":404}`, providers.VendorEndpointNotFound, ""},
		"a proxy's 401":              {401, `{"code":"401"}`, providers.VendorErrorUnrecognized, ""},
		"success under another":      {500, `{"Code":"200","ResultObject":{"CertifyId":"c-1"}}`, providers.VendorInternalError, ""},
		"an error beside a token":    {200, `{"Code":"412","ResultObject":{"CertifyId":"c-1"}}`, providers.VendorQuotaExhausted, "412"},
		"success without a token":    {200, `{"Code":"200","Message":"success"}`, providers.VendorResponseInvalid, ""},
		"a result of another type":   {200, `{"Code":"200","ResultObject":"c-1"}`, providers.VendorResponseInvalid, ""},
		"success of the older API":   {200, `{"Code":"1","ResultObject":{"CertifyId":"c-1"}}`, providers.VendorErrorUnrecognized, "1"},
		"the answer of another form": {200, `<InitFaceVerifyResponse><Code>200</Code></InitFaceVerifyResponse>`, providers.VendorResponseInvalid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, failure := (&vendor{status: test.status, body: test.body}).issue(t, &providers.Request{ClientMetadata: sensitive.New("{}")}, inApp)
			require.NotNil(t, failure)
			require.Equal(t, test.reason, failure.Reason)
			require.Equal(t, test.code, failure.Exchange.Code)
		})
	}
}

func TestLimits(t *testing.T) {
	card := func(kind providers.IdentityDocumentType, country, number string) *providers.IdentityDocument {
		return &providers.IdentityDocument{Type: kind, Country: sensitive.New(country), Name: sensitive.New("测试甲"), Number: sensitive.New(number)}
	}
	const number = "11010519491231002X"
	photo := func(size int) []sensitive.Bytes { return []sensitive.Bytes{sensitive.NewBytes(make([]byte, size))} }
	of := func(code string) map[string]string { return map[string]string{"product_code": code} }
	page := func(code string) map[string]string {
		return map[string]string{"product_code": code, "certify_url_type": "H5"}
	}
	back := sensitive.New("https://shop.example/done")
	user := sensitive.New("user-1")
	for name, test := range map[string]struct {
		request    providers.Request
		parameters map[string]string
		want       providers.Path
	}{
		"an app":                         {providers.Request{SubjectID: user}, of("LR_FR"), ""},
		"an app without a user":          {providers.Request{}, of("LR_FR"), "subject_id"},
		"a page without a user":          {providers.Request{ReturnURL: back}, page("LR_FR"), ""},
		"a page without a way back":      {providers.Request{SubjectID: user}, page("LR_FR"), "callback.return_url"},
		"an app with a way back":         {providers.Request{ReturnURL: back}, of("LR_FR"), "callback.return_url"},
		"a card":                         {providers.Request{IdentityDocument: card(providers.IdentityCard, "CN", number)}, of("ID_PRO"), ""},
		"a card in small letters":        {providers.Request{IdentityDocument: card(providers.IdentityCard, "CN", "11010519491231002x")}, of("ID_PRO"), ""},
		"no card":                        {providers.Request{}, of("ID_PRO"), "comparison.identity_document"},
		"a number of 15":                 {providers.Request{IdentityDocument: card(providers.IdentityCard, "CN", number[:15])}, of("ID_PRO"), "comparison.identity_document.number"},
		"a number of 19":                 {providers.Request{IdentityDocument: card(providers.IdentityCard, "CN", number+"1")}, of("ID_PRO"), "comparison.identity_document.number"},
		"a passport":                     {providers.Request{IdentityDocument: card(providers.Passport, "CN", "E1")}, of("ID_PRO"), "comparison.identity_document.type"},
		"a card of elsewhere":            {providers.Request{IdentityDocument: card(providers.IdentityCard, "SG", "S1")}, of("ID_PRO"), "comparison.identity_document.country"},
		"a card for a photo's scene":     {providers.Request{IdentityDocument: card(providers.IdentityCard, "CN", number), Photos: photo(1)}, of("PV_FV"), "comparison.identity_document"},
		"a card for liveness":            {providers.Request{IdentityDocument: card(providers.IdentityCard, "CN", number), SubjectID: user}, of("LR_FR"), "comparison.identity_document"},
		"a photo":                        {providers.Request{Photos: photo(999_999)}, of("PV_FV"), ""},
		"a photo of 1 MB":                {providers.Request{Photos: photo(1_000_000)}, of("PV_FV"), "comparison.photos"},
		"two photos":                     {providers.Request{Photos: append(photo(1), photo(1)...)}, of("PV_FV"), "comparison.photos"},
		"no photo":                       {providers.Request{}, of("PV_FV"), "comparison.photos"},
		"a photo for a card's scene":     {providers.Request{IdentityDocument: card(providers.IdentityCard, "CN", number), Photos: photo(1)}, of("ID_PRO"), "comparison.photos"},
		"several faces refused":          {providers.Request{Photos: photo(1), MultipleFaces: providers.RejectMultipleFaces}, of("PV_FV"), "comparison.multiple_faces"},
		"the largest face":               {providers.Request{Photos: photo(1), MultipleFaces: providers.UseLargestFace}, of("PV_FV"), ""},
		"a user of 100":                  {providers.Request{SubjectID: sensitive.New(strings.Repeat("用", 100))}, of("LR_FR"), ""},
		"a user of 101":                  {providers.Request{SubjectID: sensitive.New(strings.Repeat("u", 101))}, of("LR_FR"), "subject_id"},
		"a reference of 32":              {providers.Request{SubjectID: user, Reference: strings.Repeat("7", 32)}, of("LR_FR"), ""},
		"a reference of 33":              {providers.Request{SubjectID: user, Reference: strings.Repeat("7", 33)}, of("LR_FR"), "reference"},
		"a reference of another sign":    {providers.Request{SubjectID: user, Reference: "order-1"}, of("LR_FR"), "reference"},
		"called by https":                {providers.Request{SubjectID: user, NotifyURL: sensitive.New("HTTPS://shop.example/n")}, of("LR_FR"), ""},
		"called by http":                 {providers.Request{SubjectID: user, NotifyURL: sensitive.New("http://shop.example/n")}, of("LR_FR"), "callback.notify_url"},
		"metadata that is no JSON":       {providers.Request{SubjectID: user, ClientMetadata: sensitive.New("{")}, of("LR_FR"), "client_metadata"},
		"metadata that is a list":        {providers.Request{SubjectID: user, ClientMetadata: sensitive.New("[]")}, of("LR_FR"), "client_metadata"},
		"metadata that is null":          {providers.Request{SubjectID: user, ClientMetadata: sensitive.New("null")}, of("LR_FR"), "client_metadata"},
		"extra data, which has no place": {providers.Request{SubjectID: user, ExtraData: sensitive.New("x")}, of("LR_FR"), "callback.extra_data"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.request.ClientMetadata.IsZero() {
				test.request.ClientMetadata = sensitive.New(`{"deviceType":"h5"}`)
			}
			found := faceVerify.Check(&test.request, test.request.Asks(), providers.Settings{Parameters: test.parameters})
			if test.want == "" {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.Equal(t, test.want, found[0].Path)
		})
	}
}

// No product serves without what the vendor's client handed over.
func TestMetadataIsNeeded(t *testing.T) {
	request := providers.Request{SubjectID: sensitive.New("user-1")}
	found := faceVerify.Check(&request, request.Asks(), providers.Settings{Parameters: inApp})
	require.Equal(t, []providers.Violation{{Path: "client_metadata", Reason: providers.NoEligibleProduct, Description: "required"}}, found)
}
