package megvii

import (
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

// authorizationError is the one code whose second half is a reason and not the name
// of a parameter.
const authorizationError = "AUTHORIZATION_ERROR"

const (
	commonErrors    = "通用的ERROR_MESSAGE"
	getTokenErrors  = "GetToken 特有的 ERROR_MESSAGE"
	parameters      = "参数"
	failureSample   = "返回结果: 失败"
	errorCodes      = "错误码列表"
	universalErrors = "Universal Errors"

	siblings      = "Megvii: other FaceID documents and public clients"
	siblingErrors = "ERROR_MESSAGE"
)

// codes is the vendor's error table. A code that several of the four documents have
// stands once, with the first of them: random-number, pc-web, app-v5, h5-flash.
var codes = providers.CodeTable{
	{Code: "AUTHENTICATION_ERROR", Reason: providers.VendorCredentialsRejected, Document: documentRandomNumber, Section: commonErrors},
	{Code: "AUTHORIZATION_ERROR:DENIED", Reason: providers.VendorPermissionDenied, Standing: true, Document: documentRandomNumber, Section: commonErrors},
	{Code: "CONCURRENCY_LIMIT_EXCEEDED", Reason: providers.VendorConcurrencyLimited, Document: documentRandomNumber, Section: commonErrors},
	{Code: "MISSING_ARGUMENTS", Reason: providers.ArgumentRejected, Document: documentRandomNumber, Section: commonErrors},
	{Code: "BAD_ARGUMENTS", Reason: providers.ArgumentRejected, Document: documentRandomNumber, Section: commonErrors},
	{Code: "API_NOT_FOUND", Reason: providers.VendorEndpointNotFound, Document: documentRandomNumber, Section: commonErrors},
	{Code: "INTERNAL_ERROR", Reason: providers.VendorInternalError, Document: documentRandomNumber, Section: commonErrors},

	{Code: "AUTHORIZATION_ERROR:NO_DATA_SOURCE_PERMISSION", Reason: providers.VendorPermissionDenied, Document: documentPCWeb, Section: commonErrors},
	{Code: "IMAGE_ERROR_UNSUPPORTED_FORMAT", Reason: providers.PhotoUnreadable, Document: documentPCWeb, Section: getTokenErrors},
	{Code: "INVALID_NAME_FORMAT", Reason: providers.IdentityNameInvalid, Document: documentPCWeb, Section: getTokenErrors},
	{Code: "INVALID_IDCARD_NUMBER", Reason: providers.IdentityNumberInvalid, Document: documentPCWeb, Section: getTokenErrors},
	{Code: "NO_FACE_FOUND", Reason: providers.NoFaceFound, Document: documentPCWeb, Section: parameters},
	{Code: "MULTIPLE_FACES", Reason: providers.MultipleFaces, Document: documentPCWeb, Section: parameters},
	{Code: "INVALID_ARGUMENTS", Reason: providers.ArgumentRejected, Document: documentPCWeb, Section: failureSample},

	{Code: "AUTHORIZATION_ERROR:API_KEY_BE_DISCONTINUED", Reason: providers.VendorAccountDisabled, Document: documentAppV5, Section: errorCodes},
	{Code: "AUTHORIZATION_ERROR:IP_NOT_ALLOWED", Reason: providers.VendorIPNotAllowed, Document: documentAppV5, Section: errorCodes},
	{Code: "AUTHORIZATION_ERROR:LIMIT_REACHED", Reason: providers.VendorQuotaExhausted, Document: documentAppV5, Section: errorCodes},
	{Code: "AUTHORIZATION_ERROR:EXPIRED_SIGN", Reason: providers.VendorSignatureExpired, Document: documentAppV5, Section: errorCodes},
	{Code: "AUTHORIZATION_ERROR:INVALID_SIGN", Reason: providers.VendorCredentialsRejected, Document: documentAppV5, Section: errorCodes},
	// Any other reason: 其他可能的错误码,请预留处理方案.
	{Code: authorizationError, Reason: providers.VendorPermissionDenied, Document: documentAppV5, Section: errorCodes},

	{Code: "AUTHORIZATION_ERROR:MORE_RETRY_TIMES", Reason: providers.ComparisonAttemptsExceeded, Document: documentH5Flash, Section: universalErrors},
	{Code: "AUTHORIZATION_ERROR:NO_VERIFY_PERMISSION", Reason: providers.VendorPermissionDenied, Document: documentH5Flash, Section: universalErrors},
	{Code: "INVALID_IMAGE_SIZE", Reason: providers.PhotoTooLarge, Document: documentH5Flash, Section: universalErrors},
	{Code: "REQUEST_ENTITY_TOO_LARGE", Reason: providers.RequestTooLarge, Document: documentH5Flash, Section: universalErrors},

	{Code: "AUTHORIZATION_ERROR:ACCOUNT_DISABLED", Reason: providers.VendorAccountDisabled, Document: siblings, Section: siblingErrors},
	{Code: "AUTHORIZATION_ERROR:ACCOUNT_DISCONTINUED", Reason: providers.VendorAccountDisabled, Document: siblings, Section: siblingErrors},
	{Code: "AUTHORIZATION_ERROR:NON_ENTERPRISE_CERTIFICATION", Reason: providers.VendorPermissionDenied, Document: siblings, Section: siblingErrors},
	{Code: "AUTHORIZATION_ERROR:BALANCE_NOT_ENOUGH", Reason: providers.VendorQuotaExhausted, Document: siblings, Section: siblingErrors},
	{Code: "AUTHORIZATION_ERROR:REPLAY_ATTACK", Reason: providers.VendorSignatureExpired, Document: siblings, Section: siblingErrors},
	{Code: "LOW_QUALITY", Reason: providers.PhotoLowQuality, Document: siblings, Section: siblingErrors},
}

// parameterNames are all parameters of the four documents. What else stands behind
// a code's colon is not shown to callers: it may be anything.
var parameterNames = []string{
	keyAPIKey, keyAPISecret, "sign", "sign_version",
	"biz_no", "uuid", "comparison_type", "idcard_name", "idcard_number",
	"image_ref1", "image_ref2", "image_ref3",
	"return_url", "notify_url", "biz_extra_data", "procedure_type",
	paramColorNumber, paramFaceOcclusionDetection, paramFailWhenRefMultipleFaces,
	paramLanguage, paramLifeTime, paramLivenessID, paramLivenessPreferences,
	paramMaxUploadTimes, paramMultiOrientedDetection, paramReturnMultifacesTag,
	paramSceneID, paramScreenReplay,
}

// vendorError is an error as the vendor writes it, "CODE" or "CODE:detail".
type vendorError struct {
	// code is in the table's spelling, with the reason of an AUTHORIZATION_ERROR.
	code string
	// head is the code without that reason.
	head string
	// parameter is the name behind any other code, "" if none of the documents has it.
	parameter string
}

// parse reads an error in any of the spellings that have been seen: capitals or not,
// blanks for underscores and around the colon, which may be a full-width one, and a
// dot at the end.
func parse(message string) vendorError {
	head, detail, _ := strings.Cut(strings.Replace(message, "：", ":", 1), ":")
	head, detail = vendorhttp.CanonicalCode(head), vendorhttp.CanonicalCode(detail)
	if head == authorizationError && detail != "" {
		return vendorError{code: head + ":" + detail, head: head}
	}
	e := vendorError{code: head, head: head}
	if name := strings.ToLower(detail); slices.Contains(parameterNames, name) {
		e.parameter = name
	}
	return e
}

func (e vendorError) reason() providers.Reason {
	if reason := codes.Reason(e.code); reason != providers.VendorErrorUnrecognized {
		return reason
	}
	return codes.Reason(e.head)
}

// failure returns the failure that the reply tells of, nil if it tells of none. An
// error decides before the HTTP status does, and over a token beside it.
func (r *reply) failure(f *form) *providers.Error {
	message := r.errorField()
	if message == "" {
		if r.answer.Succeeded() {
			return nil
		}
		return r.answer.WithoutCode()
	}
	r.answer.SetText(vendorhttp.Text(message))
	e := parse(message)
	failure := r.answer.WithCode(codes, e.code)
	failure.Reason = e.reason()
	if e.parameter != "" && failure.Exchange.Code != "" {
		failure.Exchange.Code += ":" + e.parameter
	}
	if path := f.fault(failure.Reason, e.parameter); path != "" {
		failure.Violations = []providers.Violation{{Path: path, Reason: failure.Reason, Description: "refused by the vendor"}}
	}
	return failure
}

// errorField returns the error of whichever field has one, of two the one with a code
// of the table.
func (r *reply) errorField() string {
	message, other := strings.TrimSpace(string(r.ErrorMessage)), strings.TrimSpace(string(r.Error))
	if other != "" && parse(message).reason() == providers.VendorErrorUnrecognized {
		return other
	}
	return message
}

// fault returns the caller's field that a refusal is about, "" if it is about none:
// the parameter is one of ours, or the caller did not send it.
func (f *form) fault(reason providers.Reason, parameter string) providers.Path {
	switch reason {
	case providers.ArgumentRejected:
		return f.callersPath(parameter)
	case providers.IdentityNameInvalid:
		return f.callersPath("idcard_name")
	case providers.IdentityNumberInvalid:
		return f.callersPath("idcard_number")
	case providers.PhotoUnreadable, providers.PhotoTooLarge, providers.NoFaceFound,
		providers.MultipleFaces, providers.PhotoLowQuality:
		return f.photoAtFault(parameter)
	default:
		return ""
	}
}

// photoAtFault returns the photo of that name, all of them if there is none, "" if no
// photo was sent.
func (f *form) photoAtFault(parameter string) providers.Path {
	first := f.callersPath(photoParameter(1))
	switch path := f.callersPath(parameter); {
	case first == "":
		return ""
	case path != "" && strings.HasPrefix(parameter, photoPrefix):
		return path
	default:
		return providers.FieldPhotos.Path()
	}
}
