package iproov

import (
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

const (
	openAPI = "iProov: OpenAPI 2.13.0"
	words   = "error"
)

// codes is the vendor's error table for the two calls. Codes about images, validation and OAuth
// belong to other calls.
var codes = providers.CodeTable{
	{Code: "INVALID_USER_ID", Reason: providers.ArgumentRejected, Field: providers.FieldSubjectID, Document: openAPI, Section: words},
	{Code: "NO_USER", Reason: providers.ArgumentRejected, Field: providers.FieldSubjectID, Document: openAPI, Section: words},
	{Code: "INACTIVE_USER", Reason: providers.ArgumentRejected, Field: providers.FieldSubjectID, Document: openAPI, Section: words},
	{Code: "ALREADY_ENROLLED", Reason: providers.ArgumentRejected, Field: providers.FieldSubjectID, Document: openAPI, Section: words},
	{Code: "MISSING_DATA", Reason: providers.ArgumentRejected, Document: openAPI, Section: words},
	{Code: "INVALID_RISK_APPETITE", Reason: providers.ArgumentRejected, Document: openAPI, Section: words},
	{Code: "INVALID_REQUEST", Reason: providers.ArgumentRejected, Document: openAPI, Section: words},
	{Code: "INVALID_AGENT", Reason: providers.ArgumentRejected, Document: openAPI, Section: words},
	{Code: "INVALID_IP", Reason: providers.ArgumentRejected, Document: openAPI, Section: words},
	{Code: "INVALID_KEY", Reason: providers.VendorCredentialsRejected, Document: openAPI, Section: words},
	{Code: "INVALID_ASSURANCE_TYPE", Reason: providers.VendorPermissionDenied, Document: openAPI, Section: words},
	{Code: "TOO_MANY_REQUESTS", Reason: providers.VendorRateLimited, Document: openAPI, Section: words},
	{Code: "SERVER_ERROR", Reason: providers.VendorInternalError, Document: openAPI, Section: words},
}

// failureOf returns the failure that the body reports, nil if it reports none.
func failureOf(reply *reply, answer *vendorhttp.Answer) *providers.Error {
	answer.SetText(reply.Description)
	switch {
	case reply.Error != "":
	case answer.Succeeded():
		return nil
	default:
		return answer.WithoutCode()
	}
	return answer.WithCode(codes, vendorhttp.ReadRefusal(codes, nil, string(reply.Error)).Code)
}
