package azure

import (
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// DemoAPIKey is invented and opens nothing anywhere else. A resource's credential is a key alone:
// there is no secret beside it.
const DemoAPIKey = "demo-azure-subscription-key"

// PathPrefix is where the documents put every endpoint.
const PathPrefix = "/face"

const (
	keyHeader = "Ocp-Apim-Subscription-Key"
	maxBody   = 1 << 20 // our choice
)

// New returns a resource of Azure AI Face. The credentials are its keys; what they hold as secrets
// is not looked at.
func New(accepted standin.Credentials) standin.Vendor {
	liveness := endpoint("azure.liveness", "/v1.2/detectLiveness-sessions", accepted)
	liveness.Read = params.WithHeaders(params.JSON(maxBody, "application/json"), keyHeader)
	liveness.Params = sessionRows(ofJSON())
	liveness.Issue = func(c standin.Call) (any, string, params.Fault) {
		a := newAnswer(c)
		return a, a.AuthToken, params.Fault{}
	}

	withVerify := endpoint("azure.liveness-with-verify", "/v1.2/detectLivenessWithVerify-sessions", accepted)
	withVerify.Read = params.WithHeaders(readForm, keyHeader)
	withVerify.Params = append(sessionRows(ofForm()), verifyRows()...)
	withVerify.Issue = func(c standin.Call) (any, string, params.Fault) {
		a := newAnswer(c)
		photo := c.Values["verifyImage"].Pixels
		a.Results.VerifyReferences = []reference{{"Color", rectangle{Width: photo.X, Height: photo.Y}, "high"}}
		return a, a.AuthToken, params.Fault{}
	}
	return standin.Vendor{NotFound: notFound, Endpoints: []*standin.Endpoint{liveness, withVerify}}
}

// endpoint is what both calls share.
func endpoint(product, path string, accepted standin.Credentials) *standin.Endpoint {
	return &standin.Endpoint{
		Product: product,
		Path:    path,
		AnyCase: true,
		Authenticate: func(c standin.Call) params.Kind {
			if _, known := accepted.SecretOf(c.Values[keyHeader].Text); !known {
				return params.WrongCredentials
			}
			return params.None
		},
		Errors:    errorRows(),
		Failure:   failure,
		Header:    header,
		RequestID: requestID,
	}
}

// readForm reads a form of parts; all else is no body of this call.
func readForm(w http.ResponseWriter, r *http.Request) params.Input {
	in := params.FormData(w, r)
	if len(in.Values) == 0 {
		in.Problem = params.BadBody
	}
	return in
}

// answer is "Create Liveness Session", Response.
type answer struct {
	SessionID    string  `json:"sessionId"`
	AuthToken    string  `json:"authToken"`
	Status       string  `json:"status"`
	ModelVersion string  `json:"modelVersion"`
	Results      results `json:"results"`
}

type results struct {
	Attempts         []struct{}  `json:"attempts"`
	VerifyReferences []reference `json:"verifyReferences,omitempty"`
}

type reference struct {
	ReferenceType         string    `json:"referenceType"`
	FaceRectangle         rectangle `json:"faceRectangle"`
	QualityForRecognition string    `json:"qualityForRecognition"`
}

type rectangle struct {
	Top    int `json:"top"`
	Left   int `json:"left"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// newAnswer has a token that is a JWT in form, as in samples: {"alg":"ES256"}, {} and no signature of
// anybody's.
func newAnswer(c standin.Call) answer {
	model := c.Values["livenessModelVersion"].Text
	if model == "" {
		model = "2024-11-15"
	}
	token := "eyJhbGciOiJFUzI1NiJ9.e30." + hex.EncodeToString(c.TokenSeed[:])
	return answer{standin.UUID(c.SessionSeed), token, "NotStarted", model, results{Attempts: []struct{}{}}}
}

// failed is "Azure AI Face API error codes", with the inner error of public reports.
type failed struct {
	Error failedError `json:"error"`
}

type failedError struct {
	Code       string       `json:"code"`
	Message    string       `json:"message"`
	InnerError *failedError `json:"innererror,omitempty"`
}

// failure writes the reason behind a code, if there is one, as an inner error.
func failure(_ standin.Call, _ int, code string) any {
	outer, inner, nested := strings.Cut(code, ":")
	f := failed{failedError{Code: outer, Message: messageOf(outer)}}
	if nested {
		inner = strings.TrimSpace(inner)
		f.Error.InnerError = &failedError{Code: inner, Message: messageOf(inner)}
	}
	return f
}

// messageOf is what "Azure AI Face API error codes" says, where it says one thing.
func messageOf(code string) string {
	if text, ok := map[string]string{
		"401":                         "Access denied due to invalid subscription key or wrong API endpoint.",
		"404":                         "Resource not found",
		"429":                         "Rate limit is exceeded.",
		"ConcurrentOperationConflict": "There is a conflict operation on resource, please try later.",
		"InvalidImage":                "Decoding error, image format unsupported.",
		"InvalidRequestBody":          "Incorrect request body provided.",
		"InvalidTokenLifetime":        "Invalid authTokenTimeToLiveInSeconds specified. Must be within 60 to 86400.",
		"Unspecified":                 "Internal server error",
		"UnsupportedFeature":          "Feature is not supported, missing approval.",
	}[code]; ok {
		return text
	}
	return "the request was refused"
}

func requestID(c standin.Call) string { return standin.UUID(c.RequestSeed) }

func header(c standin.Call, code string) map[string]string {
	all := map[string]string{"apim-request-id": requestID(c)}
	if code != "" {
		all["x-ms-error-code"], _, _ = strings.Cut(code, ":")
	}
	return all
}

// errorRows are "Azure AI Face API error codes", and what public reports have beside them.
func errorRows() []standin.ErrorRow {
	return []standin.ErrorRow{
		standin.Code(400, "InvalidLivenessOperationMode", badMode),
		standin.Code(400, "InvalidDeviceCorrelationId", badDevice),
		standin.Code(400, "InvalidTokenLifetime", badLifetime),
		standin.Code(400, "InvalidRequestBody", params.BadBody, params.Malformed, params.NotUTF8),
		standin.Code(400, "InvalidImage", params.NotAPhoto),
		standin.Code(400, "InvalidImageSize", params.PhotoTooLarge),
		standin.Code(400, "BadArgument"),
		standin.Code(400, "InvalidRequest:<reason>"),
		standin.Code(401, "401", params.WrongCredentials),
		standin.Code(401, "PermissionDenied"),
		standin.Code(401, "Unauthorized"),
		standin.Code(401, "InvalidAuthenticationToken"),
		standin.Code(403, "UnsupportedFeature"),
		standin.Code(403, "403"),
		standin.Code(403, "QuotaExceeded"),
		standin.Code(404, "404"),
		standin.Code(404, "SessionNotFound"),
		standin.Code(409, "ConcurrentOperationConflict"),
		standin.Code(429, "429"),
		standin.Code(429, "RateLimitExceeded"),
		standin.Code(500, "Unspecified", params.Internal),
		standin.Code(500, "InternalServerError"),
		standin.Code(503, "ServiceUnavailable"),
	}
}

func notFound(c standin.Call) standin.Reply {
	const code = "404"
	a := standin.JSON(http.StatusNotFound, failure(c, http.StatusNotFound, code))
	a.Code, a.Header = code, header(c, code)
	return a
}
