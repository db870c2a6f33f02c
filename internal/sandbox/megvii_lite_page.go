package sandbox

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
func newLitePage(accepted Credentials, known liteScenes) *endpoint {
	tokens := newPageTokens()
	return &endpoint{
		product:      "megvii.lite-page",
		path:         "/lite/get_token",
		pagePath:     "/lite/do",
		readForm:     anyForm,
		reference:    "biz_no",
		carriers:     []string{"uuid", "biz_no"},
		identity:     keyAndSecret(),
		authenticate: accepted.checkSecret,
		params:       litePageParams(known),
		errors:       litePageErrors(),
		issue: func(c call) (any, string, fault) {
			limit := known.of(c.form).timeLimit()
			tokens.add(c, limit)
			return litePageAnswer{
				BizNo:       c.form["biz_no"].text,
				ExpiredTime: c.began.Add(limit).Unix(),
				BizID:       c.bizID(),
				RequestID:   c.requestID(),
				TimeUsed:    c.timeUsed(),
				Token:       c.token(),
			}, c.token(), fault{}
		},
		failure: plainFailure,
		open:    tokens.open,
	}
}

// litePageErrors is what is known of H5-Lite GetToken's table: the codes that clients of
// it compare, those about photos in PC-GetToken and H5-Lite RAW-GetToken, and the common
// ones.
func litePageErrors() []errorRow {
	return append([]errorRow{
		{400, "INVALID_NAME_FORMAT", []kind{badName}},
		{400, "INVALID_IDCARD_NUMBER", []kind{badIDNumber}},
		{400, "IMAGE_ERROR_UNSUPPORTED_FORMAT:<param>", []kind{notAPhoto}},
		{400, "NO_FACE_FOUND:<param>", nil},
		{400, "MULTIPLE_FACES:<param>", nil},
		{400, "INVALID_IMAGE_SIZE:<param>", nil},
	}, commonErrors()...)
}
