package sandbox

import (
	"net/http"
	"slices"
)

// h5FlashAnswer is H5-Lite RAW-GetToken, API Response.
type h5FlashAnswer struct {
	RequestID string `json:"request_id"`
	BizNo     string `json:"biz_no,omitempty"`
	TimeUsed  int64  `json:"time_used"`
	Token     string `json:"token"`
}

// newH5Flash is H5-Lite RAW-GetToken.
func newH5Flash(accepted credentials) *endpoint {
	return &endpoint{
		identity:     keyAndSecret(),
		authenticate: accepted.checkSecret,
		params:       h5FlashParams(),
		// Section Universal Errors.
		refusals: map[kind]refusal{
			wrongCredentials: {http.StatusForbidden, "AUTHENTICATION_ERROR"},
			missing:          {http.StatusBadRequest, "MISSING_ARGUMENTS:<key>"},
			malformed:        {http.StatusBadRequest, "BAD_ARGUMENTS:<key>"},
			notUTF8:          {http.StatusBadRequest, "BAD_ARGUMENTS:<key>"},
			notAPhoto:        {http.StatusBadRequest, "IMAGE_ERROR_UNSUPPORTED_FORMAT:<param>"},
			photoTooLarge:    {http.StatusBadRequest, "INVALID_IMAGE_SIZE:<param>"},
			internalFault:    {http.StatusInternalServerError, "INTERNAL_ERROR"},
		},
		issue: func(c call) (any, fault) {
			return h5FlashAnswer{c.requestID(), c.form["biz_no"].text, c.timeUsed(), c.token()}, fault{}
		},
		failure: liteFailure,
	}
}

// h5FlashParams is H5-Lite RAW-GetToken, Parameters. The limit of 4096 pixels
// stands in Universal Errors, INVALID_IMAGE_SIZE.
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
