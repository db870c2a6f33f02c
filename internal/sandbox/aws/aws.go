package aws

import (
	"net/http"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// DemoAccessKeyID and DemoSecretAccessKey are invented and open nothing anywhere else.
const (
	DemoAccessKeyID     = "DEMOAWSACCESSKEYID01"
	DemoSecretAccessKey = "demo-aws-secret-access-key"
	// DemoRegion is where an Account is that names none.
	DemoRegion = "us-east-1"
)

const (
	target      = "RekognitionService.CreateFaceLivenessSession"
	mediaType   = "application/x-amz-json-1.1"
	sessionLife = 3 * time.Minute
	maxBody     = 1 << 20 // our choice
)

// Account is what a customer has at AWS. The zero value is ready to use.
type Account struct {
	// Region is the server's. Empty means DemoRegion.
	Region string
}

// answer is CreateFaceLivenessSession, Response Syntax.
type answer struct {
	SessionID string `json:"SessionId"`
}

// failed is an error of AWS JSON 1.1.
type failed struct {
	Type    string `json:"__type"`
	Message string `json:"message,omitempty"`
}

// New returns Rekognition in the account's region. The credentials are access key ids and
// their secrets.
func New(accepted standin.Credentials, sessions standin.Sessions, account Account) standin.Vendor {
	if account.Region == "" {
		account.Region = DemoRegion
	}
	check := verifier{accepted, sessions, account.Region}
	tokens := newClientTokens()
	return standin.Vendor{NotFound: noSuchOperation, Endpoints: []*standin.Endpoint{{
		Product:      "aws.face-liveness",
		Path:         "/",
		Matches:      func(r *http.Request) bool { return r.Header.Get("X-Amz-Target") == target },
		Read:         params.JSON(maxBody, mediaType),
		Authenticate: check.judge,
		Params:       rows(),
		Errors:       errorRows(),
		Issue: func(c standin.Call) (any, string, params.Fault) {
			id, k := tokens.session(c)
			return answer{id}, id, params.Fault{Kind: k}
		},
		Failure:   func(_ standin.Call, _ int, code string) any { return failed{code, messageOf(code)} },
		Header:    func(c standin.Call, _ string) map[string]string { return header(c) },
		TooLarge:  tooLarge,
		RequestID: requestID,
	}}}
}

func requestID(c standin.Call) string { return standin.UUID(c.RequestSeed) }

func header(c standin.Call) map[string]string {
	return map[string]string{"Content-Type": mediaType, "X-Amzn-Requestid": requestID(c)}
}

// messageOf is what this one says. Only texts tell a wrong secret from a stale signature.
func messageOf(code string) string {
	if code == "AccessDeniedException" {
		return ""
	}
	return "the request was refused: " + strings.TrimSuffix(code, "Exception")
}

func fail(c standin.Call, status int, code string) standin.Reply {
	a := standin.JSON(status, failed{code, messageOf(code)})
	a.Code, a.Header = code, header(c)
	return a
}

func tooLarge(c standin.Call) standin.Reply {
	return fail(c, http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException")
}

func noSuchOperation(c standin.Call) standin.Reply {
	return fail(c, http.StatusNotFound, "UnknownOperationException")
}

// errorRows are CreateFaceLivenessSession, Errors, and "Common Errors".
func errorRows() []standin.ErrorRow {
	return []standin.ErrorRow{
		standin.Code(400, "AccessDeniedException"),
		standin.Code(400, "InvalidParameterException", params.Missing, params.Malformed, params.NotUTF8),
		standin.Code(400, "ProvisionedThroughputExceededException"),
		standin.Code(400, "ThrottlingException"),
		standin.Code(500, "InternalServerError", params.Internal),
		standin.Code(400, "InvalidSignatureException", params.WrongSignature, params.ExpiredSignature),
		standin.Code(400, "SignatureDoesNotMatch"),
		standin.Code(400, "RequestExpired"),
		standin.Code(400, "RequestTimeTooSkewed"),
		standin.Code(400, "UnrecognizedClientException", params.WrongCredentials, params.WrongSession),
		standin.Code(403, "InvalidClientTokenId"),
		standin.Code(400, "ExpiredTokenException", params.EndedSession),
		standin.Code(400, "MissingAuthenticationTokenException", noSignature),
		standin.Code(400, "IncompleteSignatureException", badSignature),
		standin.Code(400, "IncompleteSignature"),
		standin.Code(403, "OptInRequired"),
		standin.Code(400, "ValidationException"),
		standin.Code(400, "ValidationError"),
		standin.Code(400, "SerializationException", params.BadBody),
		standin.Code(400, "IdempotentParameterMismatchException", otherParameters),
		standin.Code(404, "UnknownOperationException"),
		standin.Code(400, "InvalidAction"),
		standin.Code(413, "RequestEntityTooLargeException"),
		standin.Code(500, "InternalFailure"),
		standin.Code(503, "ServiceUnavailable"),
		standin.Code(503, "ServiceUnavailableException"),
	}
}
