package iproov

import (
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// DemoAPIKey and DemoSecret are invented and open nothing anywhere else.
const (
	DemoAPIKey = "demo-iproov-key"
	DemoSecret = "demo-iproov-secret"
)

// PathPrefix is where iProov's documents put every endpoint.
const PathPrefix = "/api/v2"

// maxBody is our choice.
const maxBody = 1 << 20

// What this vendor tells apart beside what others do.
const (
	noKey           params.Kind = "key missing"
	badUserID       params.Kind = "bad user id"
	noUser          params.Kind = "user not enrolled"
	suspendedUser   params.Kind = "user suspended"
	alreadyEnrolled params.Kind = "user enrolled already"
	noResource      params.Kind = "resource missing"
	notEnabled      params.Kind = "assurance type not enabled"
	badRiskProfile  params.Kind = "bad risk profile"
)

// The patterns of the OpenAPI.
const (
	userID      = `^[a-zA-Z0-9'+_@.-]{1,256}$`
	riskProfile = `^[a-zA-Z0-9_-]{0,100}$`
)

// Portal is what a customer, a service provider, sets in iProov's portal. The zero value is ready
// to use.
type Portal struct {
	// Enrolled are the users who are known. Nil means that everybody is who asks to be
	// verified, and nobody who asks to be enrolled.
	Enrolled []string
	// Suspended are those of them who are.
	Suspended []string
	// AssuranceTypes are those that the service provider has. Nil means both.
	AssuranceTypes []string
	// RiskProfiles are those that are set up. Nil means that any name is one.
	RiskProfiles []string
}

// New returns iProov's server with the two calls that issue a token. The credentials are API keys and
// their secrets.
func New(accepted standin.Credentials, portal Portal) standin.Vendor {
	return standin.Vendor{NotFound: notFound, Endpoints: []*standin.Endpoint{
		endpoint("iproov.capture-enrol", "/claim/enrol/token", accepted, portal, portal.enrols),
		endpoint("iproov.verify", "/claim/verify/token", accepted, portal, portal.verifies),
	}}
}

// endpoint is one of the two calls, which differ in the users that they are for.
func endpoint(product, path string, accepted standin.Credentials, portal Portal, isFor func(user string) params.Kind) *standin.Endpoint {
	return &standin.Endpoint{
		Product: product,
		Path:    path,
		Read:    params.JSON(maxBody, "application/json"),
		// A body that is not understood has no key; it is told apart before.
		Authenticate: func(c standin.Call) params.Kind {
			if c.Problem != params.None {
				return c.Problem
			}
			if f := params.First(c.Values, keys()); f.Kind != params.None {
				return f.Kind
			}
			secret, known := accepted.SecretOf(c.Values["api_key"].Text)
			if subtle.ConstantTimeCompare([]byte(secret), []byte(c.Values["secret"].Text)) == 0 || !known {
				return params.WrongCredentials
			}
			return params.None
		},
		Params: portal.rows(),
		Errors: errorRows(),
		Issue: func(c standin.Call) (any, string, params.Fault) {
			user := c.Values["user_id"].Text
			if k := isFor(user); k != params.None {
				return nil, "", params.Fault{Kind: k, Param: "user_id"}
			}
			token := hex.EncodeToString(c.TokenSeed[:]) + hex.EncodeToString(c.SessionSeed[:])
			return answer{[]fallback{}, token, "iproov", user, "edge01.eu1", c.Values["risk_profile"].Text}, token, params.Fault{}
		},
		Failure:   func(_ standin.Call, _ int, code string) any { return failed{code, "the request was refused"} },
		RequestID: func(c standin.Call) string { return hex.EncodeToString(c.RequestSeed[:]) },
	}
}

func keys() []params.Row {
	return []params.Row{
		{Name: "api_key", Required: true, Check: text(params.AnyText()), Absent: noKey},
		{Name: "secret", Required: true, Check: text(params.AnyText()), Absent: noKey},
	}
}

// rows are the other members of both calls. An assurance_type that is left out is genuine_presence.
func (p Portal) rows() []params.Row {
	isEnabled := func(assurance string) bool {
		if p.AssuranceTypes == nil {
			return assurance == "genuine_presence" || assurance == "liveness"
		}
		return slices.Contains(p.AssuranceTypes, assurance)
	}
	profile := params.Matching(riskProfile).And(params.Text(func(s string) bool {
		return p.RiskProfiles == nil || slices.Contains(p.RiskProfiles, s)
	}))
	return []params.Row{
		{Name: "user_id", Required: true, Check: text(params.Matching(userID).Or(badUserID)), Absent: badUserID},
		{Name: "resource", Required: true, Check: text(params.AnyText()), Absent: noResource},
		{
			Name: "assurance_type", Required: !isEnabled("genuine_presence"), Absent: notEnabled,
			Check: text(params.Text(isEnabled).Or(notEnabled)),
		},
		{Name: "risk_profile", Required: p.RiskProfiles != nil, Check: text(profile.Or(badRiskProfile)), Absent: badRiskProfile},
	}
}

func text(check params.Check) params.Check { return check.Typed(params.String) }

// enrols says for whom a token of "Capture enrol" is not.
func (p Portal) enrols(user string) params.Kind {
	if slices.Contains(p.Enrolled, user) {
		return alreadyEnrolled
	}
	return params.None
}

// verifies says for whom a token of "Verify enrolled users" is not.
func (p Portal) verifies(user string) params.Kind {
	switch {
	case p.Enrolled != nil && !slices.Contains(p.Enrolled, user):
		return noUser
	case slices.Contains(p.Suspended, user):
		return suspendedUser
	default:
		return params.None
	}
}

// answer is the response of both calls.
type answer struct {
	Fallback    []fallback `json:"fallback"`
	Token       string     `json:"token"`
	Primary     string     `json:"primary"`
	UserID      string     `json:"user_id"`
	Pod         string     `json:"pod"`
	RiskProfile string     `json:"risk_profile,omitempty"`
}

type fallback struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

type failed struct {
	Error            string `json:"error"`
	ErrorDescription string `json:"error_description"`
}

// errorRows are the words of the two calls. Where the documents have two statuses for a word,
// the first is the one that is played.
func errorRows() []standin.ErrorRow {
	return []standin.ErrorRow{
		standin.Code(400, "invalid_user_id", badUserID),
		standin.Code(400, "no_user", noUser),
		standin.Code(400, "inactive_user", suspendedUser),
		standin.Code(400, "already_enrolled", alreadyEnrolled),
		standin.Code(400, "missing_data", noResource),
		standin.Code(400, "invalid_risk_appetite", badRiskProfile),
		standin.Code(400, "invalid_request", params.BadBody, params.Malformed, params.NotUTF8),
		standin.Code(400, "invalid_agent"),
		standin.Code(400, "invalid_ip"),
		standin.Code(401, "invalid_key", params.WrongCredentials),
		standin.Code(400, "invalid_key", noKey),
		standin.Code(403, "invalid_assurance_type", notEnabled),
		standin.Code(429, "too_many_requests"),
		standin.Code(500, "server_error", params.Internal),
	}
}

func notFound(standin.Call) standin.Reply {
	const text = "Not Found"
	return standin.Reply{Status: http.StatusNotFound, ContentType: "text/plain", Body: []byte(text), Code: text}
}
