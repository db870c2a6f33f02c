package sandbox_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

const pcWebIssued = `{"time_used":0,"token":"` + token + `","request_id":"` + requestID + `","expired_time":1700003600}`

// validPCWeb asks for liveness alone.
func validPCWeb() request {
	return request{path: "/faceid/liveness/v2/get_token", fields: []field{
		{name: "api_key", text: sandbox.DemoMegviiAPIKey},
		{name: "api_secret", text: sandbox.DemoMegviiAPISecret},
		{name: "comparison_type", text: "-1"},
		{name: "return_url", text: "https://shop.example/return"},
		{name: "notify_url", text: "http://shop.example:8080/notify?from=megvii"},
		{name: "biz_no", text: "order-1"},
	}}
}

func TestPCWeb(t *testing.T) {
	missing := func(key string) string { return failed("MISSING_ARGUMENTS: " + key) }
	bad := func(key string) string { return failed("BAD_ARGUMENTS:" + key) }

	runSteps(t, megvii, validPCWeb(), []step{
		{"issued", nil, 200, pcWebIssued},
		{"all options", []edit{
			set("biz_extra_data", strings.Repeat("x", 4096)), set("scene_id", "scene-1"),
			set("screen_replay", "1"), set("multi_oriented_detection", "1"),
		}, 200, pcWebIssued},
		{"no api_key", []edit{drop("api_key")}, 400, missing("api_key")},
		{"no api_secret", []edit{drop("api_secret")}, 400, missing("api_secret")},
		{"wrong api_secret", []edit{set("api_secret", "other")}, 403, failed("AUTHENTICATION_ERROR")},
		{"no comparison_type", []edit{drop("comparison_type")}, 400, missing("comparison_type")},
		{"comparison_type outside its values", []edit{set("comparison_type", "2")}, 400, bad("comparison_type")},
		{"no return_url", []edit{drop("return_url")}, 400, missing("return_url")},
		{"return_url without host", []edit{set("return_url", "https:///return")}, 400, failed("INVALID_ARGUMENTS: return_url")},
		{"return_url of another scheme", []edit{set("return_url", "ftp://shop.example")}, 400, failed("INVALID_ARGUMENTS: return_url")},
		{"return_url without scheme", []edit{set("return_url", "//shop.example/return")}, 400, failed("INVALID_ARGUMENTS: return_url")},
		{"notify_url relative", []edit{set("notify_url", "/notify")}, 400, failed("INVALID_ARGUMENTS: notify_url")},
		{"no notify_url", []edit{drop("notify_url")}, 400, missing("notify_url")},
		{"notify_url no URL", []edit{set("notify_url", "notify")}, 400, failed("INVALID_ARGUMENTS: notify_url")},
		{"no biz_no", []edit{drop("biz_no")}, 400, missing("biz_no")},
		{"biz_no of 128 bytes", []edit{set("biz_no", strings.Repeat("n", 128))}, 200, pcWebIssued},
		{"biz_no of 129 bytes", []edit{set("biz_no", strings.Repeat("n", 129))}, 400, bad("biz_no")},
		{"biz_no counts bytes", []edit{set("biz_no", strings.Repeat("流", 43))}, 400, bad("biz_no")},
		{"biz_extra_data too long", []edit{set("biz_extra_data", strings.Repeat("x", 4097))}, 400, bad("biz_extra_data")},
		{"scene_id beyond all reason", []edit{set("scene_id", strings.Repeat("x", 64<<10+1))}, 400, bad("scene_id")},
		{"screen_replay outside its values", []edit{set("screen_replay", "true")}, 400, bad("screen_replay")},
		{"multi_oriented_detection outside its values", []edit{set("multi_oriented_detection", "2")}, 400, bad("multi_oriented_detection")},
		{"photos have no meaning", []edit{file("image_ref1", []byte("no photo"))}, 200, pcWebIssued},
		{"table order", []edit{drop("return_url"), drop("biz_no")}, 400, missing("return_url")},
	})
}

// withIDCard asks for a comparison with an identity card.
func withIDCard() request {
	return validPCWeb().edited(set("comparison_type", "1"), set("idcard_name", "李四"), set("idcard_number", "11010519491231002X"))
}

func TestPCWebWithIDCard(t *testing.T) {
	runSteps(t, megvii, withIDCard(), []step{
		{"issued", nil, 200, pcWebIssued},
		{"lower-case x", []edit{set("idcard_number", "11010519491231002x")}, 200, pcWebIssued},
		{"name of 32 characters", []edit{set("idcard_name", strings.Repeat("李", 32))}, 200, pcWebIssued},
		{"photo beside", []edit{file("image_ref1", jpegOf(t))}, 200, pcWebIssued},
		{"no name", []edit{drop("idcard_name")}, 400, failed("MISSING_ARGUMENTS: idcard_name")},
		{"name of 33 characters", []edit{set("idcard_name", strings.Repeat("李", 33))}, 400, failed("INVALID_NAME_FORMAT")},
		{"name in GBK", []edit{set("idcard_name", "\xc0\xee\xcb\xc4")}, 400, failed("INVALID_NAME_FORMAT")},
		{"no number", []edit{drop("idcard_number")}, 400, failed("MISSING_ARGUMENTS: idcard_number")},
		{"number of 17", []edit{set("idcard_number", "11010519491231002")}, 400, failed("INVALID_IDCARD_NUMBER")},
		{"number of 19", []edit{set("idcard_number", "1101051949123100211")}, 400, failed("INVALID_IDCARD_NUMBER")},
		{"X in the middle", []edit{set("idcard_number", "1101051949X2310021")}, 400, failed("INVALID_IDCARD_NUMBER")},
		{"number in full-width digits", []edit{set("idcard_number", "１１０１０５１９４９１２３１００２１")}, 400, failed("INVALID_IDCARD_NUMBER")},
		{"number between blanks", []edit{set("idcard_number", " 11010519491231002X")}, 400, failed("INVALID_IDCARD_NUMBER")},
		{"photo broken", []edit{file("image_ref1", []byte("no photo"))}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"three photos beside", []edit{file("image_ref1", jpegOf(t)), file("image_ref2", jpegOf(t)), file("image_ref3", pngOf(t, 8, 8))}, 200, pcWebIssued},
		{"four photos beside", []edit{file("image_ref4", jpegOf(t))}, 400, failed("BAD_ARGUMENTS:image_ref4")},
		{"uuid has no meaning", []edit{set("uuid", strings.Repeat("u", 513))}, 200, pcWebIssued},
	})
}

func TestPCWebWithPhotos(t *testing.T) {
	valid := validPCWeb().edited(set("comparison_type", "0"), set("uuid", "user-1"), file("image_ref1", pngOf(t, 8, 8)))

	runSteps(t, megvii, valid, []step{
		{"issued", nil, 200, pcWebIssued},
		{"three photos", []edit{file("image_ref2", jpegOf(t)), file("image_ref3", jpegOf(t))}, 200, pcWebIssued},
		{"no limit of pixels", []edit{file("image_ref1", pngOf(t, 4097, 1))}, 200, pcWebIssued},
		{"no uuid", []edit{drop("uuid")}, 400, failed("MISSING_ARGUMENTS: uuid")},
		{"uuid of 512 bytes", []edit{set("uuid", strings.Repeat("é", 256))}, 200, pcWebIssued},
		{"uuid counts bytes", []edit{set("uuid", strings.Repeat("é", 257))}, 400, failed("BAD_ARGUMENTS:uuid")},
		{"no photo", []edit{drop("image_ref1")}, 400, failed("MISSING_ARGUMENTS: image_ref1")},
		{"photo as text", []edit{set("image_ref1", "aGVsbG8=")}, 400, failed("BAD_ARGUMENTS:image_ref1")},
		{"four photos", []edit{file("image_ref4", jpegOf(t))}, 400, failed("BAD_ARGUMENTS:image_ref4")},
		{"no first photo", []edit{drop("image_ref1"), file("image_ref2", jpegOf(t))}, 400, failed("MISSING_ARGUMENTS: image_ref1")},
		{"PNG cut short", []edit{file("image_ref1", shortened(pngOf(t, 8, 8)))}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"JPEG cut short", []edit{file("image_ref3", shortened(jpegOf(t)))}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref3")},
		{"PNG with a wrong byte", []edit{file("image_ref1", bytes.Replace(pngOf(t, 8, 8), []byte("IDAT"), []byte("IDAT?"), 1))}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"empty file", []edit{file("image_ref1", []byte{})}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"another format", []edit{file("image_ref1", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"first broken photo is named", []edit{file("image_ref3", []byte("x")), file("image_ref2", pngOf(t, 8, 8)[:20])}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref2")},
	})
}

func shortened(file []byte) []byte { return file[:len(file)-3] }

func TestPCWebBizNoIsUnique(t *testing.T) {
	two := options()
	two.Credentials = sandbox.NewCredentials(map[string]string{"key-1": "secret-1", "key-2": "secret-2"})
	server := serve(t, sandbox.NewMegvii(two))
	first := validPCWeb().edited(set("api_key", "key-1"), set("api_secret", "secret-1"))
	second := validPCWeb().edited(set("api_key", "key-2"), set("api_secret", "secret-2"))

	require.Equal(t, 400, post(t, server, first.edited(drop("notify_url"))).status)
	require.Equal(t, 200, post(t, server, first).status, "a refused request does not use the number up")
	repeated := post(t, server, first)
	require.Equal(t, 400, repeated.status)
	require.Equal(t, failed("BAD_ARGUMENTS:biz_no")+"\n", repeated.body)
	require.Equal(t, 200, post(t, server, first.edited(set("biz_no", "order-2"))).status)
	require.Equal(t, 200, post(t, server, second).status, "another customer's number")
}

func TestPCWebBizNoMayRepeat(t *testing.T) {
	o := options()
	o.AllowRepeatedBizNo = true
	server := serve(t, sandbox.NewMegvii(o))
	for range 2 {
		require.Equal(t, http.StatusOK, post(t, server, validPCWeb()).status)
	}
}
