package sandbox

import (
	"maps"
	"net/http"
	"strings"
)

// Megvii is a stand-in for Megvii's FaceID server with the five endpoints that
// issue tokens, and the page that some open. It is safe for concurrent use.
type Megvii struct{ *standIn }

// NewMegvii returns a stand-in for Megvii's server.
func NewMegvii(o Options) *Megvii {
	accepted := o.accepted(DemoMegviiAPIKey, DemoMegviiAPISecret)
	prefix := DefaultPathPrefix
	if o.PathPrefix != "" {
		prefix = strings.TrimRight(o.PathPrefix, "/")
	}
	endpoints := []*endpoint{
		newRandomNumber(accepted),
		newPCWeb(accepted, o.AllowRepeatedBizNo),
		newAppV5(accepted),
		newH5Flash(accepted),
		newLitePage(accepted, maps.Clone(liteScenes(o.LiteScenes))),
	}
	for _, e := range endpoints {
		e.path = prefix + e.path
		if e.pagePath != "" {
			e.pagePath = prefix + e.pagePath
		}
		e.requestID = call.requestID
	}
	return &Megvii{newStandIn(o.source(), noSuchAPI, endpoints...)}
}

const apiNotFound = "API_NOT_FOUND"

// noSuchAPI is Raw-GetRandomNumber, 返回值说明: neither request_id nor time_used comes
// with this one.
func noSuchAPI(call) reply {
	a := jsonReply(http.StatusNotFound, map[string]string{"error_message": apiNotFound})
	a.code = apiNotFound
	return a
}

// megviiFailure is the failed answer of all endpoints but app-v5.
type megviiFailure struct {
	ErrorMessage string `json:"error_message"`
	RequestID    string `json:"request_id"`
	TimeUsed     int64  `json:"time_used"`
	BizNo        string `json:"biz_no,omitempty"`
}

// plainFailure echoes nothing.
func plainFailure(c call, message string) any {
	return megviiFailure{message, c.requestID(), c.timeUsed(), ""}
}

// liteFailure echoes biz_no: Raw-GetRandomNumber, 返回值说明, has it in failed
// answers too, if it was set; H5-Lite RAW-GetToken makes no exception for them.
func liteFailure(c call, message string) any {
	answer := megviiFailure{ErrorMessage: message, RequestID: c.requestID(), TimeUsed: c.timeUsed()}
	if v := c.form["biz_no"]; v.legible() { // else JSON could not give it back unchanged
		answer.BizNo = v.text
	}
	return answer
}
