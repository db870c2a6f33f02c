package aliyun

import (
	"regexp"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

const (
	errorCodes = "Aliyun: error codes of face verification"
	businessOf = "Code"

	publicErrors = "Aliyun: error codes of the API gateway"
	gatewayOf    = "Code, by the API gateway"

	publicClients = "Aliyun: public clients"
)

// codes is the vendor's error table: numbers of the service, under HTTP 200, and words of the API
// gateway in front of it. 414 to 416 speak of the user's device, as MetaInfo tells of it.
var codes = providers.CodeTable{
	{Code: "400", Reason: providers.ArgumentRejected, Document: errorCodes, Section: businessOf},
	{Code: "401", Reason: providers.ArgumentRejected, Document: errorCodes, Section: businessOf},
	{Code: "402", Reason: providers.VendorPermissionDenied, Standing: true, Document: errorCodes, Section: businessOf},
	{Code: "404", Reason: providers.ArgumentRejected, Document: errorCodes, Section: businessOf},
	{Code: "410", Reason: providers.VendorPermissionDenied, Standing: true, Document: errorCodes, Section: businessOf},
	{Code: "411", Reason: providers.VendorPermissionDenied, Standing: true, Document: errorCodes, Section: businessOf},
	{Code: "412", Reason: providers.VendorQuotaExhausted, Document: errorCodes, Section: businessOf},
	{Code: "414", Reason: providers.ArgumentRejected, Field: providers.FieldClientMetadata, Document: errorCodes, Section: businessOf},
	{Code: "415", Reason: providers.ArgumentRejected, Field: providers.FieldClientMetadata, Document: errorCodes, Section: businessOf},
	{Code: "416", Reason: providers.ArgumentRejected, Field: providers.FieldClientMetadata, Document: errorCodes, Section: businessOf},
	{Code: "417", Reason: providers.VendorErrorUnrecognized, Document: errorCodes, Section: businessOf},
	{Code: "418", Reason: providers.ComparisonAttemptsExceeded, Document: errorCodes, Section: businessOf},
	{Code: "500", Reason: providers.VendorInternalError, Document: errorCodes, Section: businessOf},

	{Code: "INVALIDACCESSKEYID.NOTFOUND", Reason: providers.VendorCredentialsRejected, Document: publicErrors, Section: gatewayOf},
	{Code: "INVALIDACCESSKEYID.INACTIVE", Reason: providers.VendorAccountDisabled, Document: publicErrors, Section: gatewayOf},
	{Code: "INVALIDACCESSKEYID", Reason: providers.VendorCredentialsRejected, Document: publicClients, Section: gatewayOf},
	{Code: "INVALIDSECURITYTOKEN", Reason: providers.VendorCredentialsRejected, Document: publicClients, Section: gatewayOf},
	{Code: "MISSINGSECURITYTOKEN", Reason: providers.VendorCredentialsRejected, Document: publicClients, Section: gatewayOf},
	{Code: "SIGNATUREDOESNOTMATCH", Reason: providers.VendorCredentialsRejected, Document: publicErrors, Section: gatewayOf},
	{Code: "INCOMPLETESIGNATURE", Reason: providers.VendorCredentialsRejected, Document: publicErrors, Section: gatewayOf},
	{Code: "INVALIDSIGNATUREMETHOD", Reason: providers.VendorCredentialsRejected, Document: publicErrors, Section: gatewayOf},
	{Code: "INVALIDTIMESTAMP.EXPIRED", Reason: providers.VendorSignatureExpired, Document: publicErrors, Section: gatewayOf},
	{Code: "SIGNATURENONCEUSED", Reason: providers.VendorSignatureExpired, Document: publicErrors, Section: gatewayOf},
	{Code: "INVALIDTIMESTAMP.FORMAT", Reason: providers.ArgumentRejected, Document: publicErrors, Section: gatewayOf},
	{Code: "ILLEGALTIMESTAMP", Reason: providers.ArgumentRejected, Document: publicErrors, Section: gatewayOf},
	{Code: "THROTTLING", Reason: providers.VendorRateLimited, Document: publicErrors, Section: gatewayOf},
	{Code: "FORBIDDEN", Reason: providers.VendorPermissionDenied, Standing: true, Document: publicErrors, Section: gatewayOf},
	{Code: "FORBIDDEN.RISKCONTROL", Reason: providers.VendorAccountDisabled, Document: publicErrors, Section: gatewayOf},
	{Code: "FORBIDDEN.USERVERIFICATION", Reason: providers.VendorAccountDisabled, Document: publicErrors, Section: gatewayOf},
	{Code: "IDENTITY.UNCERTIFIED", Reason: providers.VendorAccountDisabled, Document: publicErrors, Section: gatewayOf},
	{Code: "NOPERMISSION", Reason: providers.VendorPermissionDenied, Standing: true, Document: publicErrors, Section: gatewayOf},
	{Code: "ACTIONUNAUTHORIZED", Reason: providers.VendorPermissionDenied, Standing: true, Document: publicErrors, Section: gatewayOf},
	{Code: "INSUFFICIENTBALANCE", Reason: providers.VendorQuotaExhausted, Document: publicErrors, Section: gatewayOf},
	{Code: "MISSINGPARAMETER", Reason: providers.ArgumentRejected, Document: publicErrors, Section: gatewayOf},
	{Code: "INVALIDPARAMETER", Reason: providers.ArgumentRejected, Document: publicErrors, Section: gatewayOf},
	{Code: "INVALIDACTION", Reason: providers.VendorEndpointNotFound, Document: publicErrors, Section: gatewayOf},
	{Code: "INVALIDAPI.NOTFOUND", Reason: providers.VendorEndpointNotFound, Document: publicErrors, Section: gatewayOf},
	{Code: "NOSUCHVERSION", Reason: providers.VendorEndpointNotFound, Document: publicErrors, Section: gatewayOf},
	{Code: "UNSUPPORTEDOPERATION", Reason: providers.VendorEndpointNotFound, Document: publicErrors, Section: gatewayOf},
	{Code: "UNSUPPORTEDHTTPMETHOD", Reason: providers.VendorEndpointNotFound, Document: publicErrors, Section: gatewayOf},
	{Code: "INTERNALERROR", Reason: providers.VendorInternalError, Document: publicErrors, Section: gatewayOf},
	{Code: "SERVICEUNAVAILABLE", Reason: providers.VendorInternalError, Document: publicErrors, Section: gatewayOf},
}

// fields are the caller's fields by the vendor's parameter, none for a parameter of the target's, a
// constant, or one that is not sent.
var fields = map[string]providers.Field{
	"METAINFO":                   providers.FieldClientMetadata,
	"CERTNAME":                   providers.FieldIdentityDocumentName,
	"CERTNO":                     providers.FieldIdentityDocumentNumber,
	"FACECONTRASTPICTURE":        providers.FieldPhotos,
	"OUTERORDERNO":               providers.FieldReference,
	"USERID":                     providers.FieldSubjectID,
	"RETURNURL":                  providers.FieldReturnURL,
	"CALLBACKURL":                providers.FieldNotifyURL,
	"CERTTYPE":                   providers.FieldNone,
	"CERTIFYURLSTYLE":            providers.FieldNone,
	"CERTIFYURLTYPE":             providers.FieldNone,
	"MODEL":                      providers.FieldNone,
	"NEEDMULTIFACECHECK":         providers.FieldNone,
	"PROCEDUREPRIORITY":          providers.FieldNone,
	"PRODUCTCODE":                providers.FieldNone,
	"SCENEID":                    providers.FieldNone,
	"SUITABLETYPE":               providers.FieldNone,
	"VIDEOEVIDENCE":              providers.FieldNone,
	"APPQUALITYCHECK":            providers.FieldNone,
	"AUTHID":                     providers.FieldNone,
	"BIRTHDAY":                   providers.FieldNone,
	"CALLBACKTOKEN":              providers.FieldNone,
	"CAMERASELECTION":            providers.FieldNone,
	"CERTIFYID":                  providers.FieldNone,
	"CROP":                       providers.FieldNone,
	"ENABLEBEAUTY":               providers.FieldNone,
	"ENCRYPTTYPE":                providers.FieldNone,
	"FACECONTRASTPICTUREURL":     providers.FieldNone,
	"FACEGUARDOUTPUT":            providers.FieldNone,
	"H5DEGRADECONFIRMBTN":        providers.FieldNone,
	"IP":                         providers.FieldNone,
	"MOBILE":                     providers.FieldNone,
	"MODE":                       providers.FieldNone,
	"OSSBUCKETNAME":              providers.FieldNone,
	"OSSOBJECTNAME":              providers.FieldNone,
	"RARELYCHARACTERS":           providers.FieldNone,
	"READIMG":                    providers.FieldNone,
	"UICUSTOMURL":                providers.FieldNone,
	"VALIDITYDATE":               providers.FieldNone,
	"VOLUNTARYCUSTOMIZEDCONTENT": providers.FieldNone,
}

// issued is the code of success.
const issued = "200"

// failureOf returns the failure that the body tells of, nil if it tells of none: by Code, else by
// the status, and never by the message.
func failureOf(reply *reply, answer *vendorhttp.Answer, request *providers.Request) *providers.Error {
	code := strings.TrimSpace(string(reply.Code))
	without := code == "" || code == issued
	if without && answer.Succeeded() {
		return nil
	}
	answer.SetText(reply.Message)
	// Proxies write the status as a code; Aliyun has an id beside its own.
	if without || reply.RequestID == "" && answer.IsStatus(code) {
		return answer.WithoutCode()
	}
	code, about := readCode(code)
	failure := answer.WithCode(codes, code)
	if about != providers.FieldNone {
		failure.Blame(request, about)
	}
	return failure
}

// ofParameter is a code that names a parameter: InvalidParameter.CertNo, MissingCertNo,
// InvalidCertNo.Malformed.
var ofParameter = regexp.MustCompile(`^(MISSING|INVALID)(?:PARAMETER\.)?([^.]+)`)

// readCode returns a code in the table's spelling, and the caller's field that it names.
func readCode(text string) (code string, about providers.Field) {
	code, _, _ = strings.Cut(vendorhttp.CanonicalCode(text), ":")
	if strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._") != "" {
		return "", providers.FieldNone // prose, or something of the request
	}
	parts := ofParameter.FindStringSubmatch(code)
	if parts == nil {
		return code, providers.FieldNone
	}
	about, known := fields[parts[2]]
	if known && !codes.Has(code) {
		code = parts[1] + "PARAMETER"
	}
	return code, about
}
