package megvii

import (
	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// litePageAnswer is H5-Lite GetToken, its answer. ExpiredTime is in unix seconds.
type litePageAnswer struct {
	BizNo       string `json:"biz_no"`
	ExpiredTime int64  `json:"expired_time"`
	BizID       string `json:"biz_id"`
	RequestID   string `json:"request_id"`
	TimeUsed    int64  `json:"time_used"`
	Token       string `json:"token"`
}

// newLitePage is H5-Lite GetToken, with the page that its tokens open.
func newLitePage(accepted standin.Credentials, known liteScenes) *standin.Endpoint {
	tokens := newPageTokens()
	return &standin.Endpoint{
		Product:      "megvii.lite-page",
		Path:         "/lite/get_token",
		PagePath:     "/lite/do",
		Read:         params.AnyForm,
		Reference:    "biz_no",
		Carriers:     []string{"uuid", "biz_no"},
		Identity:     keyAndSecret(),
		Authenticate: checkSecret(accepted),
		Params:       litePageParams(known),
		Errors:       litePageErrors(),
		Issue: func(c standin.Call) (any, string, params.Fault) {
			limit := known.of(c.Values).timeLimit()
			tokens.add(c, limit)
			return litePageAnswer{
				BizNo:       c.Values["biz_no"].Text,
				ExpiredTime: c.Began.Add(limit).Unix(),
				BizID:       bizID(c),
				RequestID:   requestID(c),
				TimeUsed:    c.TimeUsed(),
				Token:       token(c),
			}, token(c), params.Fault{}
		},
		Failure: plainFailure,
		Open:    tokens.open,
	}
}

// litePageErrors is what is known of H5-Lite GetToken's table: the codes that clients of
// it compare, those about photos in PC-GetToken and H5-Lite RAW-GetToken, and the common
// ones.
func litePageErrors() []standin.ErrorRow {
	return append([]standin.ErrorRow{
		standin.Code(400, "INVALID_NAME_FORMAT", badName),
		standin.Code(400, "INVALID_IDCARD_NUMBER", badIDNumber),
		standin.Code(400, "IMAGE_ERROR_UNSUPPORTED_FORMAT:<param>", params.NotAPhoto),
		standin.Code(400, "NO_FACE_FOUND:<param>"),
		standin.Code(400, "MULTIPLE_FACES:<param>"),
		standin.Code(400, "INVALID_IMAGE_SIZE:<param>"),
	}, commonErrors()...)
}
