package sandbox

import (
	"encoding/hex"
	"net/http"
	"strings"
)

// notCharged is SDK get_token, 1.3: "charge 是否收费,1收费,2不收费". Both samples have 2.
const notCharged = 2

// Linkface is a stand-in for Linkface's server with SDK get_token. It is safe for
// concurrent use.
type Linkface struct{ *standIn }

// NewLinkface returns a stand-in for Linkface's server. What is wrong with a request
// it says under HTTP 200.
func NewLinkface(o Options) *Linkface {
	accepted := o.accepted(DemoLinkfaceAPIID, DemoLinkfaceAPISecret)
	return &Linkface{newStandIn(o.source(), noSuchLinkfaceAPI, newLinkfaceApp(accepted))}
}

// linkfaceAnswer is SDK get_token, 1.3. Data comes with success alone.
type linkfaceAnswer struct {
	RequestID string         `json:"request_id"`
	Code      string         `json:"code"`
	Msg       string         `json:"msg"`
	Data      *linkfaceToken `json:"data,omitempty"`
	Charge    int            `json:"charge"`
}

type linkfaceToken struct {
	Token string `json:"token"`
}

// olderFailure is a failed answer of Linkface's older API, as public clients read it.
type olderFailure struct {
	RequestID string `json:"request_id"`
	Status    string `json:"status"`
	Reason    string `json:"reason"`
}

// newLinkfaceApp is SDK get_token.
func newLinkfaceApp(accepted Credentials) *endpoint {
	return &endpoint{
		product:   "linkface.app",
		path:      "/v2/sdk/get_token", // 1.1
		readForm:  linkfaceForm,
		reference: "sequence_id",
		// Section 1.2.
		identity: []param{
			{name: "api_id", required: true, check: anyText()},
			{name: "timestamp", required: true, check: text(linkfaceTimestamp.MatchString)},
			{name: "sign", required: true, check: anyText()},
		},
		authenticate: accepted.checkDigest,
		params: []param{
			{name: "sequence_id", required: true, check: anyText()}, // 64 characters are advice
			{name: "detection_type", required: true, check: oneOf("liveness", "idcard_ocr", "bankcard_ocr")},
		},
		errors: linkfaceErrors(),
		issue: func(c call) (any, string, fault) {
			token := "dstj" + c.token()
			return linkfaceAnswer{linkfaceID(c), "0000", "调用成功", &linkfaceToken{token}, notCharged}, token, fault{}
		},
		failure:   linkfaceFailure,
		requestID: linkfaceID,
	}
}

// linkfaceErrors is SDK get_token, 1.4, and then the words of Linkface's older API, as
// public clients read it.
func linkfaceErrors() []errorRow {
	return []errorRow{
		{200, "1000", []kind{wrongSign}},
		{200, "1001", []kind{notUTF8}},
		{200, "1002", []kind{missing, malformed}},
		{200, "1007", nil},
		{200, "1008", nil},
		{200, "1009", nil},
		{200, "1011", nil},
		{200, "9999", []kind{internalFault}},
		{401, "UNAUTHORIZED", nil},
		{401, "KEY_EXPIRED", nil},
		{403, "NO_PERMISSION", nil},
		{403, "OUT_OF_QUOTA", nil},
		{400, "INVALID_ARGUMENT", nil},
		{404, "NOT_FOUND", nil},
	}
}

// linkfaceMsg is the column msg of SDK get_token, 1.4.
func linkfaceMsg(code string) string {
	return map[string]string{
		"1000": "验签失败", "1001": "参数非UTF-8编码", "1002": "请求参数错误", "1007": "应用冻结",
		"1008": "应用过期", "1009": "调用频率过高", "1011": "服务无权限", "9999": "其他错误",
	}[code]
}

// linkfaceFailure writes a word, which the document does not have, as the older API
// does.
func linkfaceFailure(c call, code string) any {
	if strings.Trim(code, "0123456789") != "" {
		return olderFailure{linkfaceID(c), code, strings.ToLower(strings.ReplaceAll(code, "_", " "))}
	}
	return linkfaceAnswer{RequestID: linkfaceID(c), Code: code, Msg: linkfaceMsg(code), Charge: notCharged}
}

func linkfaceID(c call) string { return "TID" + hex.EncodeToString(c.requestSeed[:]) }

// noSuchLinkfaceAPI answers as the older API does: the document has nothing for this.
func noSuchLinkfaceAPI(c call) reply {
	const code = "NOT_FOUND"
	a := jsonReply(http.StatusNotFound, linkfaceFailure(c, code))
	a.code = code
	return a
}

// linkfaceForm is SDK get_token, 1.5: sequence_id and api_id are in the query, the
// others in the body.
func linkfaceForm(w http.ResponseWriter, r *http.Request) (form, bool) {
	f, ok := formData(w, r)
	query := r.URL.Query()
	f["sequence_id"] = value{text: query.Get("sequence_id")}
	f["api_id"] = value{text: query.Get("api_id")}
	return f, ok
}
