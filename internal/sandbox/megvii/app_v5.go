package megvii

import (
	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// appV5Answer is get_biz_token 5.0.0, 正确请求返回示例.
type appV5Answer struct {
	BizToken  string `json:"biz_token"`
	TimeUsed  int64  `json:"time_used"`
	RequestID string `json:"request_id"`
}

// appV5Failure is get_biz_token 5.0.0, 返回值说明: the message is in error. The
// sample shows no other field, but the table says that the other two always come.
type appV5Failure struct {
	Error     string `json:"error"`
	RequestID string `json:"request_id"`
	TimeUsed  int64  `json:"time_used"`
}

// newAppV5 is get_biz_token 5.0.0.
func newAppV5(accepted standin.Credentials) *standin.Endpoint {
	return &standin.Endpoint{
		Product:  "megvii.app-v5",
		Path:     "/v5/sdk/get_biz_token",
		Read:     params.FormData,
		Carriers: []string{"uuid"},
		// Section 参数.
		Identity:     signAndVersion(),
		Authenticate: checkSign(accepted),
		Params: []params.Row{
			{Name: "liveness_id", Required: true, Check: params.AnyText()},
			{Name: "uuid", Check: params.MaxBytes(128)},
		},
		// Section 错误码列表.
		Errors: []standin.ErrorRow{
			standin.Code(400, "MISSING_ARGUMENTS: <key>", params.Missing),
			standin.Code(400, "BAD_ARGUMENTS: <key>", params.Malformed, params.NotUTF8),
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

// signAndVersion are the rows sign and sign_version, the same for both versions.
func signAndVersion() []params.Row {
	return []params.Row{
		{Name: "sign", Required: true, Check: params.AnyText()},
		{Name: "sign_version", Required: true, Check: params.OneOf("hmac_sha1")},
	}
}

func issueBizToken(c standin.Call) (answer any, token string, f params.Fault) {
	token = stamped(c, c.TokenSeed)
	return appV5Answer{token, c.TimeUsed(), requestID(c)}, token, params.Fault{}
}

func appV5Fails(c standin.Call, _ int, message string) any {
	return appV5Failure{message, requestID(c), c.TimeUsed()}
}
