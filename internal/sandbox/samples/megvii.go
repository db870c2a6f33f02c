package samples

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
)

// What Megvii's answers have in them.
const (
	// MegviiID is a request id, a biz_id and app-v5's token.
	MegviiID       = "1700000000," + UUID
	MegviiDigits   = "4923"
	AppV5Issued    = `{"biz_token":"` + MegviiID + `","time_used":0,"request_id":"` + MegviiID + `"}`
	PCWebIssued    = `{"time_used":0,"token":"` + Hex + `","request_id":"` + MegviiID + `","expired_time":1700003600}`
	LitePageIssued = `{"biz_no":"order-1","expired_time":1700003600,"biz_id":"` + MegviiID + `","request_id":"` + MegviiID +
		`","time_used":0,"token":"` + Hex + `"}`
)

// MegviiFailed is Megvii's failed answer with error_message.
func MegviiFailed(message string) string {
	return `{"error_message":"` + message + `","request_id":"` + MegviiID + `","time_used":0}`
}

// AppV5Failed is app-v5's failed answer, with error.
func AppV5Failed(message string) string {
	return `{"error":"` + message + `","request_id":"` + MegviiID + `","time_used":0}`
}

// MegviiSigned signs a text with the demonstration secret.
func MegviiSigned(format string, values ...any) string {
	raw := fmt.Sprintf(format, values...)
	mac := hmac.New(sha1.New, []byte(sandbox.DemoMegviiAPISecret))
	mac.Write([]byte(raw))
	return base64.StdEncoding.EncodeToString(append(mac.Sum(nil), raw...))
}

// MegviiSign signs as the documents say.
func MegviiSign(expire, now int64) string {
	return MegviiSigned("a=%s&b=%d&c=%d&d=0123456789", sandbox.DemoMegviiAPIKey, expire, now)
}

// AppV5 asks for a token of the scene "scene-1".
func AppV5() requests.Request {
	return requests.Request{Path: "/faceid/v5/sdk/get_biz_token", Fields: []requests.Field{
		{Name: "sign", Text: MegviiSign(ServerTime+100, ServerTime)},
		{Name: "sign_version", Text: "hmac_sha1"},
		{Name: "liveness_id", Text: "scene-1"},
	}}
}

// AppV3 asks for a comparison with a photo.
func AppV3(t *testing.T) requests.Request {
	t.Helper()
	return requests.Request{Path: "/faceid/v3/sdk/get_biz_token", Fields: []requests.Field{
		{Name: "sign", Text: MegviiSign(ServerTime+100, ServerTime)},
		{Name: "sign_version", Text: "hmac_sha1"},
		{Name: "liveness_type", Text: "meglive"},
		{Name: "comparison_type", Text: "0"},
		{Name: "uuid", Text: "user-1"},
		{Name: "image_ref1", Content: requests.PNG(t, 8, 8)},
	}}
}

// RandomNumber asks for digits.
func RandomNumber() requests.Request {
	return requests.Request{Path: "/faceid/lite/raw/get_random_number", Fields: megviiKey()}
}

func megviiKey() []requests.Field {
	return []requests.Field{
		{Name: "api_key", Text: sandbox.DemoMegviiAPIKey},
		{Name: "api_secret", Text: sandbox.DemoMegviiAPISecret},
	}
}

// PCWeb asks for liveness alone.
func PCWeb() requests.Request {
	return requests.Request{Path: "/faceid/liveness/v2/get_token", Fields: append(
		megviiKey(),
		requests.Field{Name: "comparison_type", Text: "-1"},
		requests.Field{Name: "return_url", Text: "https://shop.example/return"},
		requests.Field{Name: "notify_url", Text: "http://shop.example:8080/notify?from=megvii"},
		requests.Field{Name: "biz_no", Text: "order-1"},
	)}
}

// PCWebWithIDCard asks for a comparison with an identity card.
func PCWebWithIDCard() requests.Request {
	return PCWeb().Edited(requests.Set("comparison_type", "1"), requests.Set("idcard_name", "李四"), requests.Set("idcard_number", "11010519491231002X"))
}

// H5Flash asks for a comparison with a photo, as it always is.
func H5Flash(t *testing.T) requests.Request {
	t.Helper()
	return requests.Request{Path: "/faceid/lite/raw/get_token", Fields: append(
		megviiKey(),
		requests.Field{Name: "comparison_type", Text: "0"},
		requests.Field{Name: "uuid", Text: "user-1"},
		requests.Field{Name: "image_ref1", Content: requests.PNG(t, 8, 8)},
		requests.Field{Name: "max_upload_times", Text: "5"},
		requests.Field{Name: "life_time", Text: "60"},
	)}
}

// LitePage has the user type name and number of the card.
func LitePage() requests.Request {
	return requests.Request{Path: "/faceid/lite/get_token", Fields: append(
		megviiKey(),
		requests.Field{Name: "return_url", Text: "https://shop.example/return"},
		requests.Field{Name: "notify_url", Text: "https://shop.example:8883/notify?from=megvii"},
		requests.Field{Name: "biz_no", Text: "order-1"},
		requests.Field{Name: "comparison_type", Text: "1"},
		requests.Field{Name: "idcard_mode", Text: "3"},
	)}
}

// LitePageWithIDCard gives the page name and number of the card.
func LitePageWithIDCard() requests.Request {
	return LitePage().Edited(requests.Set("idcard_mode", "0"), requests.Set("idcard_name", "李四"), requests.Set("idcard_number", "11010519491231002X"))
}

// LitePageWithPhotos compares with photos alone.
func LitePageWithPhotos(t *testing.T) requests.Request {
	t.Helper()
	return LitePage().Edited(
		requests.Drop("idcard_mode"), requests.Set("comparison_type", "0"), requests.Set("uuid", "user-1"), requests.File("image_ref1", requests.PNG(t, 8, 8)),
	)
}
