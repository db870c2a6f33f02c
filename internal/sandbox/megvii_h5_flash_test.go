package sandbox_test

import (
	"strings"
	"testing"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

func validH5Flash(t *testing.T) request {
	t.Helper()
	return request{path: "/faceid/lite/raw/get_token", fields: []field{
		{name: "api_key", text: sandbox.DemoMegviiAPIKey},
		{name: "api_secret", text: sandbox.DemoMegviiAPISecret},
		{name: "comparison_type", text: "0"},
		{name: "uuid", text: "user-1"},
		{name: "image_ref1", content: pngOf(t, 8, 8)},
		{name: "max_upload_times", text: "5"},
		{name: "life_time", text: "60"},
	}}
}

func TestH5Flash(t *testing.T) {
	const issued = `{"request_id":"` + requestID + `","time_used":0,"token":"` + token + `"}`
	const echoed = `{"request_id":"` + requestID + `","biz_no":"order-1","time_used":0,"token":"` + token + `"}`
	missing := func(key string) string { return failed("MISSING_ARGUMENTS:" + key) }
	bad := func(key string) string { return failed("BAD_ARGUMENTS:" + key) }

	runSteps(t, megvii, validH5Flash(t), []step{
		{"issued", nil, 200, issued},
		{"biz_no is echoed", []edit{set("biz_no", "order-1")}, 200, echoed},
		{"all options", []edit{
			set("color_number", "8"), set("liveness_preferences", "none"), set("language", "1"), set("procedure_type", "raw_flash"),
			set("multi_oriented_detection", "1"), set("fail_when_ref_multiple_faces", "0"), set("return_multifaces_tag", "1"),
			set("face_occlusion_detection", "1"), file("image_ref2", jpegOf(t)),
		}, 200, issued},
		{"least", []edit{set("max_upload_times", "2"), set("life_time", "5")}, 200, issued},
		{"most", []edit{set("life_time", "1440"), file("image_ref1", pngOf(t, 4096, 1))}, 200, issued},
		{"no api_key", []edit{drop("api_key")}, 400, missing("api_key")},
		{"no api_secret", []edit{drop("api_secret")}, 400, missing("api_secret")},
		{"wrong api_secret", []edit{set("api_secret", "other")}, 403, failed("AUTHENTICATION_ERROR")},
		{"biz_no not UTF-8", []edit{set("biz_no", "\xff")}, 400, bad("biz_no")},
		{
			"biz_no counts bytes",
			[]edit{set("biz_no", strings.Repeat("流", 43))},
			400,
			strings.TrimSuffix(bad("biz_no"), "}") + `,"biz_no":"` + strings.Repeat("流", 43) + `"}`,
		},
		{"biz_no of 128 bytes", []edit{set("biz_no", strings.Repeat("n", 128))}, 200, strings.Replace(echoed, "order-1", strings.Repeat("n", 128), 1)},
		{"color_number with leading zero", []edit{set("color_number", "06")}, 400, bad("color_number")},
		{"color_number outside its values", []edit{set("color_number", "5")}, 400, bad("color_number")},
		{"liveness_preferences outside its values", []edit{set("liveness_preferences", "strict")}, 400, bad("liveness_preferences")},
		{"language outside its values", []edit{set("language", "en")}, 400, bad("language")},
		{"procedure_type outside its values", []edit{set("procedure_type", "raw_video")}, 400, bad("procedure_type")},
		{"no comparison_type", []edit{drop("comparison_type")}, 400, missing("comparison_type")},
		{"comparison_type outside its values", []edit{set("comparison_type", "-1")}, 400, bad("comparison_type")},
		{"no uuid", []edit{drop("uuid")}, 400, missing("uuid")},
		{"uuid of 512 bytes", []edit{set("uuid", strings.Repeat("é", 256))}, 200, issued},
		{"uuid counts bytes", []edit{set("uuid", strings.Repeat("é", 257))}, 400, bad("uuid")},
		{"no photo", []edit{drop("image_ref1")}, 400, missing("image_ref1")},
		{"three photos", []edit{file("image_ref3", jpegOf(t))}, 400, bad("image_ref3")},
		{"photo as text", []edit{set("image_ref2", "aGVsbG8=")}, 400, bad("image_ref2")},
		{"photo broken", []edit{file("image_ref2", []byte("no photo"))}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref2")},
		{"photo too wide", []edit{file("image_ref1", pngOf(t, 4097, 1))}, 400, failed("INVALID_IMAGE_SIZE:image_ref1")},
		{"photo too high", []edit{file("image_ref2", pngOf(t, 1, 4097))}, 400, failed("INVALID_IMAGE_SIZE:image_ref2")},
		{"photo of 4096 pixels either way", []edit{file("image_ref1", pngOf(t, 4096, 1)), file("image_ref2", pngOf(t, 1, 4096))}, 200, issued},
		{"first photo at fault is named", []edit{file("image_ref2", []byte("no photo")), file("image_ref1", pngOf(t, 4097, 1))}, 400, failed("INVALID_IMAGE_SIZE:image_ref1")},
		{"photo cut short", []edit{file("image_ref1", shortened(jpegOf(t)))}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"second photo alone", []edit{drop("image_ref1"), file("image_ref2", jpegOf(t))}, 400, missing("image_ref1")},
		{"multi_oriented_detection outside its values", []edit{set("multi_oriented_detection", "yes")}, 400, bad("multi_oriented_detection")},
		{"fail_when_ref_multiple_faces outside its values", []edit{set("fail_when_ref_multiple_faces", "2")}, 400, bad("fail_when_ref_multiple_faces")},
		{"no max_upload_times", []edit{drop("max_upload_times")}, 400, missing("max_upload_times")},
		{"too few uploads", []edit{set("max_upload_times", "1")}, 400, bad("max_upload_times")},
		{"too many uploads", []edit{set("max_upload_times", "6")}, 400, bad("max_upload_times")},
		{"no life_time", []edit{drop("life_time")}, 400, missing("life_time")},
		{"life_time too short", []edit{set("life_time", "4")}, 400, bad("life_time")},
		{"life_time too long", []edit{set("life_time", "1441")}, 400, bad("life_time")},
		{"life_time no integer", []edit{set("life_time", "60.0")}, 400, bad("life_time")},
		{"life_time with a unit", []edit{set("life_time", "60m")}, 400, bad("life_time")},
		{"life_time with a sign", []edit{set("life_time", "+60")}, 400, bad("life_time")},
		{"life_time with a blank", []edit{set("life_time", "60 ")}, 400, bad("life_time")},
		{"life_time beyond 64 bits", []edit{set("life_time", "99999999999999999999")}, 400, bad("life_time")},
		{"max_upload_times negative", []edit{set("max_upload_times", "-5")}, 400, bad("max_upload_times")},
		{"max_upload_times no number", []edit{set("max_upload_times", "five")}, 400, bad("max_upload_times")},
		{"life_time with leading zero", []edit{set("life_time", "060")}, 400, bad("life_time")},
		{"return_multifaces_tag outside its values", []edit{set("return_multifaces_tag", "true")}, 400, bad("return_multifaces_tag")},
		{"face_occlusion_detection outside its values", []edit{set("face_occlusion_detection", "2")}, 400, bad("face_occlusion_detection")},
	})
}
