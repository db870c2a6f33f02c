package sumsub

import (
	"encoding/hex"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// DemoAppToken and DemoSecretKey are invented and open nothing anywhere else.
const (
	DemoAppToken  = "sbx:demo-sumsub-public.demo-sumsub-private"
	DemoSecretKey = "demo-sumsub-secret"
)

// PathPrefix is where Sumsub's documents put every endpoint.
const PathPrefix = "/resources"

// maxBody is our choice.
const maxBody = 1 << 20

// Dashboard is what a customer sets in Sumsub's dashboard. The zero value is ready to use.
type Dashboard struct {
	// Levels are the levels' names. Nil means that any name is one.
	Levels []string
}

// answer is "Generate access token", Response.
type answer struct {
	Token  string `json:"token"`
	UserID string `json:"userId"`
}

// New returns Sumsub's server. The credentials are app tokens and their secret keys.
func New(accepted standin.Credentials, dashboard Dashboard) standin.Vendor {
	level := params.Text(func(s string) bool {
		return dashboard.Levels == nil || slices.Contains(dashboard.Levels, s)
	})
	return standin.Vendor{NotFound: noSuchAPI, Endpoints: []*standin.Endpoint{{
		Product:      "sumsub.sdk",
		Path:         "/accessTokens/sdk",
		Read:         params.WithHeaders(params.JSON(maxBody, "application/json"), tokenHeader, timeHeader, signatureHeader),
		Carriers:     []string{"userId"},
		Authenticate: checkSignature(accepted),
		Params: []params.Row{
			{Name: "userId", Required: true, Check: params.AnyText()},
			{Name: "levelName", Required: true, Check: level},
			{Name: "ttlInSecs", Check: params.Whole(1, math.MaxInt32)},
			{Name: "applicantIdentifiers", Check: params.Of(params.Object)},
			{Name: "applicantIdentifiers.email", Check: params.AnyText()},
			{Name: "applicantIdentifiers.phone", Check: params.AnyText()},
			{Name: "externalActionId", Check: params.AnyText()},
		},
		Errors:    errorRows(),
		Issue:     issue,
		Failure:   failure,
		RequestID: correlationID,
	}}}
}

// issue begins the token of a sandbox as such: "App tokens".
func issue(c standin.Call) (any, string, params.Fault) {
	token := "_act-" + standin.UUID(c.TokenSeed)
	if strings.HasPrefix(c.Values[tokenHeader].Text, "sbx:") {
		token = "_act-sbx-" + standin.UUID(c.TokenSeed)
	}
	return answer{token, c.Values["userId"].Text}, token, params.Fault{}
}

// failed is "Error codes". Code is the HTTP status again; some errors have a number and a
// name.
type failed struct {
	Description   string `json:"description"`
	Code          int    `json:"code"`
	CorrelationID string `json:"correlationId"`
	ErrorCode     int    `json:"errorCode,omitempty"`
	ErrorName     string `json:"errorName,omitempty"`
}

// errorRows are the numbers that this call can be thought to answer with, and the statuses
// of errors without one.
func errorRows() []standin.ErrorRow {
	return []standin.ErrorRow{
		standin.Code(401, "4000", badToken),
		standin.Code(401, "4001", params.WrongCredentials),
		standin.Code(401, "4002", wrongPrivatePart),
		standin.Code(401, "4003", params.WrongSignature),
		standin.Code(401, "4004", params.ExpiredSignature),
		standin.Code(401, "4005", badHeader),
		standin.Code(401, "4006", noHeader),
		standin.Code(401, "4007"),
		standin.Code(409, "1008"),
		standin.Code(409, "1009"),
		standin.Code(400, "400", params.Missing, params.Malformed, params.NotUTF8, params.BadBody),
		standin.Code(401, "401"),
		standin.Code(403, "403"),
		standin.Code(404, "404"),
		standin.Code(409, "409"),
		standin.Code(413, "413"),
		standin.Code(429, "429"),
		standin.Code(500, "500", params.Internal),
		standin.Code(503, "503"),
	}
}

// nameOf is the column errorName, as far as it is known.
func nameOf(code string) string {
	return map[string]string{
		"4000": "app-token-invalid-format", "4001": "app-token-not-found", "4002": "app-token-private-part-mismatch",
		"4003": "app-token-signature-mismatch", "4004": "app-token-request-expired", "4005": "app-token-invalid-value",
		"4006": "app-token-not-all-auth-params-provided", "4007": "app-token-invalid-params",
		"1008": "applicant-marked-as-deleted", "1009": "applicant-with-final-reject",
	}[code]
}

// failure writes a number that is no status, or a name that no document has, beside the
// status.
func failure(c standin.Call, status int, code string) any {
	a := failed{Description: "the request was refused", Code: status, CorrelationID: correlationID(c)}
	number, err := strconv.Atoi(code)
	switch {
	case err != nil:
		a.ErrorName = code
	case number >= 1000:
		a.ErrorCode, a.ErrorName = number, nameOf(code)
	}
	return a
}

func correlationID(c standin.Call) string { return hex.EncodeToString(c.RequestSeed[:]) }

func noSuchAPI(c standin.Call) standin.Reply {
	a := standin.JSON(http.StatusNotFound, failure(c, http.StatusNotFound, "404"))
	a.Code = "404"
	return a
}
