package providers_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestCallersFault(t *testing.T) {
	named := []providers.Violation{{Path: "callback.return_url", Reason: providers.ArgumentRejected}}
	tests := []struct {
		reason     providers.Reason
		violations []providers.Violation
		want       bool
	}{
		{providers.InvalidRequest, nil, true},
		{providers.PhotoUnreadable, nil, true},
		{providers.PhotoTooLarge, nil, true},
		{providers.NoFaceFound, nil, true},
		{providers.MultipleFaces, nil, true},
		{providers.PhotoLowQuality, nil, true},
		{providers.RequestTooLarge, nil, true},
		{providers.IdentityNameInvalid, nil, true},
		{providers.IdentityNumberInvalid, nil, true},
		{providers.ComparisonAttemptsExceeded, nil, true},
		{providers.ArgumentRejected, named, true},
		{providers.ArgumentRejected, nil, false},
		{providers.VendorCredentialsRejected, named, false},
		{providers.VendorErrorUnrecognized, nil, false},
		{providers.VendorEndpointNotFound, nil, false},
		{providers.VendorResponseInvalid, nil, false},
		{providers.VendorPermissionDenied, nil, false},
		{providers.VendorRateLimited, nil, false},
		{providers.VendorTimeout, nil, false},
		{providers.CallerCancelled, nil, false},
		{providers.DeadlineTooShort, nil, false},
		{providers.Internal, nil, false},
	}
	for _, test := range tests {
		err := &providers.Error{Reason: test.reason, Violations: test.violations}
		require.Equal(t, test.want, err.CallersFault(), "%s %v", test.reason, test.violations)
	}
}

func TestBlame(t *testing.T) {
	all := &providers.Request{
		Reference: "order-1", IdentityDocument: &providers.IdentityDocument{}, Photos: photos(1), ReturnURL: sensitive.New("https://a.example/"),
	}
	tests := []struct {
		reason   providers.Reason
		argument providers.Field
		want     providers.Path
	}{
		{providers.ArgumentRejected, providers.FieldReturnURL, "callback.return_url"},
		{providers.ArgumentRejected, providers.FieldReference, "reference"},
		{providers.ArgumentRejected, providers.FieldNone, ""},
		{providers.ArgumentRejected, providers.FieldNotifyURL, ""}, // not in the request
		{providers.PhotoUnreadable, providers.FieldNone, "comparison.photos"},
		{providers.PhotoTooLarge, providers.FieldNone, "comparison.photos"},
		{providers.NoFaceFound, providers.FieldReference, "comparison.photos"},
		{providers.MultipleFaces, providers.FieldNone, "comparison.photos"},
		{providers.PhotoLowQuality, providers.FieldNone, "comparison.photos"},
		{providers.IdentityNameInvalid, providers.FieldNone, "comparison.identity_document.name"},
		{providers.IdentityNumberInvalid, providers.FieldNone, "comparison.identity_document.number"},
		{providers.VendorCredentialsRejected, providers.FieldReference, ""},
		{providers.ComparisonAttemptsExceeded, providers.FieldReference, ""},
	}
	for _, test := range tests {
		err := &providers.Error{Reason: test.reason}
		err.Blame(all, test.argument)
		if test.want == "" {
			require.Empty(t, err.Violations, "%s %s", test.reason, test.argument)
			continue
		}
		want := []providers.Violation{{Path: test.want, Reason: test.reason, Description: "refused by the vendor"}}
		require.Equal(t, want, err.Violations, "%s %s", test.reason, test.argument)

		err.Violations = nil
		err.Blame(&providers.Request{}, test.argument)
		require.Empty(t, err.Violations, "%s %s of an empty request", test.reason, test.argument)
	}
}

// The caller is at fault for several arguments if all of them are in its request.
func TestBlameForSeveral(t *testing.T) {
	r := &providers.Request{Reference: "order-1", ReturnURL: sensitive.New("https://a.example/")}
	for _, test := range []struct {
		arguments []providers.Field
		want      int
	}{
		{[]providers.Field{providers.FieldReference, providers.FieldReturnURL}, 2},
		{[]providers.Field{providers.FieldReference, providers.FieldNone}, 0},
		{[]providers.Field{providers.FieldReference, providers.FieldSubjectID}, 0},
		{nil, 0},
	} {
		err := &providers.Error{Reason: providers.ArgumentRejected}
		err.Blame(r, test.arguments...)
		require.Len(t, err.Violations, test.want)
		require.Equal(t, test.want > 0, err.CallersFault())
	}
}

// What was not sent is no fault of the caller.
func TestBlameForWhatWasNotSent(t *testing.T) {
	photo, card := &providers.Request{Photos: photos(1)}, &providers.Request{IdentityDocument: &providers.IdentityDocument{}}
	for reason, sent := range map[providers.Reason][]*providers.Request{
		providers.PhotoUnreadable: {photo}, providers.PhotoTooLarge: {photo}, providers.NoFaceFound: {photo},
		providers.MultipleFaces: {photo}, providers.PhotoLowQuality: {photo}, providers.RequestTooLarge: {photo},
		providers.IdentityNameInvalid: {card}, providers.IdentityNumberInvalid: {card},
		providers.ComparisonAttemptsExceeded: {photo, card},
	} {
		for _, r := range []*providers.Request{{}, photo, card} {
			err := &providers.Error{Reason: reason}
			err.Blame(r)
			if slices.Contains(sent, r) {
				require.Equal(t, reason, err.Reason)
			} else {
				require.Equal(t, providers.ArgumentRejected, err.Reason, reason)
			}
			require.Equal(t, slices.Contains(sent, r), err.CallersFault(), reason)
		}
	}
}

// The one photo of a product that takes no more is named itself, and nothing else is.
func TestNameOnePhoto(t *testing.T) {
	err := &providers.Error{Reason: providers.NoFaceFound}
	err.Blame(&providers.Request{Photos: photos(1)})
	err.Refuse("reference")
	err.NameOnePhoto()
	require.Equal(t, providers.Path("comparison.photos[0]"), err.Violations[0].Path)
	require.Equal(t, providers.Path("reference"), err.Violations[1].Path)
}

// What a vendor or a library wrote is for the log alone and stays out of the text.
func TestErrorText(t *testing.T) {
	const private = "张三 11010119900307001X"
	cause := errors.New(private)
	tests := map[string]*providers.Error{
		"VENDOR_TIMEOUT": {Reason: providers.VendorTimeout, Cause: cause},
		"INTERNAL": {
			Reason: providers.Internal, Cause: cause, Ambiguous: true,
			Exchange: providers.Exchange{Text: private, Reference: private, RequestID: private, HTTPStatus: 500},
		},
		"DEADLINE_TOO_SHORT: a call needs at least 100 ms": {
			Reason: providers.DeadlineTooShort, Message: "a call needs at least 100 ms",
		},
		"ARGUMENT_REJECTED: reference at most 8 bytes: comparison.photos[1] refused by the vendor (vendor code BAD_ARGUMENTS)": {
			Reason: providers.ArgumentRejected,
			Violations: []providers.Violation{
				{Path: "reference", Description: "at most 8 bytes"},
				{Path: providers.PhotoPath(2), Description: "refused by the vendor"},
			},
			Exchange: providers.Exchange{Code: "BAD_ARGUMENTS", Text: private},
			Cause:    cause,
		},
	}
	for want, err := range tests {
		require.EqualError(t, err, want)
	}
	require.ErrorIs(t, tests["INTERNAL"], cause)
	require.NoError(t, errors.Unwrap(&providers.Error{Reason: providers.Internal}))
}

func TestBilledNames(t *testing.T) {
	require.Equal(t, "unknown", providers.Billed(0).String())
	require.Equal(t, "yes", providers.BilledYes.String())
	require.Equal(t, "no", providers.BilledNo.String())
}

func TestCodeTable(t *testing.T) {
	table := providers.CodeTable{
		{Code: "1000", Reason: providers.VendorCredentialsRejected},
		{Code: "DENIED", Reason: providers.VendorPermissionDenied},
	}
	require.Equal(t, providers.VendorPermissionDenied, table.Reason("DENIED"))
	require.Equal(t, providers.VendorErrorUnrecognized, table.Reason("denied"))
	require.Equal(t, providers.VendorErrorUnrecognized, table.Reason(""))
	require.Equal(t, providers.VendorErrorUnrecognized, providers.CodeTable(nil).Reason("1000"))
}

// Of several codes a known one comes first, then the first.
func TestPreferredCode(t *testing.T) {
	table := providers.CodeTable{{Code: "AUTH"}, {Code: "DENIED"}}
	for _, test := range []struct {
		codes []string
		want  string
	}{
		{nil, ""},
		{[]string{"", ""}, ""},
		{[]string{"", "TEAPOT", "KETTLE"}, "TEAPOT"},
		{[]string{"TEAPOT", "", "AUTH.STALE", "DENIED"}, "AUTH.STALE"},
		{[]string{"DENIED", "AUTH"}, "DENIED"},
	} {
		require.Equal(t, test.want, table.Prefer(test.codes...), test.codes)
	}
}

// A code with dots is read by its longest head that has a row, and by no other.
func TestCodeFamilies(t *testing.T) {
	table := providers.CodeTable{
		{Code: "AUTH", Reason: providers.VendorCredentialsRejected},
		{Code: "AUTH.STALE", Reason: providers.VendorSignatureExpired},
		{Code: "DENIED", Reason: providers.VendorPermissionDenied, Standing: true},
		{Code: "FAILED.DISK", Reason: providers.VendorInternalError},
	}
	for code, want := range map[string]struct {
		row    string
		reason providers.Reason
	}{
		"AUTH":            {"AUTH", providers.VendorCredentialsRejected},
		"AUTH.STALE":      {"AUTH.STALE", providers.VendorSignatureExpired},
		"AUTH.OTHER":      {"AUTH", providers.VendorCredentialsRejected},
		"AUTH.OTHER.MORE": {"AUTH", providers.VendorCredentialsRejected},
		"AUTH.STALE.MORE": {"AUTH.STALE", providers.VendorSignatureExpired},
		"AUTH.STALE.":     {"AUTH.STALE", providers.VendorSignatureExpired},
		"AUTH..STALE":     {"AUTH", providers.VendorCredentialsRejected},
		"AUTH.":           {"AUTH", providers.VendorCredentialsRejected},
		"DENIED.BY_RULE":  {"DENIED", providers.VendorPermissionDenied},
		"FAILED.DISK":     {"FAILED.DISK", providers.VendorInternalError},
		"FAILED.OTHER":    {"", providers.VendorErrorUnrecognized},
		"FAILED":          {"", providers.VendorErrorUnrecognized},
		"AUTHOR":          {"", providers.VendorErrorUnrecognized},
		".AUTH":           {"", providers.VendorErrorUnrecognized},
		"X.AUTH":          {"", providers.VendorErrorUnrecognized},
		".":               {"", providers.VendorErrorUnrecognized},
	} {
		require.Equal(t, want.row, table.Row(code), code)
		require.Equal(t, want.row != "", table.Has(code), code)
		require.Equal(t, want.reason, table.Reason(code), code)
		require.Equal(t, want.row == "DENIED", table.Standing(code), code)
	}
}
