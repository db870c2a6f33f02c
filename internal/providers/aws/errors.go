package aws

import (
	"cmp"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

const (
	errors       = "Errors"
	commonErrors = "AWS: Common Errors"
	publicClient = "AWS: SDKs and public reports"
	types        = "__type"
)

const accessDenied = "ACCESSDENIEDEXCEPTION"

// codes is the vendor's error table. Some come with and without Exception at the end.
var codes = providers.CodeTable{
	{Code: accessDenied, Reason: providers.VendorPermissionDenied, Standing: true, Document: document, Section: errors},
	{Code: "INVALIDPARAMETEREXCEPTION", Reason: providers.ArgumentRejected, Document: document, Section: errors},
	{Code: "PROVISIONEDTHROUGHPUTEXCEEDEDEXCEPTION", Reason: providers.VendorRateLimited, Document: document, Section: errors},
	{Code: "THROTTLINGEXCEPTION", Reason: providers.VendorRateLimited, Document: document, Section: errors},
	{Code: "INTERNALSERVERERROR", Reason: providers.VendorInternalError, Document: document, Section: errors},
	{Code: "INTERNALSERVERERROREXCEPTION", Reason: providers.VendorInternalError, Document: document, Section: errors},

	{Code: "INVALIDSIGNATUREEXCEPTION", Reason: providers.VendorCredentialsRejected, Document: publicClient, Section: types},
	{Code: "SIGNATUREDOESNOTMATCH", Reason: providers.VendorCredentialsRejected, Document: publicClient, Section: types},
	{Code: "REQUESTEXPIRED", Reason: providers.VendorSignatureExpired, Document: commonErrors, Section: types},
	{Code: "REQUESTTIMETOOSKEWED", Reason: providers.VendorSignatureExpired, Document: publicClient, Section: types},
	{Code: "UNRECOGNIZEDCLIENTEXCEPTION", Reason: providers.VendorCredentialsRejected, Document: commonErrors, Section: types},
	{Code: "INVALIDCLIENTTOKENID", Reason: providers.VendorCredentialsRejected, Document: commonErrors, Section: types},
	{Code: "EXPIREDTOKENEXCEPTION", Reason: providers.VendorCredentialsRejected, Document: commonErrors, Section: types},
	{Code: "EXPIREDTOKEN", Reason: providers.VendorCredentialsRejected, Document: publicClient, Section: types},
	{Code: "INCOMPLETESIGNATURE", Reason: providers.VendorCredentialsRejected, Document: commonErrors, Section: types},
	{Code: "INCOMPLETESIGNATUREEXCEPTION", Reason: providers.VendorCredentialsRejected, Document: commonErrors, Section: types},
	{Code: "MISSINGAUTHENTICATIONTOKEN", Reason: providers.VendorCredentialsRejected, Document: commonErrors, Section: types},
	{Code: "MISSINGAUTHENTICATIONTOKENEXCEPTION", Reason: providers.VendorCredentialsRejected, Document: commonErrors, Section: types},
	{Code: "OPTINREQUIRED", Reason: providers.VendorPermissionDenied, Standing: true, Document: commonErrors, Section: types},
	{Code: "SUBSCRIPTIONREQUIREDEXCEPTION", Reason: providers.VendorPermissionDenied, Standing: true, Document: publicClient, Section: types},
	{Code: "VALIDATIONEXCEPTION", Reason: providers.ArgumentRejected, Document: commonErrors, Section: types},
	{Code: "VALIDATIONERROR", Reason: providers.ArgumentRejected, Document: commonErrors, Section: types},
	{Code: "SERIALIZATIONEXCEPTION", Reason: providers.ArgumentRejected, Document: publicClient, Section: types},
	{Code: "IDEMPOTENTPARAMETERMISMATCHEXCEPTION", Reason: providers.ArgumentRejected, Document: "AWS: Error handling", Section: types},
	{Code: "UNKNOWNOPERATIONEXCEPTION", Reason: providers.VendorEndpointNotFound, Document: commonErrors, Section: types},
	{Code: "INVALIDACTION", Reason: providers.VendorEndpointNotFound, Document: commonErrors, Section: types},
	{Code: "REQUESTENTITYTOOLARGEEXCEPTION", Reason: providers.RequestTooLarge, Document: commonErrors, Section: types},
	{Code: "INTERNALFAILURE", Reason: providers.VendorInternalError, Document: commonErrors, Section: types},
	{Code: "SERVICEUNAVAILABLE", Reason: providers.VendorInternalError, Document: commonErrors, Section: types},
	{Code: "SERVICEUNAVAILABLEEXCEPTION", Reason: providers.VendorInternalError, Document: commonErrors, Section: types},
}

// maxClockError is how far the vendor's clock may be from the time of a signature before the
// SDKs take a refusal for one of the clock's.
const maxClockError = 4 * time.Minute

// failureOf returns the failure that the answer tells of, nil if it tells of none: by the header,
// else by __type, else by Code, of which a known one comes first, and never by the message.
func failureOf(reply *reply, answer *vendorhttp.Answer, call providers.Call) *providers.Error {
	answer.SetText(cmp.Or(reply.Message, reply.Capital))
	kind := string(answer.Header("X-Amzn-Errortype"))
	switch {
	case strings.TrimSpace(kind) != "" || reply.Type != "" || reply.Code != "":
	case answer.Succeeded():
		return nil
	default:
		return answer.WithoutCode()
	}
	failure := answer.WithCode(codes, codes.Prefer(shapeOf(kind), shapeOf(string(reply.Type)), shapeOf(string(reply.Code))))
	if failure.Exchange.Code == accessDenied && clockContradicts(answer.Exchange().Date, call) {
		failure.Reason, failure.Standing = providers.VendorSignatureExpired, false
	}
	return failure
}

// shapeOf returns the name of an error without the namespace before it and the address behind.
func shapeOf(kind string) string {
	name, _, _ := strings.Cut(kind, ":")
	if _, bare, ok := strings.Cut(name, "#"); ok {
		name = bare
	}
	return vendorhttp.CanonicalCode(name)
}

func clockContradicts(date time.Time, call providers.Call) bool {
	return !date.IsZero() && date.Sub(call.SigningTime()).Abs() > maxClockError
}
