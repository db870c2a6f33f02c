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

	documentDetect = "Megvii: Face++ Detect API (v3)"
	detectErrors   = "Unique ERROR_MESSAGE of this API"
)

// codes is the vendor's error table. A code that several of the six documents have has one
// row, which cites the first of them: random-number, pc-web, app-v5, h5-flash, lite-page, app-v3.
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

	{Code: "IMAGE_FILE_TOO_LARGE", Reason: providers.PhotoTooLarge, Document: documentDetect, Section: detectErrors},
}

// documentedParameters are all parameters of the six documents that are sent.
var documentedParameters = []string{
	keyAPIKey, keyAPISecret, "sign", "sign_version",
	"biz_no", "uuid", "comparison_type", "idcard_name", "idcard_number",
	"image_ref1", "image_ref2", "image_ref3",
	"return_url", "notify_url", "biz_extra_data",
	paramColorNumber, paramEyesCloseDetection, paramFaceOcclusionDetection, paramFailWhenRefMultipleFaces,
	paramFMPMode, paramForceCompare, paramGetShootingError, paramIDCardMode, paramIDCardUneditableField,
	paramLanguage, paramLifeTime, paramLivenessActionCount, paramLivenessID, paramLivenessPreferences,
	paramLivenessTimeout, paramLivenessType,
	paramMaximumShootingTime, paramMaxUploadTimes, paramMultiOrientedDetection,
	paramProcedurePriority, paramProcedureType, paramReturnMultifacesTag,
	paramSceneID, paramScreenReplay, paramSecurityLevel, paramVerbose, paramWebTitle,
}

// parameterNames are the parameters that are read after a code: the documented ones, and
// image_ref[x] with any number. Other text is not shown to callers, because it may be anything.
var parameterNames = append([]string{
	"image_ref", "image_ref4", "image_ref5", "image_ref6", "image_ref7", "image_ref8", "image_ref9",
}, documentedParameters...)

// failure returns the failure that the reply reports, nil if it reports none. A known
// code takes precedence over the HTTP status, any error over a token in the same body.
func (r *reply) failure(f *form) *providers.Error {
	refusal, message := r.refusal()
	if message == "" {
		if r.answer.Succeeded() {
			return nil
		}
		return r.answer.WithoutCode()
	}
	r.answer.SetText(vendorhttp.Text(message))
	failure := r.answer.WithCode(codes, refusal.Code)
	if refusal.Code == authorizationError { // with a reason that is in no document
		r.answer.ShowReason(failure, vendorhttp.CanonicalCode(strings.Trim(refusal.Detail, ":： <>()")))
	} else {
		vendorhttp.ShowNames(failure, refusal.Parameters)
	}
	if refusal.Known {
		f.blame(failure, refusal)
	}
	return failure
}

// refusal returns the error of the field that has one; if both do, the one with a code of the
// table.
func (r *reply) refusal() (refusal vendorhttp.Refusal, message string) {
	for _, field := range []vendorhttp.Scalar{r.ErrorMessage, r.Error} {
		text := strings.TrimSpace(string(field))
		if text == "" || refusal.Known {
			continue
		}
		if read := vendorhttp.ReadRefusal(codes, parameterNames, text); read.Known || message == "" {
			refusal, message = read, text
		}
	}
	return refusal, message
}

// blame decides whose fault a refusal is by the parameters that it names, which is more exact than
// by the reason alone. The caller is at fault if all of them hold its fields.
func (f *form) blame(failure *providers.Error, refusal vendorhttp.Refusal) {
	switch failure.Reason {
	case providers.ArgumentRejected:
		if !refusal.Others {
			failure.Violations = f.violations(failure.Reason, refusal.Parameters)
		}
	case providers.PhotoUnreadable, providers.PhotoTooLarge, providers.NoFaceFound,
		providers.MultipleFaces, providers.PhotoLowQuality:
		if named := photosOf(refusal.Parameters); len(named) > 0 {
			if failure.Violations = f.violations(failure.Reason, named); failure.Violations == nil {
				failure.Reason = providers.ArgumentRejected // of a photo that was not sent
			}
		}
	default:
	}
}

// violations returns a violation for each of the parameters, nil if one of them does not
// hold a field of the caller.
func (f *form) violations(reason providers.Reason, names []string) []providers.Violation {
	failure := providers.Error{Reason: reason}
	for _, name := range names {
		path := f.callersPath(name)
		if path == "" {
			return nil
		}
		failure.Refuse(path)
	}
	return failure.Violations
}

// photosOf returns the parameters that are photos.
func photosOf(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !strings.HasPrefix(name, photoPrefix) })
}
