package megvii

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// DemoAPIKey and DemoAPISecret are invented and open nothing anywhere else.
const (
	DemoAPIKey    = "demo-megvii-key"
	DemoAPISecret = "demo-megvii-secret"
)

// PathPrefix is where Megvii's documents put every endpoint.
const PathPrefix = "/faceid"

// Console is what a customer sets in Megvii's console, and how the documents' open
// questions are answered. The zero value is ready to use.
type Console struct {
	// AllowRepeatedBizNo makes PC-GetToken issue another token for a biz_no that
	// has one. The document says that biz_no must be unique and not what
	// happens to one that is not; refusing it is an interpretation.
	AllowRepeatedBizNo bool
	// LiteScenes are the scenes that H5-Lite GetToken takes, by scene_id; the one under
	// "" is for requests without. Nil means that any scene_id is one, as the zero
	// LiteScene is.
	LiteScenes map[string]LiteScene
}

// New returns Megvii's FaceID server with the six endpoints that issue tokens, and the
// page that some open.
func New(accepted standin.Credentials, console Console) standin.Vendor {
	endpoints := []*standin.Endpoint{
		newRandomNumber(accepted),
		newPCWeb(accepted, console.AllowRepeatedBizNo),
		newAppV5(accepted),
		newAppV3(accepted),
		newH5Flash(accepted),
		newLitePage(accepted, maps.Clone(liteScenes(console.LiteScenes))),
	}
	for _, e := range endpoints {
		e.RequestID = requestID
	}
	return standin.Vendor{Endpoints: endpoints, NotFound: noSuchAPI}
}

const apiNotFound = "API_NOT_FOUND"

// noSuchAPI is Raw-GetRandomNumber, 返回值说明: neither request_id nor time_used comes
// with this one.
func noSuchAPI(standin.Call) standin.Reply {
	a := standin.JSON(http.StatusNotFound, map[string]string{"error_message": apiNotFound})
	a.Code = apiNotFound
	return a
}

// failure is the failed answer of all endpoints but app-v5.
type failure struct {
	ErrorMessage string `json:"error_message"`
	RequestID    string `json:"request_id"`
	TimeUsed     int64  `json:"time_used"`
	BizNo        string `json:"biz_no,omitempty"`
}

// plainFailure echoes nothing.
func plainFailure(c standin.Call, _ int, message string) any {
	return failure{message, requestID(c), c.TimeUsed(), ""}
}

// liteFailure echoes biz_no: Raw-GetRandomNumber, 返回值说明, has it in failed
// answers too, if it was set; H5-Lite RAW-GetToken makes no exception for them.
func liteFailure(c standin.Call, _ int, message string) any {
	answer := failure{ErrorMessage: message, RequestID: requestID(c), TimeUsed: c.TimeUsed()}
	if v := c.Values["biz_no"]; v.Legible() { // else JSON could not give it back unchanged
		answer.BizNo = v.Text
	}
	return answer
}

// requestID has a comma.
func requestID(c standin.Call) string { return stamped(c, c.RequestSeed) }

// bizID is what results are asked under.
func bizID(c standin.Call) string { return stamped(c, c.SessionSeed) }

// token is 32 hexadecimal digits, as in most samples.
func token(c standin.Call) string { return hex.EncodeToString(c.TokenSeed[:]) }

// digits are four decimal digits; they may start with 0.
func digits(c standin.Call) string {
	return fmt.Sprintf("%04d", binary.BigEndian.Uint64(c.DigitSeed[:])%10_000)
}

// stamped writes an id as "unix seconds,UUID".
func stamped(c standin.Call, seed [16]byte) string {
	return fmt.Sprintf("%d,%s", c.Began.Unix(), standin.UUID(seed))
}

// What requests are refused for beside what other vendors' are.
const (
	badName     params.Kind = "bad name"
	badIDNumber params.Kind = "bad identity card number"
)

// photos writes out the row image_ref[x], x from 1 to count, for the rows in force
// when; if required, image_ref1 is. A photo beyond the count is refused rather than
// ignored: that it is not compared would go unnoticed.
func photos(count int, required bool, maxSide int, when func(params.Values) bool) []params.Row {
	var rows []params.Row
	for x := 1; x <= 9; x++ {
		judge := params.Photo(maxSide)
		if x > count {
			judge = func(params.Value) params.Kind { return params.Malformed }
		}
		rows = append(rows, params.Row{Name: "image_ref" + strconv.Itoa(x), Required: required && x == 1, When: when, Check: judge})
	}
	return rows
}
