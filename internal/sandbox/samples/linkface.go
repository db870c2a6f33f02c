package samples

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
)

// Where Linkface's requests go, and what is issued.
const (
	LinkfaceIssued = `{"request_id":"TID` + Hex + `","code":"0000","msg":"调用成功","data":{"token":"dstj` + Hex + `"},"charge":2}`
	LinkfacePath   = "/v2/sdk/get_token"
	LinkfaceQuery  = "?sequence_id=sequence-1&api_id=" + sandbox.DemoLinkfaceAPIID
)

// LinkfaceFailed is Linkface's failed answer, in the document's words.
func LinkfaceFailed(code string) string {
	msg := map[string]string{
		"1000": "验签失败", "1001": "参数非UTF-8编码", "1002": "请求参数错误", "1009": "调用频率过高", "1011": "服务无权限", "9999": "其他错误",
	}[code]
	return `{"request_id":"TID` + Hex + `","code":"` + code + `","msg":"` + msg + `","charge":2}`
}

// LinkfaceSigned signs a request for a time.
func LinkfaceSigned(id, secret, timestamp string) requests.Edit {
	sum := sha256.Sum256([]byte(id + secret + timestamp))
	return func(r *requests.Request) {
		requests.Set("timestamp", timestamp)(r)
		requests.Set("sign", hex.EncodeToString(sum[:]))(r)
	}
}

// LinkfaceApp asks for liveness.
func LinkfaceApp() requests.Request {
	return requests.Request{Path: LinkfacePath + LinkfaceQuery, Fields: []requests.Field{
		{Name: "detection_type", Text: "liveness"},
	}}.Edited(LinkfaceSigned(sandbox.DemoLinkfaceAPIID, sandbox.DemoLinkfaceAPISecret, "1700000000000"))
}
