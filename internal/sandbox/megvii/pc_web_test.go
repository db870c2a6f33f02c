package megvii_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestPCWeb(t *testing.T) {
	missing := func(key string) string { return samples.MegviiFailed("MISSING_ARGUMENTS: " + key) }
	bad := func(key string) string { return samples.MegviiFailed("BAD_ARGUMENTS:" + key) }

	requests.Run(t, samples.Megvii, samples.PCWeb(), []step{
		{"issued", nil, 200, samples.PCWebIssued},
		{"all options", []requests.Edit{
			requests.Set("biz_extra_data", strings.Repeat("x", 4096)), requests.Set("scene_id", "scene-1"),
			requests.Set("screen_replay", "1"), requests.Set("multi_oriented_detection", "1"),
		}, 200, samples.PCWebIssued},
		{"no api_key", []requests.Edit{requests.Drop("api_key")}, 400, missing("api_key")},
		{"no api_secret", []requests.Edit{requests.Drop("api_secret")}, 400, missing("api_secret")},
		{"wrong api_secret", []requests.Edit{requests.Set("api_secret", "other")}, 403, samples.MegviiFailed("AUTHENTICATION_ERROR")},
		{"no comparison_type", []requests.Edit{requests.Drop("comparison_type")}, 400, missing("comparison_type")},
		{"comparison_type outside its values", []requests.Edit{requests.Set("comparison_type", "2")}, 400, bad("comparison_type")},
		{"no return_url", []requests.Edit{requests.Drop("return_url")}, 400, missing("return_url")},
		{"return_url without host", []requests.Edit{requests.Set("return_url", "https:///return")}, 400, samples.MegviiFailed("INVALID_ARGUMENTS: return_url")},
		{"return_url of another scheme", []requests.Edit{requests.Set("return_url", "ftp://shop.example")}, 400, samples.MegviiFailed("INVALID_ARGUMENTS: return_url")},
		{"return_url without scheme", []requests.Edit{requests.Set("return_url", "//shop.example/return")}, 400, samples.MegviiFailed("INVALID_ARGUMENTS: return_url")},
		{"notify_url relative", []requests.Edit{requests.Set("notify_url", "/notify")}, 400, samples.MegviiFailed("INVALID_ARGUMENTS: notify_url")},
		{"no notify_url", []requests.Edit{requests.Drop("notify_url")}, 400, missing("notify_url")},
		{"notify_url no URL", []requests.Edit{requests.Set("notify_url", "notify")}, 400, samples.MegviiFailed("INVALID_ARGUMENTS: notify_url")},
		{"no biz_no", []requests.Edit{requests.Drop("biz_no")}, 400, missing("biz_no")},
		{"biz_no of 128 bytes", []requests.Edit{requests.Set("biz_no", strings.Repeat("n", 128))}, 200, samples.PCWebIssued},
		{"biz_no of 129 bytes", []requests.Edit{requests.Set("biz_no", strings.Repeat("n", 129))}, 400, bad("biz_no")},
		{"biz_no counts bytes", []requests.Edit{requests.Set("biz_no", strings.Repeat("流", 43))}, 400, bad("biz_no")},
		{"biz_extra_data too long", []requests.Edit{requests.Set("biz_extra_data", strings.Repeat("x", 4097))}, 400, bad("biz_extra_data")},
		{"scene_id beyond all reason", []requests.Edit{requests.Set("scene_id", strings.Repeat("x", 64<<10+1))}, 400, bad("scene_id")},
		{"screen_replay outside its values", []requests.Edit{requests.Set("screen_replay", "true")}, 400, bad("screen_replay")},
		{"multi_oriented_detection outside its values", []requests.Edit{requests.Set("multi_oriented_detection", "2")}, 400, bad("multi_oriented_detection")},
		{"photos have no meaning", []requests.Edit{requests.File("image_ref1", []byte("no photo"))}, 200, samples.PCWebIssued},
		{"table order", []requests.Edit{requests.Drop("return_url"), requests.Drop("biz_no")}, 400, missing("return_url")},
	})
}

func TestPCWebWithIDCard(t *testing.T) {
	requests.Run(t, samples.Megvii, samples.PCWebWithIDCard(), []step{
		{"issued", nil, 200, samples.PCWebIssued},
		{"lower-case x", []requests.Edit{requests.Set("idcard_number", "11010519491231002x")}, 200, samples.PCWebIssued},
		{"name of 32 characters", []requests.Edit{requests.Set("idcard_name", strings.Repeat("李", 32))}, 200, samples.PCWebIssued},
		{"photo beside", []requests.Edit{requests.File("image_ref1", requests.JPEG(t))}, 200, samples.PCWebIssued},
		{"no name", []requests.Edit{requests.Drop("idcard_name")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: idcard_name")},
		{"name of 33 characters", []requests.Edit{requests.Set("idcard_name", strings.Repeat("李", 33))}, 400, samples.MegviiFailed("INVALID_NAME_FORMAT")},
		{"name in GBK", []requests.Edit{requests.Set("idcard_name", "\xc0\xee\xcb\xc4")}, 400, samples.MegviiFailed("INVALID_NAME_FORMAT")},
		{"no number", []requests.Edit{requests.Drop("idcard_number")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: idcard_number")},
		{"number of 17", []requests.Edit{requests.Set("idcard_number", "11010519491231002")}, 400, samples.MegviiFailed("INVALID_IDCARD_NUMBER")},
		{"number of 19", []requests.Edit{requests.Set("idcard_number", "1101051949123100211")}, 400, samples.MegviiFailed("INVALID_IDCARD_NUMBER")},
		{"X in the middle", []requests.Edit{requests.Set("idcard_number", "1101051949X2310021")}, 400, samples.MegviiFailed("INVALID_IDCARD_NUMBER")},
		{"number in full-width digits", []requests.Edit{requests.Set("idcard_number", "１１０１０５１９４９１２３１００２１")}, 400, samples.MegviiFailed("INVALID_IDCARD_NUMBER")},
		{"number between blanks", []requests.Edit{requests.Set("idcard_number", " 11010519491231002X")}, 400, samples.MegviiFailed("INVALID_IDCARD_NUMBER")},
		{"photo broken", []requests.Edit{requests.File("image_ref1", []byte("no photo"))}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"three photos beside", []requests.Edit{requests.File("image_ref1", requests.JPEG(t)), requests.File("image_ref2", requests.JPEG(t)), requests.File("image_ref3", requests.PNG(t, 8, 8))}, 200, samples.PCWebIssued},
		{"four photos beside", []requests.Edit{requests.File("image_ref4", requests.JPEG(t))}, 400, samples.MegviiFailed("BAD_ARGUMENTS:image_ref4")},
		{"uuid has no meaning", []requests.Edit{requests.Set("uuid", strings.Repeat("u", 513))}, 200, samples.PCWebIssued},
	})
}

func TestPCWebWithPhotos(t *testing.T) {
	valid := samples.PCWeb().Edited(requests.Set("comparison_type", "0"), requests.Set("uuid", "user-1"), requests.File("image_ref1", requests.PNG(t, 8, 8)))

	requests.Run(t, samples.Megvii, valid, []step{
		{"issued", nil, 200, samples.PCWebIssued},
		{"three photos", []requests.Edit{requests.File("image_ref2", requests.JPEG(t)), requests.File("image_ref3", requests.JPEG(t))}, 200, samples.PCWebIssued},
		{"no limit of pixels", []requests.Edit{requests.File("image_ref1", requests.PNG(t, 4097, 1))}, 200, samples.PCWebIssued},
		{"no uuid", []requests.Edit{requests.Drop("uuid")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: uuid")},
		{"uuid of 512 bytes", []requests.Edit{requests.Set("uuid", strings.Repeat("é", 256))}, 200, samples.PCWebIssued},
		{"uuid counts bytes", []requests.Edit{requests.Set("uuid", strings.Repeat("é", 257))}, 400, samples.MegviiFailed("BAD_ARGUMENTS:uuid")},
		{"no photo", []requests.Edit{requests.Drop("image_ref1")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: image_ref1")},
		{"photo as text", []requests.Edit{requests.Set("image_ref1", "aGVsbG8=")}, 400, samples.MegviiFailed("BAD_ARGUMENTS:image_ref1")},
		{"four photos", []requests.Edit{requests.File("image_ref4", requests.JPEG(t))}, 400, samples.MegviiFailed("BAD_ARGUMENTS:image_ref4")},
		{"no first photo", []requests.Edit{requests.Drop("image_ref1"), requests.File("image_ref2", requests.JPEG(t))}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: image_ref1")},
		{"PNG cut short", []requests.Edit{requests.File("image_ref1", shortened(requests.PNG(t, 8, 8)))}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"JPEG cut short", []requests.Edit{requests.File("image_ref3", shortened(requests.JPEG(t)))}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref3")},
		{"PNG with a wrong byte", []requests.Edit{requests.File("image_ref1", bytes.Replace(requests.PNG(t, 8, 8), []byte("IDAT"), []byte("IDAT?"), 1))}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"empty file", []requests.Edit{requests.File("image_ref1", []byte{})}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"another format", []requests.Edit{requests.File("image_ref1", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"first broken photo is named", []requests.Edit{requests.File("image_ref3", []byte("x")), requests.File("image_ref2", requests.PNG(t, 8, 8)[:20])}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref2")},
	})
}

func shortened(file []byte) []byte { return file[:len(file)-3] }

func TestPCWebBizNoIsUnique(t *testing.T) {
	two := samples.Options()
	two.Credentials = sandbox.NewCredentials(map[string]string{"key-1": "secret-1", "key-2": "secret-2"})
	server := requests.Serve(t, sandbox.NewMegvii(two))
	first := samples.PCWeb().Edited(requests.Set("api_key", "key-1"), requests.Set("api_secret", "secret-1"))
	second := samples.PCWeb().Edited(requests.Set("api_key", "key-2"), requests.Set("api_secret", "secret-2"))

	require.Equal(t, 400, requests.Post(t, server, first.Edited(requests.Drop("notify_url"))).Status)
	require.Equal(t, 200, requests.Post(t, server, first).Status, "a refused request does not use the number up")
	repeated := requests.Post(t, server, first)
	require.Equal(t, 400, repeated.Status)
	require.Equal(t, samples.MegviiFailed("BAD_ARGUMENTS:biz_no")+"\n", repeated.Body)
	require.Equal(t, 200, requests.Post(t, server, first.Edited(requests.Set("biz_no", "order-2"))).Status)
	require.Equal(t, 200, requests.Post(t, server, second).Status, "another customer's number")
}

func TestPCWebBizNoMayRepeat(t *testing.T) {
	o := samples.Options()
	o.Megvii.AllowRepeatedBizNo = true
	server := requests.Serve(t, sandbox.NewMegvii(o))
	for range 2 {
		require.Equal(t, http.StatusOK, requests.Post(t, server, samples.PCWeb()).Status)
	}
}
