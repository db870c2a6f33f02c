package sandbox

import (
	"encoding/hex"
	"net/http"
	"time"
)

const (
	// linkfacePath is SDK get_token, 1.1.
	linkfacePath = "/v2/sdk/get_token"
	// notCharged is SDK get_token, 1.3: "charge 是否收费,1收费,2不收费". Both samples
	// have 2.
	notCharged = 2
)

// Linkface stands in for Linkface's server with SDK get_token. It is safe for
// concurrent use.
type Linkface struct {
	source   *source
	secrets  map[string]string // by api_id
	identity []param
	params   []param
	codes    map[kind]linkfaceCode
}

// linkfaceCode is one row of SDK get_token, 1.4.
type linkfaceCode struct{ code, msg string }

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

// NewLinkface returns a stand-in for Linkface's server.
func NewLinkface(o Options) *Linkface {
	return &Linkface{
		source:  o.source(),
		secrets: o.credentials(DemoLinkfaceAPIID, DemoLinkfaceAPISecret),
		// SDK get_token, 1.2.
		identity: []param{
			{name: "api_id", required: true, check: anyText()},
			{name: "timestamp", required: true, check: text(linkfaceTimestamp.MatchString)},
			{name: "sign", required: true, check: anyText()},
		},
		params: []param{
			{name: "sequence_id", required: true, check: anyText()}, // 64 characters are advice
			{name: "detection_type", required: true, check: oneOf("liveness", "idcard_ocr", "bankcard_ocr")},
		},
		codes: map[kind]linkfaceCode{
			noFault:       {"0000", "调用成功"},
			wrongSign:     {"1000", "验签失败"},
			notUTF8:       {"1001", "参数非UTF-8编码"},
			missing:       {"1002", "请求参数错误"},
			malformed:     {"1002", "请求参数错误"},
			internalFault: {"9999", "其他错误"},
		},
	}
}

// ServeHTTP answers as Linkface's server does: what is wrong with a request is
// said under HTTP 200.
func (l *Linkface) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := l.source.begin()
	setDate(w, c.began)
	requestID := "TID" + hex.EncodeToString(c.requestSeed[:])
	if r.URL.Path != linkfacePath || r.Method != http.MethodPost {
		// The document has no answer for this; Linkface's older API has this one.
		writeJSON(w, http.StatusNotFound, map[string]string{"request_id": requestID, "status": "NOT_FOUND", "reason": "no such API"})
		return
	}
	var ok bool
	if c.form, ok = readForm(w, r, false); !ok {
		writeTooLarge(w)
		return
	}
	// SDK get_token, 1.5: these two are in the query, the others in the body.
	query := r.URL.Query()
	c.form["sequence_id"] = value{text: query.Get("sequence_id")}
	c.form["api_id"] = value{text: query.Get("api_id")}
	k := internalFault
	if err == nil {
		k = l.judge(c.form, c.began)
	}
	answer := linkfaceAnswer{RequestID: requestID, Code: l.codes[k].code, Msg: l.codes[k].msg, Charge: notCharged}
	if k == noFault {
		answer.Data = &linkfaceToken{"dstj" + c.token()}
	}
	writeJSON(w, http.StatusOK, answer)
}

func (l *Linkface) judge(f form, now time.Time) kind {
	if found := firstFault(f, l.identity); found.kind != noFault {
		return found.kind
	}
	if k := l.checkSign(f, now); k != noFault {
		return k
	}
	return firstFault(f, l.params).kind
}
