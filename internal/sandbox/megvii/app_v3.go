package megvii

import (
	"slices"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// newAppV3 is get_biz_token 1.0.0, the predecessor of 5.0.0. Its signature and its answers
// have the shape of those.
func newAppV3(accepted standin.Credentials) *standin.Endpoint {
	return &standin.Endpoint{
		Product:      "megvii.app-v3",
		Path:         "/v3/sdk/get_biz_token",
		Read:         params.FormData,
		Reference:    "biz_no",
		Carriers:     []string{"uuid", "biz_no"},
		Identity:     signAndVersion(),
		Authenticate: checkSign(accepted),
		Params:       appV3Params(),
		// Its table of errors; INVALID_IMAGE_SIZE is printed without a colon.
		Errors: []standin.ErrorRow{
			standin.Code(400, "MISSING_ARGUMENTS: <key>", params.Missing),
			standin.Code(400, "BAD_ARGUMENTS: <key>", params.Malformed, params.NotUTF8),
			standin.Code(400, "IMAGE_ERROR_UNSUPPORTED_FORMAT:<param>", params.NotAPhoto),
			standin.Code(400, "NO_FACE_FOUND:<param>"),
			standin.Code(400, "INVALID_IMAGE_SIZE<param>", params.PhotoTooLarge),
			standin.Code(400, "LOW_QUALITY"),
			standin.Code(400, "MULTIPLE_FACES"),
			standin.Code(403, "AUTHENTICATION_ERROR", params.WrongCredentials),
			standin.Code(403, "AUTHORIZATION_ERROR: <reason>"),
			standin.Code(403, "AUTHORIZATION_ERROR: EXPIRED_SIGN", params.ExpiredSignature),
			standin.Code(403, "AUTHORIZATION_ERROR: INVALID_SIGN", params.WrongSignature),
			standin.Code(403, "CONCURRENCY_LIMIT_EXCEEDED"),
			standin.Code(404, apiNotFound),
			standin.Code(500, "INTERNAL_ERROR", params.Internal),
		},
		Issue:   issueBizToken,
		Failure: appV5Fails,
	}
}

// appV3Params is get_biz_token 1.0.0, its parameters as the page for China has them.
func appV3Params() []params.Row {
	byIDCard, byPhotos := params.Is("comparison_type", "1"), params.Is("comparison_type", "0")
	moves, still, upload := params.Is("liveness_type", "meglive"), params.Is("liveness_type", "still"), params.Is("liveness_type", "raw_image")
	number := params.Text(func(s string) bool { return utf8.RuneCountInString(s) == 18 })
	return slices.Concat(
		[]params.Row{
			{Name: "liveness_type", Required: true, Check: params.OneOf("meglive", "still", "raw_image")},
			{Name: "comparison_type", Required: true, Check: params.OneOf("1", "0")},
			{Name: "idcard_name", Required: true, When: byIDCard, Check: params.AnyText()},
			{Name: "idcard_number", Required: true, When: byIDCard, Check: number},
			{Name: "uuid", Required: true, When: byPhotos, Check: params.MaxBytes(128)},
		},
		photos(2, true, 4096, byPhotos),
		photos(2, false, 4096, byIDCard),
		[]params.Row{
			{Name: "biz_no", Check: params.MaxBytes(128)},
			{Name: "liveness_timeout", Check: params.Integer(5, 60)}, // seconds
			{Name: "liveness_action_count", When: moves, Check: params.Integer(1, 3)},
			{Name: "eyes_close_detection", When: still, Check: params.OneOf("0", "1")},
			{Name: "image", Required: true, When: upload, Check: params.Photo(4096)},
			{Name: "fail_when_multiple_faces", When: upload, Check: params.OneOf("0", "1")},
			{Name: "face_quality_threshold", When: upload, Check: params.Integer(0, 100)},
			{Name: "return_faces", When: upload, Check: params.OneOf("0", "1")},
			{Name: "verbose", Check: params.OneOf("0", "1")},
			{Name: "security_level", Check: params.OneOf("1", "2", "3", "4")},
			{Name: "force_compare", Check: params.OneOf("0", "1")},
			{Name: "multi_oriented_detection", Check: params.OneOf("0", "1")},
		},
	)
}
