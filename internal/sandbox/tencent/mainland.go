package tencent

import (
	"encoding/base64"
	"net/url"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// cardNumber has an upper-case X.
const cardNumber = `^[0-9]{17}[0-9X]$`

// detectAuthRows is DetectAuth, 输入参数.
func detectAuthRows(console Console) []params.Row {
	return []params.Row{
		rule(console, true),
		{Name: "IdCard", Check: params.Matching(cardNumber).Or(badIDNumber).Typed(params.String)},
		{Name: "Name", Check: params.MaxChars(32).Or(badName).Typed(params.String)},
		text("RedirectUrl", params.MaxChars(1024).And(params.WebURL())),
		text("Extra", params.MaxChars(1024)),
		text("ImageBase64", params.Base64Photo(3_000_000)),
		of("Encryption", params.Object),
		text("IntentionVerifyText", params.MaxChars(120)),
		of("IntentionQuestions", params.List),
		of("IntentionActions", params.List),
		of("Config", params.Object),
		text("TerminalType", params.AnyText()),
	}
}

type detectAuthAnswer struct {
	BizToken  string
	URL       string `json:"Url"`
	RequestID string `json:"RequestId"`
}

// issueDetectAuth answers with an address of the sample's shape; it has an escaped one
// within, and a fragment.
func issueDetectAuth(c standin.Call) (members any, token string) {
	token = tokenOf(c)
	page := "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx0000000000000000&redirect_uri=" +
		url.QueryEscape("https://page.example/go?token="+token) + "&response_type=code#wechat_redirect"
	return detectAuthAnswer{token, page, requestID(c)}, token
}

// faceIDTokenRows is GetFaceIdToken, 输入参数.
func faceIDTokenRows(console Console) []params.Row {
	own, source := params.Is("CompareLib", "LOCAL"), params.Is("CompareLib", "BUSINESS")
	return []params.Row{
		{Name: "CompareLib", Required: true, Check: params.OneOf("LOCAL", "BUSINESS").Typed(params.String)},
		{Name: "IdCard", Required: true, When: source, Check: params.Matching(cardNumber).Or(badIDNumber).Typed(params.String)},
		{Name: "Name", Required: true, When: source, Check: params.AnyText().Or(badName).Typed(params.String)},
		{Name: "ImageBase64", Required: true, When: own, Check: params.Base64Photo(8_000_000).Typed(params.String)},
		text("Meta", params.AnyText()),
		text("MetaData", params.AnyText()),
		text("Extra", params.MaxChars(1000)),
		of("UseCos", params.Bool),
		rule(console, false),
		of("Encryption", params.Object),
	}
}

type faceIDTokenAnswer struct {
	FaceIDToken  string `json:"FaceIdToken"`
	ClientConfig string
	RequestID    string `json:"RequestId"`
}

func issueFaceIDToken(c standin.Call) (members any, token string) {
	token = tokenOf(c)
	return faceIDTokenAnswer{token, base64.StdEncoding.EncodeToString([]byte("config-1")), requestID(c)}, token
}
