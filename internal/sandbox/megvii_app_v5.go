package sandbox

import "net/http"

// appV5Answer is get_biz_token 5.0.0, 正确请求返回示例.
type appV5Answer struct {
	BizToken  string `json:"biz_token"`
	TimeUsed  int64  `json:"time_used"`
	RequestID string `json:"request_id"`
}

// appV5Failure is get_biz_token 5.0.0, 返回值说明: the message is in error. The
// sample has nothing beside it, but the table says that the other two always come.
type appV5Failure struct {
	Error     string `json:"error"`
	RequestID string `json:"request_id"`
	TimeUsed  int64  `json:"time_used"`
}

// newAppV5 is get_biz_token 5.0.0.
func newAppV5(accepted credentials) *endpoint {
	return &endpoint{
		// Section 参数.
		identity: []param{
			{name: "sign", required: true, check: anyText()},
			{name: "sign_version", required: true, check: oneOf("hmac_sha1")},
		},
		authenticate: accepted.checkSign,
		params: []param{
			{name: "liveness_id", required: true, check: anyText()},
			{name: "uuid", check: maxBytes(128)},
		},
		// Section 错误码列表.
		refusals: map[kind]refusal{
			missing:          {http.StatusBadRequest, "MISSING_ARGUMENTS: <key>"},
			malformed:        {http.StatusBadRequest, "BAD_ARGUMENTS: <key>"},
			notUTF8:          {http.StatusBadRequest, "BAD_ARGUMENTS: <key>"},
			wrongCredentials: {http.StatusForbidden, "AUTHENTICATION_ERROR"},
			expiredSign:      {http.StatusForbidden, "AUTHORIZATION_ERROR: EXPIRED_SIGN"},
			wrongSign:        {http.StatusForbidden, "AUTHORIZATION_ERROR: INVALID_SIGN"},
			internalFault:    {http.StatusInternalServerError, "INTERNAL_ERROR"},
		},
		issue: func(c call) (any, fault) {
			return appV5Answer{c.stamped(c.tokenSeed), c.timeUsed(), c.requestID()}, fault{}
		},
		failure: func(c call, message string) any {
			return appV5Failure{message, c.requestID(), c.timeUsed()}
		},
	}
}
