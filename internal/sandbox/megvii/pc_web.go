package megvii

import (
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

const (
	// pcWebLifetime is the stand-in's choice; the document states none.
	pcWebLifetime = time.Hour
	// rememberedBizNos is after how many requests a biz_no may be used again.
	rememberedBizNos = 10_000
)

// idNumber is PC-GetToken, GetToken 特有的 ERROR_MESSAGE, INVALID_IDCARD_NUMBER: 18
// digits, of which the last may be X in either case.
const idNumber = `^[0-9]{17}[0-9Xx]$`

// pcWebAnswer is PC-GetToken, 成功. ExpiredTime is in unix seconds.
type pcWebAnswer struct {
	TimeUsed    int64  `json:"time_used"`
	Token       string `json:"token"`
	RequestID   string `json:"request_id"`
	ExpiredTime int64  `json:"expired_time"`
}

// newPCWeb is PC-GetToken.
func newPCWeb(accepted standin.Credentials, allowRepeatedBizNo bool) *standin.Endpoint {
	used := standin.NewRecent[struct{}](rememberedBizNos)
	return &standin.Endpoint{
		Product:      "megvii.pc-web",
		Path:         "/liveness/v2/get_token",
		Read:         params.AnyForm,
		Reference:    "biz_no",
		Carriers:     []string{"uuid", "biz_no"},
		Identity:     keyAndSecret(),
		Authenticate: checkSecret(accepted),
		Params:       pcWebParams(),
		Errors:       pcWebErrors(),
		Issue: func(c standin.Call) (any, string, params.Fault) {
			// The number is the customer's own: two keys may use the same.
			if fresh := used.Add(c.Values["api_key"].Text+"\x00"+c.Values["biz_no"].Text, struct{}{}); !fresh && !allowRepeatedBizNo {
				return nil, "", params.Fault{Kind: params.Malformed, Param: "biz_no"}
			}
			return pcWebAnswer{
				TimeUsed:    c.TimeUsed(),
				Token:       token(c),
				RequestID:   requestID(c),
				ExpiredTime: c.Began.Add(pcWebLifetime).Unix(),
			}, token(c), params.Fault{}
		},
		Failure: plainFailure,
	}
}

// pcWebParams is PC-GetToken, 参数.
func pcWebParams() []params.Row {
	byIDCard, byPhotos := params.Is("comparison_type", "1"), params.Is("comparison_type", "0")
	return slices.Concat(
		[]params.Row{
			{Name: "comparison_type", Required: true, Check: params.OneOf("1", "0", "-1")},
			// 有源比对. The limit of 32 characters is from the error table.
			{Name: "idcard_name", Required: true, When: byIDCard, Check: params.MaxChars(32).Or(badName)},
			{Name: "idcard_number", Required: true, When: byIDCard, Check: params.Matching(idNumber).Or(badIDNumber)},
		},
		photos(3, false, params.AnySide, byIDCard),
		// 无源比对.
		[]params.Row{{Name: "uuid", Required: true, When: byPhotos, Check: params.MaxBytes(512)}},
		photos(3, true, params.AnySide, byPhotos),
		[]params.Row{
			{Name: "return_url", Required: true, Check: params.WebURL()},
			{Name: "notify_url", Required: true, Check: params.WebURL()},
			{Name: "biz_no", Required: true, Check: params.MaxBytes(128)},
			{Name: "biz_extra_data", Check: params.MaxBytes(4096)},
			{Name: "scene_id", Check: params.AnyText()},
			{Name: "screen_replay", Check: params.OneOf("0", "1")},
			{Name: "multi_oriented_detection", Check: params.OneOf("0", "1")},
		},
	)
}

// pcWebErrors is PC-GetToken, 错误码列表, and after GetToken 特有的 ERROR_MESSAGE the
// errors of other sections: of faces in 参数, image_ref[x]; INVALID_ARGUMENTS in the
// sample 失败, its status inferred.
func pcWebErrors() []standin.ErrorRow {
	return append([]standin.ErrorRow{
		standin.Code(400, "IMAGE_ERROR_UNSUPPORTED_FORMAT:<param>", params.NotAPhoto),
		standin.Code(400, "INVALID_NAME_FORMAT", badName),
		standin.Code(400, "INVALID_IDCARD_NUMBER", badIDNumber),
		standin.Code(400, "NO_FACE_FOUND:<param>"),
		standin.Code(400, "MULTIPLE_FACES:<param>"),
		standin.Code(400, "INVALID_ARGUMENTS: <key>", params.BadURL),
	}, commonErrors()...)
}
