// Package results judges what an adapter gives: an error that it may give, or a token that the answer
// holds. It must not know which product it is of, nor what was asked.
package results

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
)

// Failure returns an adapter's error, which must be a *providers.Error.
func Failure(tb testing.TB, err error) *providers.Error {
	tb.Helper()
	failure, ok := err.(*providers.Error) //nolint:errorlint // the error itself, not one around it
	require.True(tb, ok && failure != nil, "an error of type %T", err)
	require.True(tb, slices.Contains(Reasons(), failure.Reason), "an adapter may not give %s", failure.Reason)
	if !failure.CallersFault() {
		require.Empty(tb, failure.Violations, "fields at fault, and not the caller")
	}
	return failure
}

// Reasons returns the reasons that an adapter may give. The gateway itself gives the contract's other
// ones.
func Reasons() []providers.Reason {
	return []providers.Reason{
		providers.ArgumentRejected, providers.PhotoUnreadable, providers.PhotoTooLarge, providers.NoFaceFound,
		providers.MultipleFaces, providers.PhotoLowQuality, providers.RequestTooLarge, providers.IdentityNameInvalid,
		providers.IdentityNumberInvalid, providers.ComparisonAttemptsExceeded, providers.CallerCancelled,
		providers.VendorTimeout, providers.VendorConnectionLost, providers.VendorUnreachable,
		providers.VendorInternalError, providers.VendorConcurrencyLimited, providers.VendorRateLimited,
		providers.VendorSignatureExpired, providers.VendorCredentialsRejected, providers.VendorAccountDisabled,
		providers.VendorAccountExpired, providers.VendorIPNotAllowed, providers.VendorQuotaExhausted,
		providers.VendorPermissionDenied, providers.VendorEndpointNotFound, providers.VendorResponseInvalid,
		providers.VendorErrorUnrecognized,
	}
}

// RequirePresentable checks what callers and the log see of an exchange.
func RequirePresentable(tb testing.TB, e providers.Exchange) {
	tb.Helper()
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:,"
	for _, shown := range []string{e.Code, e.RequestID} {
		require.True(tb, len(shown) <= 128 && strings.Trim(shown, allowed) == "", "callers see %q", shown)
	}
	require.True(tb, len(e.Text) <= 256 && utf8.ValidString(e.Text) && !strings.ContainsFunc(e.Text, unseen), "the log gets %q", e.Text)
	require.GreaterOrEqual(tb, e.ProcessingTime, time.Duration(0))
}

func unseen(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

// RequireEarned checks that an answer of these fields holds the token and reports no
// error.
func RequireEarned(tb testing.TB, token *providers.Token, fields []jsonfields.Field, errorFields map[string]string) {
	tb.Helper()
	require.Less(tb, token.Expiry.Time.Year(), 10_000)
	held := false
	for _, f := range fields {
		held = held || f.Holds(token.Value.Reveal())
		if success, ok := errorFields[f.Name]; ok {
			require.False(tb, tellsOfError(f.Value, success), "a token in spite of %s: %v", f.Name, f.Value)
		}
	}
	require.True(tb, held, "the answer does not hold the token")
}

// tellsOfError reports whether the value of an error field reports an error. success is its value on
// success, with or without a dot.
func tellsOfError(value any, success string) bool {
	switch value := value.(type) {
	case nil:
		return false
	case bool:
		return value
	case string:
		text := strings.TrimSpace(value)
		return text != "" && (success == "" || strings.TrimRight(text, ". ") != success)
	case float64: // a vendor whose code of success is a number writes it as one
		return strconv.FormatFloat(value, 'f', -1, 64) != success
	default:
		return true
	}
}
