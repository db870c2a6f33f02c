package sandbox

// randomNumberAnswer is Raw-GetRandomNumber, 成功示例.
type randomNumberAnswer struct {
	TimeUsed          int64  `json:"time_used"`
	BizNo             string `json:"biz_no,omitempty"`
	RandomNumber      string `json:"random_number"`
	TokenRandomNumber string `json:"token_random_number"`
	RequestID         string `json:"request_id"`
}

// newRandomNumber is Raw-GetRandomNumber.
func newRandomNumber(accepted Credentials) *endpoint {
	return &endpoint{
		product:   "megvii.random-number",
		path:      "/lite/raw/get_random_number",
		readForm:  anyForm,
		reference: "biz_no",
		carriers:  []string{"biz_no"},
		// Section 参数.
		identity:     keyAndSecret(),
		authenticate: accepted.checkSecret,
		params:       []param{{name: "biz_no", check: maxChars(128)}},
		// Section 通用的ERROR_MESSAGE.
		errors: commonErrors(),
		issue: func(c call) (any, string, fault) {
			return randomNumberAnswer{
				TimeUsed:          c.timeUsed(),
				BizNo:             c.form["biz_no"].text,
				RandomNumber:      c.digits(),
				TokenRandomNumber: c.token(),
				RequestID:         c.requestID(),
			}, c.token(), fault{}
		},
		failure: liteFailure,
	}
}

// commonErrors is the table 通用的ERROR_MESSAGE, the same in Raw-GetRandomNumber and
// PC-GetToken.
func commonErrors() []errorRow {
	return []errorRow{
		{403, "AUTHENTICATION_ERROR", []kind{wrongCredentials}},
		{403, "AUTHORIZATION_ERROR:<reason>", nil},
		{403, "CONCURRENCY_LIMIT_EXCEEDED", nil},
		{400, "MISSING_ARGUMENTS: <key>", []kind{missing}},
		{400, "BAD_ARGUMENTS:<key>", []kind{malformed, notUTF8}},
		{404, apiNotFound, nil},
		{500, "INTERNAL_ERROR", []kind{internalFault}},
	}
}
