package tencent_test

import (
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/samples"
	"github.com/liveness-gateway/gateway/internal/providers/tencent"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestConformanceHostedPage(t *testing.T) { providertest.Run(t, hostedPage()) }

func TestConformanceApp(t *testing.T) { providertest.Run(t, app()) }

func TestConformanceIntlPage(t *testing.T) { providertest.Run(t, intlPage()) }

func TestConformanceIntlApp(t *testing.T) { providertest.Run(t, intlApp()) }

func FuzzHostedPage(f *testing.F) { providertest.Fuzz(f, hostedPage()) }

func FuzzApp(f *testing.F) { providertest.Fuzz(f, app()) }

func FuzzIntlPage(f *testing.F) { providertest.Fuzz(f, intlPage()) }

func FuzzIntlApp(f *testing.F) { providertest.Fuzz(f, intlApp()) }

func TestSamples(t *testing.T) {
	samples.Run(t, "testdata/answers.json", 43, hostedPage(), app(), intlPage(), intlApp())
}

const (
	requestID = "5d1e7c3a-2b4f-4a6d-9c8e-0f1a2b3c4d5e"
	token     = "0B1C2D3E-4F50-4617-8293-A4B5C6D7E8F9"
	doneURL   = "https://shop.example/done?cart=5c1f"
	// plainURL is one that the international page takes.
	plainURL = "https://shop.example/done-5c1f"
	extra    = "extra-5c1f"
	photo    = "\xff\xd8 a photo of 9173"
	encoded  = "/9ggYSBwaG90byBvZiA5MTcz"
)

// tencents is what the four products share. The signatures were computed apart from the adapter, by the
// steps of TC3-HMAC-SHA256 over the lines below.
func tencents(id string, signatures ...string) providertest.Product {
	return providertest.Product{
		Provider: tencent.Provider(),
		ID:       id,
		Failures: []string{`{"Response":{"Error":{"Code":"{code}","Message":"refused"},"RequestId":"` + requestID + `"}}`},
		ErrorFields: map[string]string{
			"Response.Error": "",
			"code":           "0", // of older servers
		},
		Faults: map[string]providers.Path{
			"InvalidParameterValue.RuleIdNotExist": "",
			"MissingParameter":                     "",
		},
		Secrets: signatures,
	}
}

// wire returns the lines of a request. region is that of an international one.
func wire(action, region, signature, body string) []string {
	lines := []string{
		"POST /",
		"Content-Type: application/json",
		"Authorization: TC3-HMAC-SHA256 Credential=test_secret_id/2023-11-14/faceid/tc3_request, " +
			"SignedHeaders=content-type;host, Signature=" + signature,
		"X-Tc-Action: " + action,
	}
	if region != "" {
		lines = append(lines, "X-Tc-Region: "+region)
	}
	return append(lines, "X-Tc-Timestamp: 1700000000", "X-Tc-Token: test_token", "X-Tc-Version: 2018-03-01", body)
}

func photos() []sensitive.Bytes { return []sensitive.Bytes{sensitive.NewBytes([]byte(photo))} }

func idCard(number string) *providers.IdentityDocument {
	return &providers.IdentityDocument{
		Type: providers.IdentityCard, Country: sensitive.New("CN"), Name: sensitive.New("张三丰"), Number: sensitive.New(number),
	}
}

// issued is the token of an answer.
func issued(lifetime time.Duration, client providers.Client) providers.Token {
	return providers.Token{
		Value:    sensitive.New(token),
		Client:   client,
		Expiry:   providers.Expiry{Time: providertest.Now().Add(lifetime), Source: providers.DocumentedDefault},
		Exchange: providers.Exchange{RequestID: requestID},
	}
}

// hostedPage is "DetectAuth (实名核身鉴权)".
func hostedPage() providertest.Product {
	const (
		action      = "DetectAuth"
		minimalSign = "cb4f1b83ae701fdec9cac021f2957ef0c4886c166d27c81c835abb52e675757e"
		fullSign    = "b949b4a2d88ee8517f205a7ca98f4f19d42f9404ec3a35212b13c0e5c9d3c9b4"
		cardSign    = "d4ed1344734780063407e0be847cbfe202a080ce887bd4c28165e3fd6c1de188"
		page        = "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx0&redirect_uri=https%3A%2F%2Fpage.example%2Fgo%3Fnext%3Dhttps%253A%252F%252Fpage.example&response_type=code#wechat_redirect"
	)
	p := tencents("tencent.hosted-page", minimalSign, fullSign)
	p.Minimal = providertest.Example{
		Request:    &providers.Request{ReturnURL: sensitive.New(doneURL)},
		Parameters: map[string]string{"rule_id": "1", "compares": "page"},
		Wire:       wire(action, "", minimalSign, `{"RuleId":"1","RedirectUrl":"`+doneURL+`"}`),
	}
	p.Full = providertest.Example{
		Request: &providers.Request{
			SubjectID: sensitive.New("subject-5c1f"), Reference: "order-1",
			ReturnURL: sensitive.New(doneURL), ExtraData: sensitive.New(extra), Photos: photos(),
		},
		Parameters: map[string]string{"rule_id": "rule-7", "compares": "photo"},
		Wire: wire(action, "", fullSign,
			`{"RuleId":"rule-7","RedirectUrl":"`+doneURL+`","Extra":"`+extra+`","ImageBase64":"`+encoded+`"}`),
	}
	p.Others = map[string]providertest.Example{"identity card": {
		Request: &providers.Request{
			Reference: "order-1", ReturnURL: sensitive.New(doneURL), IdentityDocument: idCard("11010519491231002x"),
		},
		Parameters: map[string]string{"rule_id": "1", "compares": "id_card"},
		Wire: wire(action, "", cardSign,
			`{"RuleId":"1","IdCard":"11010519491231002X","Name":"张三丰","RedirectUrl":"`+doneURL+`","Extra":"order-1"}`),
		Reference: "order-1",
	}}
	p.Success = providertest.Answer{
		Body:  `{"Response":{"BizToken":"` + token + `","Url":"` + page + `","RequestId":"` + requestID + `"}}`,
		Token: issued(2*time.Hour, providers.Client{URL: sensitive.New(page)}),
	}
	p.Faults["FailedOperation.LifePhotoDetectNoFaces"] = "comparison.photos[0]"
	return p
}

// app is "GetFaceIdToken (获取SDKToken)".
func app() providertest.Product {
	const (
		action      = "GetFaceIdToken"
		minimalSign = "fff9500749eb2a879e008df9ab150193b69aa1204af08003b712f428553184dd"
		fullSign    = "7223eed3e32e08d93a9e20842141778944177934c6bd076fa1d51fbb31b5b2d2"
		cardSign    = "c72e48c5b1823321df46844846a399c43f903a21569f5b4912cfee5d17b51d6b"
	)
	p := tencents("tencent.app", minimalSign, fullSign)
	p.Minimal = providertest.Example{
		Request: &providers.Request{IdentityDocument: idCard("110105194912310029")},
		Wire:    wire(action, "", minimalSign, `{"CompareLib":"BUSINESS","IdCard":"110105194912310029","Name":"张三丰"}`),
	}
	p.Full = providertest.Example{
		Request: &providers.Request{
			SubjectID: sensitive.New("subject-5c1f"), Reference: "order-1",
			ExtraData: sensitive.New(extra), ClientMetadata: sensitive.New("meta-5c1f"), Photos: photos(),
		},
		Parameters: map[string]string{"rule_id": "rule-7", "use_cos": "true"},
		Wire: wire(action, "", fullSign, `{"CompareLib":"LOCAL","ImageBase64":"`+encoded+`","MetaData":"meta-5c1f","Extra":"`+extra+`",`+
			`"UseCos":true,"RuleId":"rule-7"}`),
	}
	p.Others = map[string]providertest.Example{"identity card": {
		Request: &providers.Request{
			Reference: "order-1", IdentityDocument: idCard("11010519491231002x"), ClientMetadata: sensitive.New(`{"d":["5c1f"]}`),
		},
		Parameters: map[string]string{"use_cos": "false"},
		Wire: wire(action, "", cardSign,
			`{"CompareLib":"BUSINESS","IdCard":"11010519491231002X","Name":"张三丰","MetaData":"{\"d\":[\"5c1f\"]}","Extra":"order-1"}`),
		Reference: "order-1",
	}}
	p.Success = providertest.Answer{
		Body: `{"Response":{"FaceIdToken":"` + token + `","ClientConfig":"Y29uZmlnLTE=","RequestId":"` + requestID + `"}}`,
		Token: issued(10*time.Minute, providers.Client{
			Parameters: map[string]sensitive.String{"ClientConfig": sensitive.New("Y29uZmlnLTE=")},
		}),
	}
	p.Faults["FailedOperation.ImageSizeTooLarge"] = "comparison.photos[0]"
	return p
}

// intlPage is "ApplyWebVerificationBizTokenIntl".
func intlPage() providertest.Product {
	const (
		action      = "ApplyWebVerificationBizTokenIntl"
		minimalSign = "c7d6d24d4c077f5731556e88f190271340fc28aa91fb88caa3fdff7db95c0f3e"
		fullSign    = "a725fa5b0bbcbf2d4d247ec108afeeca348508d4117032e0d1319c0c7a55ec4b"
		targetsSign = "8cc5542093b01787eea3ef7489d1e76a630a0ef24e164eb1065a4c8c058b5f14"
		page        = "https://intl.faceid.qq.com/reflect/?token=" + token
	)
	p := tencents("tencent.intl-page", minimalSign, fullSign)
	p.Minimal = providertest.Example{
		Request:    &providers.Request{ReturnURL: sensitive.New(plainURL)},
		Parameters: map[string]string{"region": "ap-singapore"},
		Wire:       wire(action, "ap-singapore", minimalSign, `{"RedirectURL":"`+plainURL+`","Config":{"CheckMode":3}}`),
	}
	p.Full = providertest.Example{
		Request: &providers.Request{
			SubjectID: sensitive.New("subject-5c1f"), Reference: "order-1",
			ReturnURL: sensitive.New(plainURL), ExtraData: sensitive.New(extra), Photos: photos(), MaxUploads: 3, Language: "zh",
		},
		Parameters: map[string]string{
			"region": "ap-hongkong", "rule_id": "rule-7", "security_level": "4", "action_list": "blink,nod", "language": "zh-tc",
			"liveness_retry_limit": "99", "liveness_timeout": "0", "auto_downgrade": "2", "version": "PLUS", "theme_color": "#2d72f1",
			"auto_skip": "true", "auto_skip_start_page": "true", "skip_privacy_policy": "true",
		},
		Wire: wire(action, "ap-hongkong", fullSign, `{"RedirectURL":"`+plainURL+`","CompareImageBase64":"`+encoded+`","Extra":"`+extra+`",`+
			`"RuleId":"rule-7","Config":{"CheckMode":2,"SecurityLevel":4,"ActionList":"blink,nod","Language":"zh-cn","LivenessRetryLimit":3,`+
			`"LivenessTimeout":0,"AutoDowngrade":2,"Version":"PLUS","ThemeColor":"#2d72f1","AutoSkip":true,"AutoSkipStartPage":true,`+
			`"SkipPrivacyPolicy":true}}`),
	}
	p.Others = map[string]providertest.Example{"the target's settings": {
		Request:    &providers.Request{Reference: "order-1", ReturnURL: sensitive.New(plainURL)},
		Parameters: map[string]string{"region": "sa-saopaulo", "language": "zh-tc", "liveness_retry_limit": "99", "auto_skip": "false"},
		Wire: wire(action, "sa-saopaulo", targetsSign, `{"RedirectURL":"`+plainURL+`","Extra":"order-1",`+
			`"Config":{"CheckMode":3,"Language":"zh-tc","LivenessRetryLimit":99}}`),
		Reference: "order-1",
	}}
	p.Success = providertest.Answer{
		Body: `{"Response":{"BizToken":"` + token + `","VerificationUrl":"https://intl.faceid.qq.com/former","VerificationURL":"` + page + `",` +
			`"RequestId":"` + requestID + `"}}`,
		Token: issued(10*time.Minute, providers.Client{URL: sensitive.New(page)}),
	}
	return p
}

// intlApp is "GetFaceIdTokenIntl".
func intlApp() providertest.Product {
	const (
		action      = "GetFaceIdTokenIntl"
		minimalSign = "a4a7c637f63f003947779a7d7c84c41c785d3f2702513da4d8a1c94368db9d81"
		fullSign    = "95c7b21c3ab53bcf806f737829fc80a9fbacc1afdf781c0210099efe4f4d04dc"
		targetsSign = "e45bd8a31193a3561ce3bf517585b1e633044e0942448995c60139efd4b9eb17"
	)
	p := tencents("tencent.intl-app", minimalSign, fullSign)
	p.Minimal = providertest.Example{
		Request:    &providers.Request{},
		Parameters: map[string]string{"region": "ap-jakarta"},
		Wire:       wire(action, "ap-jakarta", minimalSign, `{"CheckMode":"liveness"}`),
	}
	p.Full = providertest.Example{
		Request: &providers.Request{
			SubjectID: sensitive.New("subject-5c1f"), Reference: "order-1",
			ExtraData: sensitive.New(extra), Photos: photos(), MaxUploads: 2,
		},
		Parameters: map[string]string{
			"region": "ap-bangkok", "secure_level": "2", "action_list": "mouth", "sdk_version": "PRO", "retry_limit": "4",
		},
		Wire: wire(action, "ap-bangkok", fullSign, `{"CheckMode":"compare","SecureLevel":"2","Image":"`+encoded+`","Extra":"`+extra+`",`+
			`"ActionList":"mouth","SdkVersion":"PRO","RetryLimit":2}`),
	}
	p.Others = map[string]providertest.Example{"the target's settings": {
		Request:    &providers.Request{Reference: "order-1"},
		Parameters: map[string]string{"region": "ap-jakarta", "retry_limit": "4"},
		Wire:       wire(action, "ap-jakarta", targetsSign, `{"CheckMode":"liveness","Extra":"order-1","RetryLimit":4}`),
		Reference:  "order-1",
	}}
	p.Success = providertest.Answer{
		Body:  `{"Response":{"SdkToken":"` + token + `","RequestId":"` + requestID + `"}}`,
		Token: issued(10*time.Minute, providers.Client{}),
	}
	return p
}
