package aliyun

import (
	"net/http"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// What this vendor tells apart beside what others do.
const (
	badAuthorization params.Kind = "malformed Authorization"
	badMethod        params.Kind = "no such signature method"
	noHeader         params.Kind = "missing header"
	badVersion       params.Kind = "no such version"
	badDate          params.Kind = "malformed date"
	usedNonce        params.Kind = "nonce used before"
	noSuchScene      params.Kind = "no such scene"
)

// errorRows are the numbers of the error codes' page, which come under HTTP 200, and the words of the
// API gateway.
func errorRows() []standin.ErrorRow {
	return []standin.ErrorRow{
		standin.Code(http.StatusOK, "400", params.Missing),
		standin.Code(http.StatusOK, "401", params.Malformed, params.NotUTF8, params.BadURL, params.NotAPhoto, params.PhotoTooLarge),
		standin.Code(http.StatusOK, "402"),
		standin.Code(http.StatusOK, "404", noSuchScene),
		standin.Code(http.StatusOK, "410"),
		standin.Code(http.StatusOK, "411"),
		standin.Code(http.StatusOK, "412"),
		standin.Code(http.StatusOK, "414"),
		standin.Code(http.StatusOK, "415"),
		standin.Code(http.StatusOK, "416"),
		standin.Code(http.StatusOK, "417"),
		standin.Code(http.StatusOK, "418"),
		standin.Code(http.StatusOK, "500"),

		standin.Code(http.StatusNotFound, "InvalidAccessKeyId.NotFound", params.WrongCredentials),
		standin.Code(http.StatusBadRequest, "InvalidAccessKeyId.Inactive"),
		standin.Code(http.StatusNotFound, "InvalidSecurityToken.MismatchWithAccessKey", params.WrongSession),
		standin.Code(http.StatusBadRequest, "InvalidSecurityToken.Expired", params.EndedSession),
		standin.Code(http.StatusBadRequest, "SignatureDoesNotMatch", params.WrongSignature),
		standin.Code(http.StatusBadRequest, "IncompleteSignature", badAuthorization),
		standin.Code(http.StatusBadRequest, "InvalidSignatureMethod", badMethod),
		standin.Code(http.StatusBadRequest, "InvalidTimeStamp.Expired", params.ExpiredSignature),
		standin.Code(http.StatusBadRequest, "InvalidTimeStamp.Format", badDate),
		standin.Code(http.StatusBadRequest, "IllegalTimestamp"),
		standin.Code(http.StatusBadRequest, "SignatureNonceUsed", usedNonce),
		standin.Code(http.StatusBadRequest, "Throttling"),
		standin.Code(http.StatusBadRequest, "Throttling.User"),
		standin.Code(http.StatusBadRequest, "Throttling.Api"),
		standin.Code(http.StatusForbidden, "Forbidden"),
		standin.Code(http.StatusForbidden, "Forbidden.RAM"),
		standin.Code(http.StatusForbidden, "NoPermission"),
		standin.Code(http.StatusForbidden, "ActionUnauthorized"),
		standin.Code(http.StatusForbidden, "Forbidden.RiskControl"),
		standin.Code(http.StatusForbidden, "Forbidden.UserVerification"),
		standin.Code(http.StatusBadRequest, "Identity.Uncertified"),
		standin.Code(http.StatusBadRequest, "InsufficientBalance"),
		standin.Code(http.StatusForbidden, "Forbidden.AccountAccessDenied"),
		standin.Code(http.StatusBadRequest, "MissingParameter", noHeader),
		standin.Code(http.StatusBadRequest, "MissingCertNo"),
		standin.Code(http.StatusBadRequest, "InvalidParameter", params.BadBody),
		standin.Code(http.StatusNotFound, "InvalidAction.NotFound"),
		standin.Code(http.StatusNotFound, "InvalidApi.NotFound"),
		standin.Code(http.StatusBadRequest, "NoSuchVersion", badVersion),
		standin.Code(http.StatusBadRequest, "UnsupportedOperation"),
		standin.Code(http.StatusForbidden, "UnsupportedHTTPMethod"),
		standin.Code(http.StatusInternalServerError, "InternalError", params.Internal),
		standin.Code(http.StatusServiceUnavailable, "ServiceUnavailable"),
	}
}
