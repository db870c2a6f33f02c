package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// Megvii stands in for Megvii's FaceID server with the four endpoints that
// issue tokens. It is safe for concurrent use.
type Megvii struct {
	source    *source
	endpoints map[string]*endpoint // by path
}

// endpoint is one documented URL.
type endpoint struct {
	urlencoded bool    // whether form-data may be left out
	identity   []param // the rows that say who is calling
	// authenticate judges them once they are well formed.
	authenticate func(form, time.Time) kind
	params       []param // all other rows
	refusals     map[kind]refusal
	// issue makes the answer to a request that has passed all rows.
	issue func(call) (any, fault)
	// failure makes the answer that carries a refusal's message.
	failure func(c call, message string) any
}

// refusal is one row of a document's error table; <key> and <param> stand for
// the parameter at fault.
type refusal struct {
	status  int
	message string
}

// NewMegvii returns a stand-in for Megvii's server.
func NewMegvii(o Options) *Megvii {
	accepted := credentials(o.credentials(DemoMegviiAPIKey, DemoMegviiAPISecret))
	prefix := DefaultPathPrefix
	if o.PathPrefix != "" {
		prefix = strings.TrimRight(o.PathPrefix, "/")
	}
	return &Megvii{
		source: o.source(),
		endpoints: map[string]*endpoint{
			prefix + "/lite/raw/get_random_number": newRandomNumber(accepted),
			prefix + "/liveness/v2/get_token":      newPCWeb(accepted, o.AllowRepeatedBizNo),
			prefix + "/v5/sdk/get_biz_token":       newAppV5(accepted),
			prefix + "/lite/raw/get_token":         newH5Flash(accepted),
		},
	}
}

// ServeHTTP answers as Megvii's server does.
func (m *Megvii) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := m.source.begin()
	setDate(w, c.began)
	e, ok := m.endpoints[r.URL.Path]
	if !ok || r.Method != http.MethodPost {
		// Raw-GetRandomNumber, 返回值说明: neither request_id nor time_used with this one.
		writeJSON(w, http.StatusNotFound, map[string]string{"error_message": "API_NOT_FOUND"})
		return
	}
	if c.form, ok = readForm(w, r, e.urlencoded); !ok {
		writeTooLarge(w)
		return
	}
	answer, f := any(nil), fault{kind: internalFault}
	if err == nil {
		answer, f = e.serve(c)
	}
	if f.kind != noFault {
		e.refuse(w, c, f)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func (e *endpoint) serve(c call) (any, fault) {
	if f := firstFault(c.form, e.identity); f.kind != noFault {
		return nil, f
	}
	if k := e.authenticate(c.form, c.began); k != noFault {
		return nil, fault{kind: k}
	}
	if f := firstFault(c.form, e.params); f.kind != noFault {
		return nil, f
	}
	return e.issue(c)
}

func (e *endpoint) refuse(w http.ResponseWriter, c call, f fault) {
	row := e.refusals[f.kind]
	message := strings.NewReplacer("<key>", f.param, "<param>", f.param).Replace(row.message)
	writeJSON(w, row.status, e.failure(c, message))
}

// megviiFailure is the failed answer of all endpoints but app-v5.
type megviiFailure struct {
	ErrorMessage string `json:"error_message"`
	RequestID    string `json:"request_id"`
	TimeUsed     int64  `json:"time_used"`
	BizNo        string `json:"biz_no,omitempty"`
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
