package tencent

import (
	"cmp"
	"encoding/json"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

const (
	errorCodes = "Tencent: Error Codes (FaceID, 2018-03-01)"
	common     = "Common Error Codes"
	ofCalls    = "Error Codes of the call"

	publicClients = "Tencent: public clients"
	sibling       = "a sibling product"
)

// codes is the vendor's error table: those that an answer without a result can have. FailedOperation has
// no row, so that a verification that failed is not taken for a fault of the request. The codes name no
// parameter.
var codes = providers.CodeTable{
	{Code: "AUTHFAILURE", Reason: providers.VendorCredentialsRejected, Document: errorCodes, Section: common},
	{Code: "AUTHFAILURE.SIGNATUREEXPIRE", Reason: providers.VendorSignatureExpired, Document: errorCodes, Section: common},
	{Code: "AUTHFAILURE.SIGNATUREFAILURE", Reason: providers.VendorCredentialsRejected, Document: errorCodes, Section: common},
	{Code: "AUTHFAILURE.SECRETIDNOTFOUND", Reason: providers.VendorCredentialsRejected, Document: errorCodes, Section: common},
	{Code: "AUTHFAILURE.INVALIDSECRETID", Reason: providers.VendorCredentialsRejected, Document: errorCodes, Section: common},
	{Code: "AUTHFAILURE.TOKENFAILURE", Reason: providers.VendorCredentialsRejected, Document: errorCodes, Section: common},
	{Code: "AUTHFAILURE.MFAFAILURE", Reason: providers.VendorCredentialsRejected, Document: errorCodes, Section: common},
	{Code: "AUTHFAILURE.INVALIDAUTHORIZATION", Reason: providers.VendorCredentialsRejected, Document: errorCodes, Section: common},
	{Code: "AUTHFAILURE.UNAUTHORIZEDOPERATION", Reason: providers.VendorPermissionDenied, Standing: true, Document: errorCodes, Section: common},
	{Code: "UNAUTHORIZEDOPERATION", Reason: providers.VendorPermissionDenied, Standing: true, Document: errorCodes, Section: common},
	{Code: "UNAUTHORIZEDOPERATION.NONACTIVATED", Reason: providers.VendorPermissionDenied, Standing: true, Document: errorCodes, Section: ofCalls},
	{Code: "UNAUTHORIZEDOPERATION.ACTIVATING", Reason: providers.VendorPermissionDenied, Standing: true, Document: errorCodes, Section: ofCalls},
	{Code: "UNAUTHORIZEDOPERATION.ACTIVATEERROR", Reason: providers.VendorPermissionDenied, Standing: true, Document: errorCodes, Section: ofCalls},
	{Code: "UNAUTHORIZEDOPERATION.NONAUTHORIZE", Reason: providers.VendorPermissionDenied, Standing: true, Document: errorCodes, Section: ofCalls},
	{Code: "UNAUTHORIZEDOPERATION.ARREARS", Reason: providers.VendorQuotaExhausted, Document: errorCodes, Section: ofCalls},
	{Code: "UNAUTHORIZEDOPERATION.CHARGESTATUSEXCEPTION", Reason: providers.VendorAccountDisabled, Document: errorCodes, Section: ofCalls},
	{Code: "UNAUTHORIZEDOPERATION.REQUESTIPNOTINWHITELIST", Reason: providers.VendorIPNotAllowed, Document: publicClients, Section: sibling},
	{Code: "IPNOTINWHITELIST", Reason: providers.VendorIPNotAllowed, Document: errorCodes, Section: common},
	{Code: "IPINBLACKLIST", Reason: providers.VendorIPNotAllowed, Document: errorCodes, Section: common},
	{Code: "OPERATIONDENIED", Reason: providers.VendorPermissionDenied, Document: errorCodes, Section: common},
	{Code: "UNSUPPORTEDOPERATION", Reason: providers.VendorPermissionDenied, Document: errorCodes, Section: common},

	{Code: "LIMITEXCEEDED", Reason: providers.VendorQuotaExhausted, Document: errorCodes, Section: common},
	{Code: "REQUESTLIMITEXCEEDED", Reason: providers.VendorRateLimited, Document: errorCodes, Section: common},
	{Code: "REQUESTLIMITEXCEEDED.IPLIMITEXCEEDED", Reason: providers.VendorRateLimited, Document: errorCodes, Section: common},
	{Code: "REQUESTLIMITEXCEEDED.UINLIMITEXCEEDED", Reason: providers.VendorRateLimited, Document: errorCodes, Section: common},
	{Code: "REQUESTLIMITEXCEEDED.GLOBALREGIONUINLIMITEXCEEDED", Reason: providers.VendorRateLimited, Document: errorCodes, Section: common},
	{Code: "FAILEDOPERATION.REQUESTLIMITEXCEEDED", Reason: providers.VendorRateLimited, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.IDENTITYAUTHLIMITEXCEEDED", Reason: providers.ComparisonAttemptsExceeded, Document: errorCodes, Section: ofCalls},

	{Code: "REQUESTSIZELIMITEXCEEDED", Reason: providers.RequestTooLarge, Document: errorCodes, Section: common},
	{Code: "INVALIDPARAMETER", Reason: providers.ArgumentRejected, Document: errorCodes, Section: common},
	{Code: "INVALIDPARAMETER.RULEID", Reason: providers.ArgumentRejected, Document: errorCodes, Section: ofCalls},
	{Code: "INVALIDPARAMETER.UNSUPPORTENCRYPTFIELD", Reason: providers.ArgumentRejected, Document: errorCodes, Section: ofCalls},
	{Code: "INVALIDPARAMETERVALUE", Reason: providers.ArgumentRejected, Document: errorCodes, Section: common},
	{Code: "INVALIDPARAMETERVALUE.RULEIDNOTEXIST", Reason: providers.ArgumentRejected, Document: errorCodes, Section: ofCalls},
	{Code: "INVALIDPARAMETERVALUE.RULEIDDISABLED", Reason: providers.ArgumentRejected, Document: errorCodes, Section: ofCalls},
	{Code: "INVALIDPARAMETERVALUE.BIZTOKENEXPIRED", Reason: providers.ArgumentRejected, Document: errorCodes, Section: ofCalls},
	{Code: "INVALIDPARAMETERVALUE.BIZTOKENILLEGAL", Reason: providers.ArgumentRejected, Document: errorCodes, Section: ofCalls},
	{Code: "MISSINGPARAMETER", Reason: providers.ArgumentRejected, Document: errorCodes, Section: common},
	{Code: "UNKNOWNPARAMETER", Reason: providers.ArgumentRejected, Document: errorCodes, Section: common},
	{Code: "INVALIDREQUEST", Reason: providers.ArgumentRejected, Document: errorCodes, Section: common},
	{Code: "UNSUPPORTEDREGION", Reason: providers.ArgumentRejected, Document: errorCodes, Section: common},
	{Code: "UNSUPPORTEDPROTOCOL", Reason: providers.ArgumentRejected, Document: errorCodes, Section: common},
	{Code: "FAILEDOPERATION.DECRYPTSYSTEMERROR", Reason: providers.ArgumentRejected, Document: errorCodes, Section: ofCalls},
	{Code: "INVALIDACTION", Reason: providers.VendorEndpointNotFound, Document: errorCodes, Section: common},
	{Code: "NOSUCHVERSION", Reason: providers.VendorEndpointNotFound, Document: errorCodes, Section: common},
	{Code: "NOSUCHPRODUCT", Reason: providers.VendorEndpointNotFound, Document: errorCodes, Section: common},
	{Code: "ACTIONOFFLINE", Reason: providers.VendorEndpointNotFound, Document: errorCodes, Section: common},

	{Code: "FAILEDOPERATION.IMAGESIZETOOLARGE", Reason: providers.PhotoTooLarge, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.LIFEPHOTOSIZEERROR", Reason: providers.PhotoTooLarge, Document: errorCodes, Section: ofCalls},
	{Code: "INTERNALERROR.LIFEPHOTOSIZEERROR", Reason: providers.PhotoTooLarge, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.IMAGEDECODEFAILED", Reason: providers.PhotoUnreadable, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.EMPTYIMAGEERROR", Reason: providers.PhotoUnreadable, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.LIFEPHOTODETECTNOFACES", Reason: providers.NoFaceFound, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.INCOMPLETEFACE", Reason: providers.NoFaceFound, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.LIFEPHOTODETECTFACES", Reason: providers.MultipleFaces, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.IMAGEBLUR", Reason: providers.PhotoLowQuality, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.POORIMAGEQUALITY", Reason: providers.PhotoLowQuality, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.COVEREDFACE", Reason: providers.PhotoLowQuality, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.LIFEPHOTOPOORQUALITY", Reason: providers.PhotoLowQuality, Document: errorCodes, Section: ofCalls},
	{Code: "INTERNALERROR.LIFEPHOTOPOORQUALITY", Reason: providers.PhotoLowQuality, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.IDFORMATERROR", Reason: providers.IdentityNumberInvalid, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.NAMEFORMATERROR", Reason: providers.IdentityNameInvalid, Document: errorCodes, Section: ofCalls},

	{Code: "INTERNALERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: common},
	{Code: "INTERNALERROR.UNKNOWN", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "INTERNALERROR.ENCRYPTSYSTEMERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.UNKNOWN", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.DBERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.STSUNAUTHERRERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.ENCRYPTSYSTEMERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.FILESAVEERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.DOWNLOADERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.DOWNLOADTIMEOUTERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.DETECTENGINESYSTEMERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.COMPARESYSTEMERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.COMPARELIBSERVICEUNAVAILABLE", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.LIVESSSYSTEMERROR", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "FAILEDOPERATION.IDPHOTOSYSTEMNOANSWER", Reason: providers.VendorInternalError, Document: errorCodes, Section: ofCalls},
	{Code: "SERVICEUNAVAILABLE", Reason: providers.VendorInternalError, Document: errorCodes, Section: common},
	{Code: "RESOURCEUNAVAILABLE", Reason: providers.VendorInternalError, Document: errorCodes, Section: common},
	{Code: "RESOURCEINSUFFICIENT", Reason: providers.VendorInternalError, Document: errorCodes, Section: common},
}

// errorOf is the error in an answer.
type errorOf struct {
	Code    vendorhttp.Scalar `json:"Code"`
	Message vendorhttp.Text   `json:"Message"`
}

// error returns the error of an answer, and whether there is one. If it is not an object, it is the
// code.
func (r *reply) error() (e errorOf, failed bool) {
	switch {
	case r.Response.Error != "":
		if json.Unmarshal([]byte(r.Response.Error), &e) != nil {
			e.Code = r.Response.Error
		}
		return e, true
	case r.Code != "" && r.Code != "0":
		return errorOf{cmp.Or(r.CodeDesc, r.Code), r.Message}, true
	default:
		return e, false
	}
}

// failureOf returns the failure that the body reports, nil if it reports none.
func failureOf(reply *reply, answer *vendorhttp.Answer) *providers.Error {
	e, failed := reply.error()
	answer.SetText(e.Message)
	switch {
	case failed:
	case answer.Succeeded():
		return nil
	default:
		return answer.WithoutCode()
	}
	failure := answer.WithCode(codes, vendorhttp.ReadRefusal(codes, nil, string(e.Code)).Code)
	failure.NameOnePhoto()
	return failure
}
