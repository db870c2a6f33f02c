package megvii

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// reasons is what the design makes of every code of the documents.
var reasons = map[string]providers.Reason{
	"AUTHENTICATION_ERROR":                             providers.VendorCredentialsRejected,
	"AUTHORIZATION_ERROR":                              providers.VendorPermissionDenied,
	"AUTHORIZATION_ERROR:DENIED":                       providers.VendorPermissionDenied,
	"AUTHORIZATION_ERROR:NO_DATA_SOURCE_PERMISSION":    providers.VendorPermissionDenied,
	"AUTHORIZATION_ERROR:NO_VERIFY_PERMISSION":         providers.VendorPermissionDenied,
	"AUTHORIZATION_ERROR:NON_ENTERPRISE_CERTIFICATION": providers.VendorPermissionDenied,
	"AUTHORIZATION_ERROR:API_KEY_BE_DISCONTINUED":      providers.VendorAccountDisabled,
	"AUTHORIZATION_ERROR:ACCOUNT_DISABLED":             providers.VendorAccountDisabled,
	"AUTHORIZATION_ERROR:ACCOUNT_DISCONTINUED":         providers.VendorAccountDisabled,
	"AUTHORIZATION_ERROR:IP_NOT_ALLOWED":               providers.VendorIPNotAllowed,
	"AUTHORIZATION_ERROR:LIMIT_REACHED":                providers.VendorQuotaExhausted,
	"AUTHORIZATION_ERROR:BALANCE_NOT_ENOUGH":           providers.VendorQuotaExhausted,
	"AUTHORIZATION_ERROR:EXPIRED_SIGN":                 providers.VendorSignatureExpired,
	"AUTHORIZATION_ERROR:REPLAY_ATTACK":                providers.VendorSignatureExpired,
	"AUTHORIZATION_ERROR:INVALID_SIGN":                 providers.VendorCredentialsRejected,
	"AUTHORIZATION_ERROR:MORE_RETRY_TIMES":             providers.ComparisonAttemptsExceeded,
	"CONCURRENCY_LIMIT_EXCEEDED":                       providers.VendorConcurrencyLimited,
	"MISSING_ARGUMENTS":                                providers.ArgumentRejected,
	"BAD_ARGUMENTS":                                    providers.ArgumentRejected,
	"INVALID_ARGUMENTS":                                providers.ArgumentRejected,
	"IMAGE_ERROR_UNSUPPORTED_FORMAT":                   providers.PhotoUnreadable,
	"INVALID_IMAGE_SIZE":                               providers.PhotoTooLarge,
	"NO_FACE_FOUND":                                    providers.NoFaceFound,
	"MULTIPLE_FACES":                                   providers.MultipleFaces,
	"LOW_QUALITY":                                      providers.PhotoLowQuality,
	"IMAGE_FILE_TOO_LARGE":                             providers.PhotoTooLarge,
	"INVALID_NAME_FORMAT":                              providers.IdentityNameInvalid,
	"INVALID_IDCARD_NUMBER":                            providers.IdentityNumberInvalid,
	"REQUEST_ENTITY_TOO_LARGE":                         providers.RequestTooLarge,
	"API_NOT_FOUND":                                    providers.VendorEndpointNotFound,
	"INTERNAL_ERROR":                                   providers.VendorInternalError,
}

func TestCodeTable(t *testing.T) {
	documents := []string{documentRandomNumber, documentPCWeb, documentAppV5, documentH5Flash, siblings, documentDetect}
	require.Len(t, codes, len(reasons))
	for _, row := range codes {
		require.Equal(t, reasons[row.Code], row.Reason, row.Code)
		require.Contains(t, documents, row.Document, row.Code)
		require.NotEmpty(t, row.Section, row.Code)
	}
}

// spellings returns the ways in which a code has been seen, or may be.
func spellings(code string) []string {
	blanks := strings.ReplaceAll(code, "_", " ")
	return []string{
		code,
		strings.ToLower(code),
		" " + code + " . ",
		blanks + ".",
		strings.ToLower(blanks),
		strings.ReplaceAll(code, ":", ": "),
		strings.ReplaceAll(code, ":", " : ") + ".",
		strings.ReplaceAll(code, ":", "："),
		strings.ReplaceAll(blanks, ":", "： ") + ". ",
	}
}

func TestEverySpellingOfEveryCode(t *testing.T) {
	v := newVendor(t, 0, "")
	for code, reason := range reasons {
		for _, spelling := range spellings(code) {
			for _, field := range []string{"error", "error_message"} {
				for _, status := range []int{200, 403, 500} {
					v.status, v.body = status, body(t, field, spelling)
					failure := v.refuse(t, pcWeb.ID, fullest(pcWeb.ID))
					require.Equal(t, reason, failure.Reason, v.body)
					require.Equal(t, code, failure.Exchange.Code, v.body)
					require.False(t, failure.Ambiguous)
				}
			}
		}
	}
}

// body returns an answer with an error and a token that must not count.
func body(t *testing.T, field, message string) string {
	t.Helper()
	content, err := json.Marshal(map[string]string{field: message, "token": "t", "biz_token": "t"})
	require.NoError(t, err)
	return string(content)
}

func TestCodesOfNoTable(t *testing.T) {
	tests := map[string]struct {
		body   string
		reason providers.Reason
		code   string
	}{
		"unknown reason":           {`{"error":"AUTHORIZATION_ERROR: region blocked."}`, providers.VendorPermissionDenied, "AUTHORIZATION_ERROR:REGION_BLOCKED"},
		"reason that is no code":   {`{"error":"AUTHORIZATION_ERROR:无权限"}`, providers.VendorPermissionDenied, "AUTHORIZATION_ERROR"},
		"empty reason":             {`{"error":"AUTHORIZATION_ERROR:"}`, providers.VendorPermissionDenied, "AUTHORIZATION_ERROR"},
		"unknown code":             {`{"error_message":"TEAPOT"}`, providers.VendorErrorUnrecognized, "TEAPOT"},
		"unknown code, parameter":  {`{"error_message":"TEAPOT:return_url"}`, providers.VendorErrorUnrecognized, "TEAPOT:return_url"},
		"no code":                  {`{"error_message":"系统错误:return_url"}`, providers.VendorErrorUnrecognized, ""},
		"no text":                  {`{"error":{"code":7}}`, providers.VendorErrorUnrecognized, ""},
		"code beside words":        {`{"error":"INTERNAL_ERROR","error_message":"系统错误"}`, providers.VendorInternalError, "INTERNAL_ERROR"},
		"words beside a code":      {`{"error":"系统错误","error_message":"INTERNAL_ERROR"}`, providers.VendorInternalError, "INTERNAL_ERROR"},
		"blank beside a code":      {`{"error":"INTERNAL_ERROR","error_message":" "}`, providers.VendorInternalError, "INTERNAL_ERROR"},
		"undocumented parameter":   {`{"error":"BAD_ARGUMENTS:shoe_size"}`, providers.ArgumentRejected, "BAD_ARGUMENTS"},
		"sentence for a parameter": {`{"error":"BAD_ARGUMENTS:return_url is wrong"}`, providers.ArgumentRejected, "BAD_ARGUMENTS"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			failure := newVendor(t, 400, test.body).refuse(t, pcWeb.ID, smallest(pcWeb.ID))
			require.Equal(t, test.reason, failure.Reason)
			require.Equal(t, test.code, failure.Exchange.Code)
			require.Empty(t, failure.Violations)
			require.False(t, failure.CallersFault())
		})
	}
}
