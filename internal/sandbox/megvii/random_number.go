package megvii

import (
	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// randomNumberAnswer is Raw-GetRandomNumber, 成功示例.
type randomNumberAnswer struct {
	TimeUsed          int64  `json:"time_used"`
	BizNo             string `json:"biz_no,omitempty"`
	RandomNumber      string `json:"random_number"`
	TokenRandomNumber string `json:"token_random_number"`
	RequestID         string `json:"request_id"`
}

// newRandomNumber is Raw-GetRandomNumber.
func newRandomNumber(accepted standin.Credentials) *standin.Endpoint {
	return &standin.Endpoint{
		Product:   "megvii.random-number",
		Path:      "/lite/raw/get_random_number",
		Read:      params.AnyForm,
		Reference: "biz_no",
		Carriers:  []string{"biz_no"},
		// Section 参数.
		Identity:     keyAndSecret(),
		Authenticate: checkSecret(accepted),
		Params:       []params.Row{{Name: "biz_no", Check: params.MaxChars(128)}},
		// Section 通用的ERROR_MESSAGE.
		Errors: commonErrors(),
		Issue: func(c standin.Call) (any, string, params.Fault) {
			return randomNumberAnswer{
				TimeUsed:          c.TimeUsed(),
				BizNo:             c.Values["biz_no"].Text,
				RandomNumber:      digits(c),
				TokenRandomNumber: token(c),
				RequestID:         requestID(c),
			}, token(c), params.Fault{}
		},
		Failure: liteFailure,
	}
}

// commonErrors is the table 通用的ERROR_MESSAGE, the same in Raw-GetRandomNumber and
// PC-GetToken.
func commonErrors() []standin.ErrorRow {
	return []standin.ErrorRow{
		standin.Code(403, "AUTHENTICATION_ERROR", params.WrongCredentials),
		standin.Code(403, "AUTHORIZATION_ERROR:<reason>"),
		standin.Code(403, "CONCURRENCY_LIMIT_EXCEEDED"),
		standin.Code(400, "MISSING_ARGUMENTS: <key>", params.Missing),
		standin.Code(400, "BAD_ARGUMENTS:<key>", params.Malformed, params.NotUTF8),
		standin.Code(404, apiNotFound),
		standin.Code(500, "INTERNAL_ERROR", params.Internal),
	}
}
