package aliyun

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// DemoAccessKeyID and DemoAccessKeySecret are invented and open nothing anywhere else.
const (
	DemoAccessKeyID     = "LTAIdemoaliyun"
	DemoAccessKeySecret = "demo-aliyun-access-key-secret"
)

const (
	action = "InitFaceVerify"
	// maxBody leaves room for a photo of 1 MB in base64, each of whose characters is escaped.
	maxBody = 5_000_000
)

// Console is what a customer sets in Aliyun's console. The zero value is ready to use.
type Console struct {
	// Scenes are the numbers of the scenes. Nil means that any SceneId is one.
	Scenes []string
}

// New returns Cloudauth with InitFaceVerify. The credentials are access key ids and their secrets.
func New(accepted standin.Credentials, sessions standin.Sessions, console Console) standin.Vendor {
	known := func(id string) bool { return console.Scenes == nil || slices.Contains(console.Scenes, id) }
	check := verifier{accepted, sessions, standin.NewRecent[struct{}](nonces)}
	return standin.Vendor{NotFound: noSuchAction, Endpoints: []*standin.Endpoint{{
		Product:      "aliyun.face-verify",
		Path:         "/",
		Matches:      func(r *http.Request) bool { return r.Header.Get(actionHeader) == action },
		Read:         read,
		Authenticate: check.judge,
		Params:       rows(known),
		Errors:       errorRows(),
		Issue:        issue,
		Failure:      failure,
		RequestID:    requestID,
		Reference:    "OuterOrderNo",
		Carriers:     []string{"UserId"},
	}}}
}

// answer is InitFaceVerify, 返回数据.
type answer struct {
	RequestID    string `json:"RequestId"`
	Message      string
	Code         string
	ResultObject result
}

type result struct {
	CertifyID  string `json:"CertifyId"`
	CertifyURL string `json:"CertifyUrl,omitempty"`
}

// issue answers a page with its address, whose host changes at the vendor's.
func issue(c standin.Call) (any, string, params.Fault) {
	r := result{CertifyID: hex.EncodeToString(c.TokenSeed[:])}
	if ofPage(c.Values) && !emptyObject(c.Values["MetaInfo"].Text) {
		r.CertifyURL = "https://t.aliyun.example/" + r.CertifyID[:5]
		if c.Values["CertifyUrlStyle"].Text == "L" {
			r.CertifyURL = "https://page.aliyun.example/verify?certifyId=" + r.CertifyID + "&scene=" + c.Values["SceneId"].Text
		}
	}
	return answer{requestID(c), "success", "200", r}, r.CertifyID, params.Fault{}
}

func requestID(c standin.Call) string { return strings.ToUpper(standin.UUID(c.RequestSeed)) }

// refused is a failed answer of the service, a number under HTTP 200.
type refused struct {
	RequestID string `json:"RequestId"`
	Message   string
	Code      string
}

// failed is one of the API gateway in front of it, a word under a status.
type failed struct {
	RequestID string `json:"RequestId"`
	HostID    string `json:"HostId"`
	Code      string
	Message   string
	Recommend string
}

func failure(c standin.Call, _ int, code string) any {
	const message = "the request was refused"
	if strings.Trim(code, "0123456789") == "" {
		return refused{requestID(c), message, code}
	}
	return failed{requestID(c), c.Request.Host, code, message, "https://help.aliyun.example/troubleshoot?q=" + code}
}

// noSuchAction answers where the API gateway knows no action.
func noSuchAction(c standin.Call) standin.Reply {
	const code = "InvalidAction.NotFound"
	a := standin.JSON(http.StatusNotFound, failure(c, http.StatusNotFound, code))
	a.Code = code
	return a
}
