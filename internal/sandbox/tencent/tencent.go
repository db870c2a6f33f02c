package tencent

import (
	"net/http"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// DemoSecretID and DemoSecretKey are invented and open nothing anywhere else.
const (
	DemoSecretID  = "AKIDdemotencent"
	DemoSecretKey = "demo-tencent-secret-key"
)

const maxBody = 10_000_000

// Console is what a customer sets in Tencent's console. The zero value is ready to use.
type Console struct {
	// Rules are the flow numbers. Nil means that any RuleId is one.
	Rules []string
}

// New returns FaceID with the four actions that issue tokens. The credentials are secret
// ids and their keys.
func New(accepted standin.Credentials, sessions standin.Sessions, console Console) standin.Vendor {
	actions := []action{
		{"tencent.hosted-page", "DetectAuth", detectAuthRows(console), issueDetectAuth},
		{"tencent.app", "GetFaceIdToken", faceIDTokenRows(console), issueFaceIDToken},
		{"tencent.intl-page", "ApplyWebVerificationBizTokenIntl", webVerificationRows(console), issueWebVerification},
		{"tencent.intl-app", "GetFaceIdTokenIntl", faceIDTokenIntlRows(), issueFaceIDTokenIntl},
	}
	vendor := standin.Vendor{NotFound: func(c standin.Call) standin.Reply { return fail(c, "InvalidAction") }}
	for _, a := range actions {
		vendor.Endpoints = append(vendor.Endpoints, a.endpoint(checkSignature(accepted, sessions)))
	}
	return vendor
}

// action is one of them; issue makes the members of Response, and the token.
type action struct {
	product, name string
	rows          []params.Row
	issue         func(standin.Call) (members any, token string)
}

func (a action) endpoint(authenticate func(standin.Call) params.Kind) *standin.Endpoint {
	return &standin.Endpoint{
		Product:      a.product,
		Path:         "/",
		Matches:      func(r *http.Request) bool { return r.Header.Get("X-TC-Action") == a.name },
		Read:         params.WithHeaders(params.JSON(maxBody, "application/json"), versionHeader, timeHeader, signatureHeader, regionHeader),
		Identity:     identity(),
		Authenticate: authenticate,
		Params:       a.rows,
		Closed:       true,
		Errors:       errorRows(),
		Issue: func(c standin.Call) (any, string, params.Fault) {
			members, token := a.issue(c)
			return response{members}, token, params.Fault{}
		},
		Failure:   failure,
		TooLarge:  func(c standin.Call) standin.Reply { return fail(c, "RequestSizeLimitExceeded") },
		RequestID: requestID,
		Carriers:  []string{"Extra"},
	}
}

// response is what everything sits in.
type response struct {
	Response any
}

type failed struct {
	Error     failedError
	RequestID string `json:"RequestId"`
}

type failedError struct {
	Code, Message string
}

func failure(c standin.Call, _ int, code string) any {
	return response{failed{failedError{code, "the request was refused"}, requestID(c)}}
}

func fail(c standin.Call, code string) standin.Reply {
	a := standin.JSON(http.StatusOK, failure(c, http.StatusOK, code))
	a.Code = code
	return a
}

func requestID(c standin.Call) string { return standin.UUID(c.RequestSeed) }

func tokenOf(c standin.Call) string { return strings.ToUpper(standin.UUID(c.TokenSeed)) }

// rule is the row RuleId.
func rule(console Console, required bool) params.Row {
	known := params.AnyText().Typed(params.String).And(params.Text(func(id string) bool {
		return console.Rules == nil || slices.Contains(console.Rules, id)
	}).Or(noSuchRule))
	return params.Row{Name: "RuleId", Required: required, Check: known}
}

// actionList passes one or two moves.
func actionList(v params.Value) params.Kind {
	moves := strings.Split(v.Text, ",")
	if len(moves) > 2 {
		return params.Malformed
	}
	for _, move := range moves {
		if !slices.Contains([]string{"blink", "mouth", "nod", "shake"}, move) {
			return params.Malformed
		}
	}
	return params.None
}

func never(params.Value) params.Kind { return params.Malformed }

// text is a row of a text that may be left out.
func text(name string, check params.Check) params.Row {
	return params.Row{Name: name, Check: check.Typed(params.String)}
}

// flags are rows of booleans that may be left out.
func flags(names ...string) []params.Row {
	var rows []params.Row
	for _, name := range names {
		rows = append(rows, of(name, params.Bool))
	}
	return rows
}

// of is a row of a type's that may be left out.
func of(name string, wanted params.Type) params.Row {
	return params.Row{Name: name, Check: params.Of(wanted).Or(params.BadBody)}
}

// number is a row of a whole number that may be left out.
func number(name string, low, high int) params.Row {
	return params.Row{Name: name, Check: params.Whole(low, high).Typed(params.Number)}
}
