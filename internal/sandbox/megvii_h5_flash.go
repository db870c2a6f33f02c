package sandbox

import "slices"

// h5FlashAnswer is H5-Lite RAW-GetToken, API Response.
type h5FlashAnswer struct {
	RequestID string `json:"request_id"`
	BizNo     string `json:"biz_no,omitempty"`
	TimeUsed  int64  `json:"time_used"`
	Token     string `json:"token"`
}

// newH5Flash is H5-Lite RAW-GetToken.
func newH5Flash(accepted Credentials) *endpoint {
	return &endpoint{
		product:      "megvii.h5-flash",
		path:         "/lite/raw/get_token",
		readForm:     formData,
		reference:    "biz_no",
		carriers:     []string{"uuid", "biz_no"},
		identity:     keyAndSecret(),
		authenticate: accepted.checkSecret,
		params:       h5FlashParams(),
		// Section Universal Errors; MULTIPLE_FACES is in Parameters, image_ref[x].
		errors: []errorRow{
			{403, "AUTHENTICATION_ERROR", []kind{wrongCredentials}},
			{403, "CONCURRENCY_LIMIT_EXCEEDED", nil},
			{400, "MISSING_ARGUMENTS:<key>", []kind{missing}},
			{400, "BAD_ARGUMENTS:<key>", []kind{malformed, notUTF8}},
			{400, "IMAGE_ERROR_UNSUPPORTED_FORMAT:<param>", []kind{notAPhoto}},
			{400, "NO_FACE_FOUND:<param>", nil},
			{400, "MULTIPLE_FACES:<param>", nil},
			{400, "INVALID_IMAGE_SIZE:<param>", []kind{photoTooLarge}},
			{403, "AUTHORIZATION_ERROR:<reason>", nil},
			{404, apiNotFound, nil},
			{500, "INTERNAL_ERROR", []kind{internalFault}},
		},
		issue: func(c call) (any, string, fault) {
			return h5FlashAnswer{c.requestID(), c.form["biz_no"].text, c.timeUsed(), c.token()}, c.token(), fault{}
		},
		failure: liteFailure,
	}
}

// h5FlashParams is H5-Lite RAW-GetToken, Parameters. The limit of 4096 pixels
// is in Universal Errors, INVALID_IMAGE_SIZE.
func h5FlashParams() []param {
	return slices.Concat(
		[]param{
			{name: "biz_no", check: maxBytes(128)},
			{name: "color_number", check: oneOf("4", "6", "8")},
			{name: "liveness_preferences", check: oneOf("none")},
			{name: "language", check: oneOf("0", "1")},
			{name: "procedure_type", check: oneOf("raw_flash")},
			{name: "comparison_type", required: true, check: oneOf("0")},
			{name: "uuid", required: true, check: maxBytes(512)},
		},
		photos(2, true, 4096, nil),
		[]param{
			{name: "multi_oriented_detection", check: oneOf("0", "1")},
			{name: "fail_when_ref_multiple_faces", check: oneOf("0", "1")},
			{name: "max_upload_times", required: true, check: integer(2, 5)},
			{name: "life_time", required: true, check: integer(5, 1440)}, // minutes
			{name: "return_multifaces_tag", check: oneOf("0", "1")},
			{name: "face_occlusion_detection", check: oneOf("0", "1")},
		},
	)
}
