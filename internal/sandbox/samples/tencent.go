package samples

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
)

// What Tencent issues.
const (
	TencentToken          = "FBFBFBFB-FBFB-4BFB-BBFB-FBFBFBFBFBFB"
	DetectAuthIssued      = `{"Response":{"BizToken":"` + TencentToken + `","Url":"https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx0000000000000000&redirect_uri=https%3A%2F%2Fpage.example%2Fgo%3Ftoken%3D` + TencentToken + `&response_type=code#wechat_redirect","RequestId":"` + UUID + `"}}`
	FaceIDTokenIssued     = `{"Response":{"FaceIdToken":"` + TencentToken + `","ClientConfig":"Y29uZmlnLTE=","RequestId":"` + UUID + `"}}`
	WebVerificationIssued = `{"Response":{"BizToken":"` + TencentToken + `","VerificationURL":"https://intl.faceid.qq.com/reflect/?token=` + TencentToken + `","RequestId":"` + UUID + `"}}`
	FaceIDTokenIntlIssued = `{"Response":{"SdkToken":"` + TencentToken + `","RequestId":"` + UUID + `"}}`
)

// TencentFailed is Tencent's failed answer.
func TencentFailed(code string) string {
	return `{"Response":{"Error":{"Code":"` + code + `","Message":"the request was refused"},"RequestId":"` + UUID + `"}}`
}

// TencentKey is what signs a request to Tencent, at a time in unix seconds.
type TencentKey struct {
	ID, Secret, Session, Service string
	Now                          int64
	// Signed are the headers that are signed, in order. Nil means content-type and host.
	Signed []string
}

// TencentDemo signs with the demonstration credential.
func TencentDemo() TencentKey {
	return TencentKey{ID: sandbox.DemoTencentSecretID, Secret: sandbox.DemoTencentSecretKey, Service: "faceid", Now: ServerTime}
}

// Sign is TC3-HMAC-SHA256.
func (k TencentKey) Sign(r *http.Request, body []byte) {
	now := strconv.FormatInt(k.Now, 10)
	r.Header.Set("X-TC-Timestamp", now)
	if k.Session != "" {
		r.Header.Set("X-TC-Token", k.Session)
	}
	names := k.Signed
	if names == nil {
		names = []string{"content-type", "host"}
	}
	var canonical strings.Builder
	canonical.WriteString("POST\n/\n\n")
	for _, name := range names {
		value := r.Header.Get(name)
		switch name {
		case "host":
			value = r.Host
		case "x-tc-action":
			value = strings.ToLower(value)
		}
		canonical.WriteString(name + ":" + value + "\n")
	}
	canonical.WriteString("\n" + strings.Join(names, ";") + "\n" + hexSHA256(body))
	day := time.Unix(k.Now, 0).UTC().Format("2006-01-02")
	scope := day + "/" + k.Service + "/tc3_request"
	key := hmacSHA256(hmacSHA256(hmacSHA256([]byte("TC3"+k.Secret), day), k.Service), "tc3_request")
	signature := hex.EncodeToString(hmacSHA256(key, "TC3-HMAC-SHA256\n"+now+"\n"+scope+"\n"+hexSHA256([]byte(canonical.String()))))
	r.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential="+k.ID+"/"+scope+", SignedHeaders="+strings.Join(names, ";")+", Signature="+signature)
}

func tencent(action string, fields ...requests.Field) requests.Request {
	return requests.Request{
		Path: "/", Encode: requests.JSON("application/json"), Sign: TencentDemo().Sign, Fields: fields,
	}.Edited(requests.Header("X-TC-Action", action), requests.Header("X-TC-Version", "2018-03-01"))
}

// DetectAuth asks for a page of a rule.
func DetectAuth() requests.Request {
	return tencent("DetectAuth", requests.Field{Name: "RuleId", Text: "1"}, requests.Field{Name: "RedirectUrl", Text: "https://shop.example/done"})
}

// FaceIDToken asks for a comparison with an identity card.
func FaceIDToken() requests.Request {
	return tencent(
		"GetFaceIdToken", requests.Field{Name: "CompareLib", Text: "BUSINESS"},
		requests.Field{Name: "IdCard", Text: "11010519491231002X"}, requests.Field{Name: "Name", Text: "李四"},
	)
}

// WebVerification asks for liveness alone.
func WebVerification() requests.Request {
	return tencent(
		"ApplyWebVerificationBizTokenIntl", requests.Field{Name: "RedirectURL", Text: "https://shop.example/done"},
		requests.Field{Name: "Config", JSON: `{"CheckMode":3}`},
	).Edited(requests.Header("X-TC-Region", "ap-singapore"))
}

// FaceIDTokenIntl asks for liveness alone.
func FaceIDTokenIntl() requests.Request {
	return tencent("GetFaceIdTokenIntl", requests.Field{Name: "CheckMode", Text: "liveness"}).Edited(requests.Header("X-TC-Region", "ap-singapore"))
}
