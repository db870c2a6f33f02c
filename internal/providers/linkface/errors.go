package linkface

import (
	"cmp"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

const (
	codeSuccess   = "0000"
	statusSuccess = "OK" // older API

	errorCodes   = "1.4 错误码"
	olderAPI     = "Linkface: older API, as public clients read it"
	olderSection = "status"
)

// codes is the vendor's error table. Codes 1003 to 1006 and 1010 are in no document.
var codes = providers.CodeTable{
	{Code: "1000", Reason: providers.VendorCredentialsRejected, Document: document, Section: errorCodes},
	{Code: "1001", Reason: providers.ArgumentRejected, Document: document, Section: errorCodes},
	{Code: "1002", Reason: providers.ArgumentRejected, Document: document, Section: errorCodes},
	{Code: "1007", Reason: providers.VendorAccountDisabled, Document: document, Section: errorCodes},
	{Code: "1008", Reason: providers.VendorAccountExpired, Document: document, Section: errorCodes},
	{Code: "1009", Reason: providers.VendorRateLimited, Document: document, Section: errorCodes},
	{Code: "1011", Reason: providers.VendorPermissionDenied, Standing: true, Document: document, Section: errorCodes},
	{Code: "9999", Reason: providers.VendorInternalError, Document: document, Section: errorCodes},

	{Code: "UNAUTHORIZED", Reason: providers.VendorCredentialsRejected, Document: olderAPI, Section: olderSection},
	{Code: "KEY_EXPIRED", Reason: providers.VendorAccountExpired, Document: olderAPI, Section: olderSection},
	{Code: "NO_PERMISSION", Reason: providers.VendorPermissionDenied, Standing: true, Document: olderAPI, Section: olderSection},
	{Code: "OUT_OF_QUOTA", Reason: providers.VendorQuotaExhausted, Document: olderAPI, Section: olderSection},
	{Code: "INVALID_ARGUMENT", Reason: providers.ArgumentRejected, Document: olderAPI, Section: olderSection},
	{Code: "NOT_FOUND", Reason: providers.VendorEndpointNotFound, Document: olderAPI, Section: olderSection},
}

// failureOf returns the failure that the body reports, nil if it reports none. A known
// code takes precedence over the HTTP status; the message never decides: the document's
// own failure sample pairs 1008 with the message of 1011.
func failureOf(reply reply, answer *vendorhttp.Answer) *providers.Error {
	code, status := strings.TrimSpace(string(reply.Code)), strings.TrimSpace(string(reply.Status))
	refusal := vendorhttp.ReadRefusal(codes, nil, cmp.Or(code, status))
	// Both fields are there if something in front of the vendor adds its own: then the known code
	// counts.
	if other := vendorhttp.ReadRefusal(codes, nil, status); !refusal.Known && refusal.Code != codeSuccess && other.Known {
		refusal = other
	}
	switch {
	case refusal.Code == codeSuccess:
		return nil
	case code+status != "" && refusal.Code != statusSuccess:
		return answer.WithCode(codes, refusal.Code)
	case !answer.Succeeded():
		return answer.WithoutCode()
	default:
		return nil
	}
}
