package sandbox

import (
	"regexp"
	"slices"
	"time"
)

const (
	// pcWebLifetime is the stand-in's choice; the document states none.
	pcWebLifetime = time.Hour
	// rememberedBizNos is after how many requests a biz_no may be used again.
	rememberedBizNos = 10_000
)

// idNumber is PC-GetToken, GetToken 特有的 ERROR_MESSAGE, INVALID_IDCARD_NUMBER: 18
// digits, of which the last may be X in either case.
var idNumber = regexp.MustCompile(`^[0-9]{17}[0-9Xx]$`)

// pcWebAnswer is PC-GetToken, 成功. ExpiredTime is in unix seconds.
type pcWebAnswer struct {
	TimeUsed    int64  `json:"time_used"`
	Token       string `json:"token"`
	RequestID   string `json:"request_id"`
	ExpiredTime int64  `json:"expired_time"`
}

// newPCWeb is PC-GetToken.
func newPCWeb(accepted Credentials, allowRepeatedBizNo bool) *endpoint {
	used := newRecent[struct{}](rememberedBizNos)
	return &endpoint{
		product:      "megvii.pc-web",
		path:         "/liveness/v2/get_token",
		readForm:     anyForm,
		reference:    "biz_no",
		carriers:     []string{"uuid", "biz_no"},
		identity:     keyAndSecret(),
		authenticate: accepted.checkSecret,
		params:       pcWebParams(),
		errors:       pcWebErrors(),
		issue: func(c call) (any, string, fault) {
			// The number is the customer's own: two keys may use the same.
			if fresh := used.add(c.form["api_key"].text+"\x00"+c.form["biz_no"].text, struct{}{}); !fresh && !allowRepeatedBizNo {
				return nil, "", fault{malformed, "biz_no"}
			}
			return pcWebAnswer{
				TimeUsed:    c.timeUsed(),
				Token:       c.token(),
				RequestID:   c.requestID(),
				ExpiredTime: c.began.Add(pcWebLifetime).Unix(),
			}, c.token(), fault{}
		},
		failure: plainFailure,
	}
}

// pcWebParams is PC-GetToken, 参数.
func pcWebParams() []param {
	byIDCard, byPhotos := is("comparison_type", "1"), is("comparison_type", "0")
	return slices.Concat(
		[]param{
			{name: "comparison_type", required: true, check: oneOf("1", "0", "-1")},
			// 有源比对. The limit of 32 characters is from the error table.
			{name: "idcard_name", required: true, when: byIDCard, check: maxChars(32).or(badName)},
			{name: "idcard_number", required: true, when: byIDCard, check: text(idNumber.MatchString).or(badIDNumber)},
		},
		photos(3, false, anySide, byIDCard),
		// 无源比对.
		[]param{{name: "uuid", required: true, when: byPhotos, check: maxBytes(512)}},
		photos(3, true, anySide, byPhotos),
		[]param{
			{name: "return_url", required: true, check: webURL()},
			{name: "notify_url", required: true, check: webURL()},
			{name: "biz_no", required: true, check: maxBytes(128)},
			{name: "biz_extra_data", check: maxBytes(4096)},
			{name: "scene_id", check: anyText()},
			{name: "screen_replay", check: oneOf("0", "1")},
			{name: "multi_oriented_detection", check: oneOf("0", "1")},
		},
	)
}

// pcWebErrors is PC-GetToken, 错误码列表, and after GetToken 特有的 ERROR_MESSAGE the
// errors of other sections: of faces in 参数, image_ref[x]; INVALID_ARGUMENTS in the
// sample 失败, its status inferred.
func pcWebErrors() []errorRow {
	return append([]errorRow{
		{400, "IMAGE_ERROR_UNSUPPORTED_FORMAT:<param>", []kind{notAPhoto}},
		{400, "INVALID_NAME_FORMAT", []kind{badName}},
		{400, "INVALID_IDCARD_NUMBER", []kind{badIDNumber}},
		{400, "NO_FACE_FOUND:<param>", nil},
		{400, "MULTIPLE_FACES:<param>", nil},
		{400, "INVALID_ARGUMENTS: <key>", []kind{badURL}},
	}, commonErrors()...)
}
