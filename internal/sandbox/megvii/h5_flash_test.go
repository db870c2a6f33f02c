package megvii_test

import (
	"strings"
	"testing"

	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestH5Flash(t *testing.T) {
	const issued = `{"request_id":"` + samples.MegviiID + `","time_used":0,"token":"` + samples.Hex + `"}`
	const echoed = `{"request_id":"` + samples.MegviiID + `","biz_no":"order-1","time_used":0,"token":"` + samples.Hex + `"}`
	missing := func(key string) string { return samples.MegviiFailed("MISSING_ARGUMENTS:" + key) }
	bad := func(key string) string { return samples.MegviiFailed("BAD_ARGUMENTS:" + key) }

	requests.Run(t, samples.Megvii, samples.H5Flash(t), []step{
		{"issued", nil, 200, issued},
		{"biz_no is echoed", []requests.Edit{requests.Set("biz_no", "order-1")}, 200, echoed},
		{"all options", []requests.Edit{
			requests.Set("color_number", "8"), requests.Set("liveness_preferences", "none"), requests.Set("language", "1"), requests.Set("procedure_type", "raw_flash"),
			requests.Set("multi_oriented_detection", "1"), requests.Set("fail_when_ref_multiple_faces", "0"), requests.Set("return_multifaces_tag", "1"),
			requests.Set("face_occlusion_detection", "1"), requests.File("image_ref2", requests.JPEG(t)),
		}, 200, issued},
		{"least", []requests.Edit{requests.Set("max_upload_times", "2"), requests.Set("life_time", "5")}, 200, issued},
		{"most", []requests.Edit{requests.Set("life_time", "1440"), requests.File("image_ref1", requests.PNG(t, 4096, 1))}, 200, issued},
		{"no api_key", []requests.Edit{requests.Drop("api_key")}, 400, missing("api_key")},
		{"no api_secret", []requests.Edit{requests.Drop("api_secret")}, 400, missing("api_secret")},
		{"wrong api_secret", []requests.Edit{requests.Set("api_secret", "other")}, 403, samples.MegviiFailed("AUTHENTICATION_ERROR")},
		{"biz_no not UTF-8", []requests.Edit{requests.Set("biz_no", "\xff")}, 400, bad("biz_no")},
		{
			"biz_no counts bytes",
			[]requests.Edit{requests.Set("biz_no", strings.Repeat("流", 43))},
			400,
			strings.TrimSuffix(bad("biz_no"), "}") + `,"biz_no":"` + strings.Repeat("流", 43) + `"}`,
		},
		{"biz_no of 128 bytes", []requests.Edit{requests.Set("biz_no", strings.Repeat("n", 128))}, 200, strings.Replace(echoed, "order-1", strings.Repeat("n", 128), 1)},
		{"color_number with leading zero", []requests.Edit{requests.Set("color_number", "06")}, 400, bad("color_number")},
		{"color_number outside its values", []requests.Edit{requests.Set("color_number", "5")}, 400, bad("color_number")},
		{"liveness_preferences outside its values", []requests.Edit{requests.Set("liveness_preferences", "strict")}, 400, bad("liveness_preferences")},
		{"language outside its values", []requests.Edit{requests.Set("language", "en")}, 400, bad("language")},
		{"procedure_type outside its values", []requests.Edit{requests.Set("procedure_type", "raw_video")}, 400, bad("procedure_type")},
		{"no comparison_type", []requests.Edit{requests.Drop("comparison_type")}, 400, missing("comparison_type")},
		{"comparison_type outside its values", []requests.Edit{requests.Set("comparison_type", "-1")}, 400, bad("comparison_type")},
		{"no uuid", []requests.Edit{requests.Drop("uuid")}, 400, missing("uuid")},
		{"uuid of 512 bytes", []requests.Edit{requests.Set("uuid", strings.Repeat("é", 256))}, 200, issued},
		{"uuid counts bytes", []requests.Edit{requests.Set("uuid", strings.Repeat("é", 257))}, 400, bad("uuid")},
		{"no photo", []requests.Edit{requests.Drop("image_ref1")}, 400, missing("image_ref1")},
		{"three photos", []requests.Edit{requests.File("image_ref3", requests.JPEG(t))}, 400, bad("image_ref3")},
		{"photo as text", []requests.Edit{requests.Set("image_ref2", "aGVsbG8=")}, 400, bad("image_ref2")},
		{"photo broken", []requests.Edit{requests.File("image_ref2", []byte("no photo"))}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref2")},
		{"photo too wide", []requests.Edit{requests.File("image_ref1", requests.PNG(t, 4097, 1))}, 400, samples.MegviiFailed("INVALID_IMAGE_SIZE:image_ref1")},
		{"photo too high", []requests.Edit{requests.File("image_ref2", requests.PNG(t, 1, 4097))}, 400, samples.MegviiFailed("INVALID_IMAGE_SIZE:image_ref2")},
		{"photo of 4096 pixels either way", []requests.Edit{requests.File("image_ref1", requests.PNG(t, 4096, 1)), requests.File("image_ref2", requests.PNG(t, 1, 4096))}, 200, issued},
		{"first photo at fault is named", []requests.Edit{requests.File("image_ref2", []byte("no photo")), requests.File("image_ref1", requests.PNG(t, 4097, 1))}, 400, samples.MegviiFailed("INVALID_IMAGE_SIZE:image_ref1")},
		{"photo cut short", []requests.Edit{requests.File("image_ref1", shortened(requests.JPEG(t)))}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"second photo alone", []requests.Edit{requests.Drop("image_ref1"), requests.File("image_ref2", requests.JPEG(t))}, 400, missing("image_ref1")},
		{"multi_oriented_detection outside its values", []requests.Edit{requests.Set("multi_oriented_detection", "yes")}, 400, bad("multi_oriented_detection")},
		{"fail_when_ref_multiple_faces outside its values", []requests.Edit{requests.Set("fail_when_ref_multiple_faces", "2")}, 400, bad("fail_when_ref_multiple_faces")},
		{"no max_upload_times", []requests.Edit{requests.Drop("max_upload_times")}, 400, missing("max_upload_times")},
		{"too few uploads", []requests.Edit{requests.Set("max_upload_times", "1")}, 400, bad("max_upload_times")},
		{"too many uploads", []requests.Edit{requests.Set("max_upload_times", "6")}, 400, bad("max_upload_times")},
		{"no life_time", []requests.Edit{requests.Drop("life_time")}, 400, missing("life_time")},
		{"life_time too short", []requests.Edit{requests.Set("life_time", "4")}, 400, bad("life_time")},
		{"life_time too long", []requests.Edit{requests.Set("life_time", "1441")}, 400, bad("life_time")},
		{"life_time no integer", []requests.Edit{requests.Set("life_time", "60.0")}, 400, bad("life_time")},
		{"life_time with a unit", []requests.Edit{requests.Set("life_time", "60m")}, 400, bad("life_time")},
		{"life_time with a sign", []requests.Edit{requests.Set("life_time", "+60")}, 400, bad("life_time")},
		{"life_time with a blank", []requests.Edit{requests.Set("life_time", "60 ")}, 400, bad("life_time")},
		{"life_time beyond 64 bits", []requests.Edit{requests.Set("life_time", "99999999999999999999")}, 400, bad("life_time")},
		{"max_upload_times negative", []requests.Edit{requests.Set("max_upload_times", "-5")}, 400, bad("max_upload_times")},
		{"max_upload_times no number", []requests.Edit{requests.Set("max_upload_times", "five")}, 400, bad("max_upload_times")},
		{"life_time with leading zero", []requests.Edit{requests.Set("life_time", "060")}, 400, bad("life_time")},
		{"return_multifaces_tag outside its values", []requests.Edit{requests.Set("return_multifaces_tag", "true")}, 400, bad("return_multifaces_tag")},
		{"face_occlusion_detection outside its values", []requests.Edit{requests.Set("face_occlusion_detection", "2")}, 400, bad("face_occlusion_detection")},
	})
}
