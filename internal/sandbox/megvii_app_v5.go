package sandbox

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
func newAppV5(accepted Credentials) *endpoint {
	return &endpoint{
		product:  "megvii.app-v5",
		path:     "/v5/sdk/get_biz_token",
		readForm: formData,
		carriers: []string{"uuid"},
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
		errors: []errorRow{
			{400, "MISSING_ARGUMENTS: <key>", []kind{missing}},
			{400, "BAD_ARGUMENTS: <key>", []kind{malformed, notUTF8}},
			{403, "AUTHENTICATION_ERROR", []kind{wrongCredentials}},
			{403, "AUTHORIZATION_ERROR: <reason>", nil},
			{403, "AUTHORIZATION_ERROR: EXPIRED_SIGN", []kind{expiredSign}},
			{403, "AUTHORIZATION_ERROR: INVALID_SIGN", []kind{wrongSign}},
			{403, "CONCURRENCY_LIMIT_EXCEEDED", nil},
			{404, apiNotFound, nil},
			{500, "INTERNAL_ERROR", []kind{internalFault}},
		},
		issue: func(c call) (any, string, fault) {
			token := c.stamped(c.tokenSeed)
			return appV5Answer{token, c.timeUsed(), c.requestID()}, token, fault{}
		},
		failure: func(c call, message string) any {
			return appV5Failure{message, c.requestID(), c.timeUsed()}
		},
	}
}
