package sumsub

import (
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

const (
	errorCodes = "Sumsub: Error codes"
	errorTable = "errorCode"
	statuses   = "code"

	apiHealth = "Sumsub: API health, and public clients"
)

// codes is the vendor's error table: the numbers of errorCode, and the HTTP statuses that code
// repeats. Those about uploads and lists do not belong to this call. 1008 and 1009 are about the
// applicant, who is the subject.
var codes = providers.CodeTable{
	{Code: "4000", Reason: providers.VendorCredentialsRejected, Document: apiHealth, Section: errorTable},
	{Code: "4001", Reason: providers.VendorCredentialsRejected, Document: apiHealth, Section: errorTable},
	{Code: "4002", Reason: providers.VendorCredentialsRejected, Document: apiHealth, Section: errorTable},
	{Code: "4003", Reason: providers.VendorCredentialsRejected, Document: apiHealth, Section: errorTable},
	{Code: "4004", Reason: providers.VendorSignatureExpired, Document: apiHealth, Section: errorTable},
	{Code: "4005", Reason: providers.VendorCredentialsRejected, Document: apiHealth, Section: errorTable},
	{Code: "4006", Reason: providers.VendorCredentialsRejected, Document: apiHealth, Section: errorTable},
	{Code: "4007", Reason: providers.VendorCredentialsRejected, Document: apiHealth, Section: errorTable},

	{Code: "1008", Reason: providers.ArgumentRejected, Field: providers.FieldSubjectID, Document: errorCodes, Section: errorTable},
	{Code: "1009", Reason: providers.ArgumentRejected, Field: providers.FieldSubjectID, Document: errorCodes, Section: errorTable},

	{Code: "1000", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: errorTable},
	{Code: "1001", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: errorTable},
	{Code: "1002", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: errorTable},
	{Code: "1003", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: errorTable},
	{Code: "1004", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: errorTable},
	{Code: "1005", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: errorTable},
	{Code: "1006", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: errorTable},
	{Code: "1007", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: errorTable},
	{Code: "1010", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: errorTable},
	{Code: "1011", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: errorTable},
	{Code: "3000", Reason: providers.VendorErrorUnrecognized, Document: apiHealth, Section: errorTable},
	{Code: "5000", Reason: providers.VendorErrorUnrecognized, Document: apiHealth, Section: errorTable},
	{Code: "5001", Reason: providers.VendorErrorUnrecognized, Document: apiHealth, Section: errorTable},

	{Code: "400", Reason: providers.ArgumentRejected, Document: errorCodes, Section: statuses},
	{Code: "401", Reason: providers.VendorCredentialsRejected, Document: errorCodes, Section: statuses},
	{Code: "403", Reason: providers.VendorPermissionDenied, Document: errorCodes, Section: statuses},
	{Code: "404", Reason: providers.VendorEndpointNotFound, Document: errorCodes, Section: statuses},
	{Code: "413", Reason: providers.RequestTooLarge, Document: errorCodes, Section: statuses},
	{Code: "429", Reason: providers.VendorRateLimited, Document: errorCodes, Section: statuses},
}

// failureOf returns the failure that the body reports, nil if it reports none: by errorCode, else
// by code, else by the status, and never by the description.
func failureOf(reply *reply, answer *vendorhttp.Answer) *providers.Error {
	answer.SetText(reply.Description)
	if reply.ErrorCode != "" {
		return answer.WithCode(codes, vendorhttp.CanonicalCode(string(reply.ErrorCode)))
	}
	code := vendorhttp.CanonicalCode(string(reply.Code))
	switch {
	case reply.Code != "" && (codes.Has(code) || !answer.IsStatus(code)):
		return answer.WithCode(codes, code)
	case !answer.Succeeded():
		return answer.WithoutCode() // of a status that code repeats, such as 500
	default:
		return nil
	}
}
