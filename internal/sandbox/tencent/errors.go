package tencent

import (
	"net/http"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// What this vendor tells apart beside what others do.
const (
	badAuthorization params.Kind = "malformed Authorization"
	badVersion       params.Kind = "no such version"
	badRegion        params.Kind = "no such region"
	noSuchRule       params.Kind = "no such rule"
	badIDNumber      params.Kind = "bad identity card number"
	badName          params.Kind = "bad name"
)

// errorRows are the codes that the calls list, and the platform's common ones. All come
// under HTTP 200.
func errorRows() []standin.ErrorRow {
	var rows []standin.ErrorRow
	add := func(code string, causes ...params.Kind) {
		rows = append(rows, standin.Code(http.StatusOK, code, causes...))
	}
	add("AuthFailure.SignatureExpire", params.ExpiredSignature)
	add("AuthFailure.SignatureFailure", params.WrongSignature)
	add("AuthFailure.SecretIdNotFound", params.WrongCredentials)
	add("AuthFailure.TokenFailure", params.WrongSession, params.EndedSession)
	add("AuthFailure.InvalidAuthorization", badAuthorization)
	add("MissingParameter", params.Missing)
	add("InvalidParameter", params.BadBody)
	add("InvalidParameterValue", params.Malformed, params.NotUTF8, params.BadURL)
	add("InvalidParameterValue.RuleIdNotExist", noSuchRule)
	add("UnknownParameter", params.Unknown)
	add("UnsupportedRegion", badRegion)
	add("NoSuchVersion", badVersion)
	add("FailedOperation.ImageSizeTooLarge", params.PhotoTooLarge)
	add("FailedOperation.ImageDecodeFailed", params.NotAPhoto)
	add("FailedOperation.IdFormatError", badIDNumber)
	add("FailedOperation.NameFormatError", badName)
	add("InternalError", params.Internal)
	for _, code := range onlyScripted() {
		add(code)
	}
	return rows
}

// onlyScripted are those that no request of itself provokes here.
func onlyScripted() []string {
	return []string{
		"AuthFailure.InvalidSecretId", "AuthFailure.MFAFailure", "AuthFailure.UnauthorizedOperation",
		"UnauthorizedOperation", "UnauthorizedOperation.Nonactivated", "UnauthorizedOperation.Activating", "UnauthorizedOperation.ActivateError",
		"UnauthorizedOperation.NonAuthorize", "UnauthorizedOperation.Arrears", "UnauthorizedOperation.ChargeStatusException",
		"UnauthorizedOperation.RequestIpNotInWhitelist", "IpNotInWhitelist", "IpInBlacklist",
		"LimitExceeded", "RequestLimitExceeded", "RequestLimitExceeded.IPLimitExceeded", "RequestLimitExceeded.UinLimitExceeded",
		"RequestLimitExceeded.GlobalRegionUinLimitExceeded", "FailedOperation.RequestLimitExceeded", "FailedOperation.IdentityAuthLimitExceeded",
		"RequestSizeLimitExceeded", "InvalidParameter.RuleId", "InvalidParameter.UnsupportEncryptField", "InvalidParameterValue.RuleIdDisabled",
		"InvalidRequest", "UnsupportedProtocol", "FailedOperation.DecryptSystemError",
		"FailedOperation.LifePhotoSizeError", "FailedOperation.EmptyImageError", "FailedOperation.LifePhotoDetectNoFaces",
		"FailedOperation.IncompleteFace", "FailedOperation.LifePhotoDetectFaces", "FailedOperation.ImageBlur", "FailedOperation.PoorImageQuality",
		"FailedOperation.CoveredFace", "FailedOperation.LifePhotoPoorQuality",
		"InternalError.UnKnown", "InternalError.EncryptSystemError", "FailedOperation", "FailedOperation.UnKnown", "FailedOperation.DbError",
		"FailedOperation.StsUnAuthErrError", "FailedOperation.EncryptSystemError", "FailedOperation.FileSaveError",
		"FailedOperation.DownLoadError", "FailedOperation.DownLoadTimeoutError", "FailedOperation.DetectEngineSystemError",
		"FailedOperation.CompareSystemError", "FailedOperation.CompareLibServiceUnavailable", "FailedOperation.LivessSystemError",
		"FailedOperation.IdPhotoSystemNoanswer", "ServiceUnavailable", "ResourceUnavailable", "ResourceInsufficient",
		"InvalidAction", "NoSuchProduct", "ActionOffline", "OperationDenied", "UnsupportedOperation",
	}
}
