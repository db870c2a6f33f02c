package sandbox

import "net/http"

// randomNumberAnswer is Raw-GetRandomNumber, 成功示例.
type randomNumberAnswer struct {
	TimeUsed          int64  `json:"time_used"`
	BizNo             string `json:"biz_no,omitempty"`
	RandomNumber      string `json:"random_number"`
	TokenRandomNumber string `json:"token_random_number"`
	RequestID         string `json:"request_id"`
}

// newRandomNumber is Raw-GetRandomNumber.
func newRandomNumber(accepted credentials) *endpoint {
	return &endpoint{
		urlencoded: true,
		// Section 参数.
		identity:     keyAndSecret(),
		authenticate: accepted.checkSecret,
		params:       []param{{name: "biz_no", check: maxChars(128)}},
		// Section 通用的ERROR_MESSAGE.
		refusals: commonRefusals(),
		issue: func(c call) (any, fault) {
			return randomNumberAnswer{
				TimeUsed:          c.timeUsed(),
				BizNo:             c.form["biz_no"].text,
				RandomNumber:      c.digits(),
				TokenRandomNumber: c.token(),
				RequestID:         c.requestID(),
			}, fault{}
		},
		failure: liteFailure,
	}
}

// commonRefusals is the table 通用的ERROR_MESSAGE, the same in
// Raw-GetRandomNumber and PC-GetToken.
func commonRefusals() map[kind]refusal {
	return map[kind]refusal{
		wrongCredentials: {http.StatusForbidden, "AUTHENTICATION_ERROR"},
		missing:          {http.StatusBadRequest, "MISSING_ARGUMENTS: <key>"},
		malformed:        {http.StatusBadRequest, "BAD_ARGUMENTS:<key>"},
		notUTF8:          {http.StatusBadRequest, "BAD_ARGUMENTS:<key>"},
		internalFault:    {http.StatusInternalServerError, "INTERNAL_ERROR"},
	}
}
