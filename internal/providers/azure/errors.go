package azure

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

const (
	errorCodes   = "Azure AI Face API error codes"
	errorTable   = "error.code"
	publicClient = "Azure: public reports"
)

// unspecified is a code that says nothing beyond its status.
const unspecified = "UNSPECIFIED"

// codes is the vendor's error table. 401 and 403 are statuses that the code repeats; 403 is of a
// firewall and of a free volume that is used up, by its text alone.
var codes = providers.CodeTable{
	{Code: "INVALIDTOKENLIFETIME", Reason: providers.ArgumentRejected, Field: providers.FieldTokenLifetime, Document: errorCodes, Section: errorTable},
	{Code: "INVALIDDEVICECORRELATIONID", Reason: providers.ArgumentRejected, Field: providers.FieldDeviceID, Document: errorCodes, Section: errorTable},
	{Code: "INVALIDLIVENESSOPERATIONMODE", Reason: providers.ArgumentRejected, Document: errorCodes, Section: errorTable},
	{Code: "INVALIDREQUESTBODY", Reason: providers.ArgumentRejected, Document: errorCodes, Section: errorTable},
	{Code: "BADARGUMENT", Reason: providers.ArgumentRejected, Document: errorCodes, Section: errorTable},
	{Code: "INVALIDREQUEST", Reason: providers.ArgumentRejected, Document: publicClient, Section: errorTable},
	{Code: "INVALIDIMAGE", Reason: providers.PhotoUnreadable, Document: errorCodes, Section: errorTable},
	{Code: "INVALIDIMAGESIZE", Reason: providers.PhotoTooLarge, Document: errorCodes, Section: errorTable},
	{Code: "401", Reason: providers.VendorCredentialsRejected, Document: errorCodes, Section: errorTable},
	{Code: "PERMISSIONDENIED", Reason: providers.VendorPermissionDenied, Standing: true, Document: publicClient, Section: errorTable},
	{Code: "UNSUPPORTEDFEATURE", Reason: providers.VendorPermissionDenied, Standing: true, Document: errorCodes, Section: errorTable},
	{Code: "403", Reason: providers.VendorPermissionDenied, Document: publicClient, Section: errorTable},
	{Code: "QUOTAEXCEEDED", Reason: providers.VendorQuotaExhausted, Document: errorCodes, Section: errorTable},
	{Code: "CONCURRENTOPERATIONCONFLICT", Reason: providers.VendorConcurrencyLimited, Document: errorCodes, Section: errorTable},
	{Code: "RATELIMITEXCEEDED", Reason: providers.VendorRateLimited, Document: publicClient, Section: errorTable},
}

// refusal is error, or the error within it.
type refusal struct {
	Code       vendorhttp.Scalar `json:"code"`
	StatusCode vendorhttp.Scalar `json:"statusCode"`
	Message    vendorhttp.Text   `json:"message"`
	Inner      *refusal          `json:"innererror"`
}

// codes returns the codes as the table spells them, from the innermost one out.
func (r *refusal) codes() (found []string) {
	for ; r != nil; r = r.Inner {
		found = append(found, codeOf(cmp.Or(r.Code, r.StatusCode)))
	}
	slices.Reverse(found)
	return found
}

func codeOf(text vendorhttp.Scalar) string {
	return vendorhttp.ReadRefusal(codes, nil, string(text)).Code
}

// failureOf returns the failure that the answer reports, nil if it reports none. The innermost code
// decides, then outer ones, then that of the header, a known code before an unknown one; else the
// status decides, and never the message.
func failureOf(reply *reply, answer *vendorhttp.Answer) *providers.Error {
	header := vendorhttp.Scalar(answer.Header("x-ms-error-code"))
	var refusal refusal
	_ = json.Unmarshal([]byte(reply.Error), &refusal) // what is no object has no code
	answer.SetText(cmp.Or(refusal.Message, reply.Message))
	switch {
	case reply.Error != "" || header != "":
	case answer.Succeeded():
		return nil
	default:
		return answer.WithoutCode()
	}

	code := codes.Prefer(append(refusal.codes(), codeOf(header))...)
	if (code == unspecified || answer.IsStatus(code)) && !codes.Has(code) && !answer.Succeeded() {
		return answer.WithoutCode()
	}
	failure := answer.WithCode(codes, code)
	failure.NameOnePhoto()
	return failure
}
