package linkface

import (
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// notCharged is SDK get_token, 1.3: "charge 是否收费,1收费,2不收费". Both samples have 2.
const notCharged = 2

// DemoAPIID and DemoAPISecret are invented and open nothing anywhere else.
const (
	DemoAPIID     = "demo-linkface-id"
	DemoAPISecret = "demo-linkface-secret"
)

// New returns Linkface's server with SDK get_token. What is wrong with a request it says
// under HTTP 200.
func New(accepted standin.Credentials) standin.Vendor {
	return standin.Vendor{Endpoints: []*standin.Endpoint{newApp(accepted)}, NotFound: noSuchAPI}
}

// answer is SDK get_token, 1.3. Data comes with success alone.
type answer struct {
	RequestID string       `json:"request_id"`
	Code      string       `json:"code"`
	Msg       string       `json:"msg"`
	Data      *issuedToken `json:"data,omitempty"`
	Charge    int          `json:"charge"`
}

type issuedToken struct {
	Token string `json:"token"`
}

// olderFailure is a failed answer of Linkface's older API, as public clients read it.
type olderFailure struct {
	RequestID string `json:"request_id"`
	Status    string `json:"status"`
	Reason    string `json:"reason"`
}

// newApp is SDK get_token.
func newApp(accepted standin.Credentials) *standin.Endpoint {
	return &standin.Endpoint{
		Product:   "linkface.app",
		Path:      "/v2/sdk/get_token", // 1.1
		Read:      queryAndForm,
		Reference: "sequence_id",
		// Section 1.2.
		Identity: []params.Row{
			{Name: "api_id", Required: true, Check: params.AnyText()},
			{Name: "timestamp", Required: true, Check: params.Matching(unixTime)},
			{Name: "sign", Required: true, Check: params.AnyText()},
		},
		Authenticate: checkDigest(accepted),
		Params: []params.Row{
			{Name: "sequence_id", Required: true, Check: params.AnyText()}, // 64 characters are advice
			{Name: "detection_type", Required: true, Check: params.OneOf("liveness", "idcard_ocr", "bankcard_ocr")},
		},
		Errors: errorRows(),
		Issue: func(c standin.Call) (any, string, params.Fault) {
			token := "dstj" + hex.EncodeToString(c.TokenSeed[:])
			return answer{requestID(c), "0000", "调用成功", &issuedToken{token}, notCharged}, token, params.Fault{}
		},
		Failure:   failure,
		RequestID: requestID,
	}
}

// errorRows is SDK get_token, 1.4, and then the words of Linkface's older API, as
// public clients read it.
func errorRows() []standin.ErrorRow {
	return []standin.ErrorRow{
		standin.Code(200, "1000", params.WrongSignature),
		standin.Code(200, "1001", params.NotUTF8),
		standin.Code(200, "1002", params.Missing, params.Malformed),
		standin.Code(200, "1007"),
		standin.Code(200, "1008"),
		standin.Code(200, "1009"),
		standin.Code(200, "1011"),
		standin.Code(200, "9999", params.Internal),
		standin.Code(401, "UNAUTHORIZED"),
		standin.Code(401, "KEY_EXPIRED"),
		standin.Code(403, "NO_PERMISSION"),
		standin.Code(403, "OUT_OF_QUOTA"),
		standin.Code(400, "INVALID_ARGUMENT"),
		standin.Code(404, "NOT_FOUND"),
	}
}

// msgOf is the column msg of SDK get_token, 1.4.
func msgOf(code string) string {
	return map[string]string{
		"1000": "验签失败", "1001": "参数非UTF-8编码", "1002": "请求参数错误", "1007": "应用冻结",
		"1008": "应用过期", "1009": "调用频率过高", "1011": "服务无权限", "9999": "其他错误",
	}[code]
}

// failure writes a word, which the document does not have, as the older API
// does.
func failure(c standin.Call, _ int, code string) any {
	if strings.Trim(code, "0123456789") != "" {
		return olderFailure{requestID(c), code, strings.ToLower(strings.ReplaceAll(code, "_", " "))}
	}
	return answer{RequestID: requestID(c), Code: code, Msg: msgOf(code), Charge: notCharged}
}

func requestID(c standin.Call) string { return "TID" + hex.EncodeToString(c.RequestSeed[:]) }

// noSuchAPI answers as the older API does: the document has nothing for this.
func noSuchAPI(c standin.Call) standin.Reply {
	const code = "NOT_FOUND"
	a := standin.JSON(http.StatusNotFound, failure(c, http.StatusNotFound, code))
	a.Code = code
	return a
}

// queryAndForm is SDK get_token, 1.5: sequence_id and api_id are in the query, the
// others in the body.
func queryAndForm(w http.ResponseWriter, r *http.Request) params.Input {
	in := params.FormData(w, r)
	query := r.URL.Query()
	in.Values["sequence_id"] = params.Value{Text: query.Get("sequence_id")}
	in.Values["api_id"] = params.Value{Text: query.Get("api_id")}
	return in
}
