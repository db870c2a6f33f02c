package megvii_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestAppV3(t *testing.T) {
	missing := func(key string) string { return samples.AppV5Failed("MISSING_ARGUMENTS: " + key) }
	bad := func(key string) string { return samples.AppV5Failed("BAD_ARGUMENTS: " + key) }
	set, file := requests.Set, requests.File
	issued := samples.AppV5Issued

	requests.Run(t, samples.Megvii, samples.AppV3(t), []step{
		{"issued", nil, 200, issued},
		{"all options of meglive", []requests.Edit{
			set("biz_no", strings.Repeat("b", 128)), set("liveness_timeout", "5"), set("liveness_action_count", "3"), set("verbose", "1"),
			set("security_level", "4"), set("force_compare", "1"), set("multi_oriented_detection", "0"), file("image_ref2", requests.JPEG(t)),
		}, 200, issued},
		{"still", []requests.Edit{set("liveness_type", "still"), set("eyes_close_detection", "1"), set("liveness_timeout", "60")}, 200, issued},
		{"no liveness_type", []requests.Edit{requests.Drop("liveness_type")}, 400, missing("liveness_type")},
		{"liveness_type outside its values", []requests.Edit{set("liveness_type", "flash")}, 400, bad("liveness_type")},
		{"no comparison_type", []requests.Edit{requests.Drop("comparison_type")}, 400, missing("comparison_type")},
		{"comparison_type for liveness alone", []requests.Edit{set("comparison_type", "-1")}, 400, bad("comparison_type")},
		{"no uuid", []requests.Edit{requests.Drop("uuid")}, 400, missing("uuid")},
		{"uuid of 128 bytes", []requests.Edit{set("uuid", strings.Repeat("u", 128))}, 200, issued},
		{"uuid counts bytes", []requests.Edit{set("uuid", strings.Repeat("é", 65))}, 400, bad("uuid")},
		{"biz_no counts bytes", []requests.Edit{set("biz_no", strings.Repeat("流", 43))}, 400, bad("biz_no")},
		{"no photo", []requests.Edit{requests.Drop("image_ref1")}, 400, missing("image_ref1")},
		{"second photo alone", []requests.Edit{requests.Drop("image_ref1"), file("image_ref2", requests.JPEG(t))}, 400, missing("image_ref1")},
		{"three photos", []requests.Edit{file("image_ref3", requests.JPEG(t))}, 400, bad("image_ref3")},
		{"photo as text", []requests.Edit{set("image_ref1", "aGVsbG8=")}, 400, bad("image_ref1")},
		{"photo broken", []requests.Edit{file("image_ref2", []byte("no photo"))}, 400, samples.AppV5Failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref2")},
		{"photo of 4096 pixels", []requests.Edit{file("image_ref1", requests.PNG(t, 4096, 1))}, 200, issued},
		{"photo too wide, named without a colon", []requests.Edit{file("image_ref1", requests.PNG(t, 4097, 1))}, 400, samples.AppV5Failed("INVALID_IMAGE_SIZEimage_ref1")},
		{"liveness_timeout too short", []requests.Edit{set("liveness_timeout", "4")}, 400, bad("liveness_timeout")},
		{"liveness_timeout too long", []requests.Edit{set("liveness_timeout", "61")}, 400, bad("liveness_timeout")},
		{"liveness_timeout with a unit", []requests.Edit{set("liveness_timeout", "10s")}, 400, bad("liveness_timeout")},
		{"no moves", []requests.Edit{set("liveness_action_count", "0")}, 400, bad("liveness_action_count")},
		{"too many moves", []requests.Edit{set("liveness_action_count", "4")}, 400, bad("liveness_action_count")},
		{"moves have no meaning for still", []requests.Edit{set("liveness_type", "still"), set("liveness_action_count", "4")}, 200, issued},
		{"eyes have no meaning for meglive", []requests.Edit{set("eyes_close_detection", "2")}, 200, issued},
		{"eyes_close_detection outside its values", []requests.Edit{set("liveness_type", "still"), set("eyes_close_detection", "2")}, 400, bad("eyes_close_detection")},
		{"verbose outside its values", []requests.Edit{set("verbose", "true")}, 400, bad("verbose")},
		{"security_level outside its values", []requests.Edit{set("security_level", "5")}, 400, bad("security_level")},
		{"force_compare outside its values", []requests.Edit{set("force_compare", "2")}, 400, bad("force_compare")},
		{"multi_oriented_detection outside its values", []requests.Edit{set("multi_oriented_detection", "2")}, 400, bad("multi_oriented_detection")},
		{"unknown parameter is ignored", []requests.Edit{set("flash_liveness_timeout", "x")}, 200, issued},
	})
}

func TestAppV3WithIDCard(t *testing.T) {
	valid := samples.AppV3(t).Edited(
		requests.Set("comparison_type", "1"), requests.Drop("uuid"), requests.Drop("image_ref1"),
		requests.Set("idcard_name", "李四"), requests.Set("idcard_number", "11010519491231002X"),
	)
	requests.Run(t, samples.Megvii, valid, []step{
		{"issued", nil, 200, samples.AppV5Issued},
		{"two photos beside", []requests.Edit{requests.File("image_ref1", requests.JPEG(t)), requests.File("image_ref2", requests.JPEG(t))}, 200, samples.AppV5Issued},
		{"three photos beside", []requests.Edit{requests.File("image_ref3", requests.JPEG(t))}, 400, samples.AppV5Failed("BAD_ARGUMENTS: image_ref3")},
		{"no name", []requests.Edit{requests.Drop("idcard_name")}, 400, samples.AppV5Failed("MISSING_ARGUMENTS: idcard_name")},
		{"name in GBK", []requests.Edit{requests.Set("idcard_name", "\xc0\xee\xcb\xc4")}, 400, samples.AppV5Failed("BAD_ARGUMENTS: idcard_name")},
		{"no number", []requests.Edit{requests.Drop("idcard_number")}, 400, samples.AppV5Failed("MISSING_ARGUMENTS: idcard_number")},
		{"number of 17", []requests.Edit{requests.Set("idcard_number", "11010519491231002")}, 400, samples.AppV5Failed("BAD_ARGUMENTS: idcard_number")},
	})
}

func TestAppV3WithAnUploadedPhoto(t *testing.T) {
	valid := samples.AppV3(t).Edited(requests.Set("liveness_type", "raw_image"), requests.File("image", requests.JPEG(t)))
	requests.Run(t, samples.Megvii, valid, []step{
		{"issued", nil, 200, samples.AppV5Issued},
		{"no image", []requests.Edit{requests.Drop("image")}, 400, samples.AppV5Failed("MISSING_ARGUMENTS: image")},
		{"image broken", []requests.Edit{requests.File("image", []byte("x"))}, 400, samples.AppV5Failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image")},
		{"quality at most 100", []requests.Edit{requests.Set("face_quality_threshold", "101")}, 400, samples.AppV5Failed("BAD_ARGUMENTS: face_quality_threshold")},
		{"faces outside its values", []requests.Edit{requests.Set("return_faces", "2")}, 400, samples.AppV5Failed("BAD_ARGUMENTS: return_faces")},
		{"multiple outside its values", []requests.Edit{requests.Set("fail_when_multiple_faces", "2")}, 400, samples.AppV5Failed("BAD_ARGUMENTS: fail_when_multiple_faces")},
	})
}

func TestAppV3SignatureVectors(t *testing.T) {
	for now, sign := range map[int64]string{
		1700000000: "/uunz0L3/4DQXzN1cJBeYFaDkChhPXRlc3RfYXBpX2tleSZiPTE3MDAwMDAxMDAmYz0xNzAwMDAwMDAwJmQ9MTIzNDU2Nzg5MA==",
		1767323045: "t+XQAqC1g5+8qXIWBX27/ldB0vhhPXRlc3RfYXBpX2tleSZiPTE3NjczMjMxNDUmYz0xNzY3MzIzMDQ1JmQ9MDAwMDAwMDA0Mg==",
	} {
		at := time.Unix(now, 0)
		server := requests.Serve(t, sandbox.NewMegvii(sandbox.Options{
			Credentials: sandbox.NewCredentials(map[string]string{"test_api_key": "test_api_secret"}),
			Now:         func() time.Time { return at },
		}))
		r := samples.AppV3(t).Edited(requests.Set("sign", sign))
		require.Equal(t, http.StatusOK, requests.Post(t, server, r).Status)
		at = at.Add(100 * time.Second)
		require.Contains(t, requests.Post(t, server, r).Body, `"error":"AUTHORIZATION_ERROR: EXPIRED_SIGN"`)
		require.Contains(t, requests.Post(t, server, r.Edited(requests.Set("sign", "A"+sign[1:]))).Body, `INVALID_SIGN`)
	}
}
