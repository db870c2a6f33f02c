package megvii

import (
	"slices"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// h5FlashAnswer is H5-Lite RAW-GetToken, API Response.
type h5FlashAnswer struct {
	RequestID string `json:"request_id"`
	BizNo     string `json:"biz_no,omitempty"`
	TimeUsed  int64  `json:"time_used"`
	Token     string `json:"token"`
}

// newH5Flash is H5-Lite RAW-GetToken.
func newH5Flash(accepted standin.Credentials) *standin.Endpoint {
	return &standin.Endpoint{
		Product:      "megvii.h5-flash",
		Path:         "/lite/raw/get_token",
		Read:         params.FormData,
		Reference:    "biz_no",
		Carriers:     []string{"uuid", "biz_no"},
		Identity:     keyAndSecret(),
		Authenticate: checkSecret(accepted),
		Params:       h5FlashParams(),
		// Section Universal Errors; MULTIPLE_FACES is in Parameters, image_ref[x].
		Errors: []standin.ErrorRow{
			standin.Code(403, "AUTHENTICATION_ERROR", params.WrongCredentials),
			standin.Code(403, "CONCURRENCY_LIMIT_EXCEEDED"),
			standin.Code(400, "MISSING_ARGUMENTS:<key>", params.Missing),
			standin.Code(400, "BAD_ARGUMENTS:<key>", params.Malformed, params.NotUTF8),
			standin.Code(400, "IMAGE_ERROR_UNSUPPORTED_FORMAT:<param>", params.NotAPhoto),
			standin.Code(400, "NO_FACE_FOUND:<param>"),
			standin.Code(400, "MULTIPLE_FACES:<param>"),
			standin.Code(400, "INVALID_IMAGE_SIZE:<param>", params.PhotoTooLarge),
			standin.Code(403, "AUTHORIZATION_ERROR:<reason>"),
			standin.Code(404, apiNotFound),
			standin.Code(500, "INTERNAL_ERROR", params.Internal),
		},
		Issue: func(c standin.Call) (any, string, params.Fault) {
			return h5FlashAnswer{requestID(c), c.Values["biz_no"].Text, c.TimeUsed(), token(c)}, token(c), params.Fault{}
		},
		Failure: liteFailure,
	}
}

// h5FlashParams is H5-Lite RAW-GetToken, Parameters. The limit of 4096 pixels
// is in Universal Errors, INVALID_IMAGE_SIZE.
func h5FlashParams() []params.Row {
	return slices.Concat(
		[]params.Row{
			{Name: "biz_no", Check: params.MaxBytes(128)},
			{Name: "color_number", Check: params.OneOf("4", "6", "8")},
			{Name: "liveness_preferences", Check: params.OneOf("none")},
			{Name: "language", Check: params.OneOf("0", "1")},
			{Name: "procedure_type", Check: params.OneOf("raw_flash")},
			{Name: "comparison_type", Required: true, Check: params.OneOf("0")},
			{Name: "uuid", Required: true, Check: params.MaxBytes(512)},
		},
		photos(2, true, 4096, nil),
		[]params.Row{
			{Name: "multi_oriented_detection", Check: params.OneOf("0", "1")},
			{Name: "fail_when_ref_multiple_faces", Check: params.OneOf("0", "1")},
			{Name: "max_upload_times", Required: true, Check: params.Integer(2, 5)},
			{Name: "life_time", Required: true, Check: params.Integer(5, 1440)}, // minutes
			{Name: "return_multifaces_tag", Check: params.OneOf("0", "1")},
			{Name: "face_occlusion_detection", Check: params.OneOf("0", "1")},
		},
	)
}
