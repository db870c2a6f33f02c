package vendorhttp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestWithCode(t *testing.T) {
	table := providers.CodeTable{
		{Code: "1009", Reason: providers.VendorRateLimited},
		{Code: "KEY", Reason: providers.VendorCredentialsRejected},
		{Code: "LIMIT", Reason: providers.VendorQuotaExhausted},
		{Code: "LIMIT.RATE", Reason: providers.VendorRateLimited},
	}
	tests := map[string]struct {
		code   string
		reason providers.Reason
		shown  string
	}{
		"known":                          {"1009", providers.VendorRateLimited, "1009"},
		"known, though a hidden value":   {"KEY", providers.VendorCredentialsRejected, "KEY"},
		"of a family, with a row":        {"LIMIT.RATE", providers.VendorRateLimited, "LIMIT.RATE"},
		"of a family":                    {"LIMIT.OF_THE_DAY", providers.VendorQuotaExhausted, "LIMIT.OF_THE_DAY"},
		"of a family, with words":        {"LIMIT.<HTML>", providers.VendorQuotaExhausted, "LIMIT"},
		"of a family, and hidden":        {"LIMIT.BAD_KEY_AND_MORE", providers.VendorQuotaExhausted, "LIMIT"},
		"of an unknown family":           {"LIMITS.OF_THE_DAY", providers.VendorErrorUnrecognized, "LIMITS.OF_THE_DAY"},
		"unknown number":                 {"1003", providers.VendorErrorUnrecognized, "1003"},
		"unknown number, longest":        {"123456", providers.VendorErrorUnrecognized, "123456"},
		"number like a card's or a time": {"1234567", providers.VendorErrorUnrecognized, ""},
		"unknown word":                   {"TEA_POT:SHORT_2", providers.VendorErrorUnrecognized, "TEA_POT:SHORT_2"},
		"words, longest":                 {strings.Repeat("AAAA_", 12) + "AAAA", providers.VendorErrorUnrecognized, strings.Repeat("AAAA_", 12) + "AAAA"},
		"encoded, perhaps":               {strings.Repeat("A", 21), providers.VendorErrorUnrecognized, ""},
		"word, too long":                 {strings.Repeat("A", 65), providers.VendorErrorUnrecognized, ""},
		"words":                          {"系统错误", providers.VendorErrorUnrecognized, ""},
		"markup":                         {"<HTML>", providers.VendorErrorUnrecognized, ""},
		"JSON":                           {`{"CODE":7}`, providers.VendorErrorUnrecognized, ""},
		"hidden value in a code's shape": {"BAD_KEY_AND_MORE", providers.VendorErrorUnrecognized, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			failure := confidential(t).WithCode(table, test.code)
			require.Equal(t, test.reason, failure.Reason)
			require.Equal(t, test.shown, failure.Exchange.Code)
			require.False(t, failure.Ambiguous)
			require.Empty(t, failure.Violations)
		})
	}
}

// A code that is about one field names it if the caller sent it, and so does a status with such a row.
func TestCodesOfAField(t *testing.T) {
	table := providers.CodeTable{
		{Code: "USER", Reason: providers.ArgumentRejected, Field: providers.FieldSubjectID},
		{Code: "DEVICE", Reason: providers.ArgumentRejected, Field: providers.FieldDeviceID},
		{Code: "409", Reason: providers.ArgumentRejected, Field: providers.FieldSubjectID},
	}
	call := attempt()
	call.Request.SubjectID = sensitive.New("user-1")
	target := wiretest.Serve(t, answering(http.StatusConflict, "{}"))
	answer, failure := vendorhttp.Post(t.Context(), wiretest.NewTransport(t), target, call, small())
	require.Nil(t, failure)
	answer.SetStatuses(table)
	ofUser := []providers.Violation{{Path: "subject_id", Reason: providers.ArgumentRejected, Description: "refused by the vendor"}}
	for name, test := range map[string]struct {
		failure *providers.Error
		want    []providers.Violation
	}{
		"a code":               {answer.WithCode(table, "USER"), ofUser},
		"of a family":          {answer.WithCode(table, "USER.OTHER"), ofUser},
		"a status":             {answer.WithoutCode(), ofUser},
		"of what was not sent": {answer.WithCode(table, "DEVICE"), nil},
	} {
		require.Equal(t, test.want, test.failure.Violations, name)
		require.Equal(t, providers.ArgumentRejected, test.failure.Reason, name)
	}
}

// What stands behind a code that is known by its head is looked at as a code of no table is.
func TestTailsThatAreNotShown(t *testing.T) {
	table := providers.CodeTable{{Code: "LIMIT", Reason: providers.VendorQuotaExhausted}}
	for _, tail := range []string{
		"OF\x00DAY", "OF\x7fDAY", "OF\x1b[2J", "OF\r\nDAY", "OF\tDAY", "OF\u0085DAY", "OF\u200bDAY", "OF\u202eDAY", "OF\u2028DAY", "OF\ufeffDAY", "OF\xffDAY",
		"日", "\u0130", "\uff21", `OF"DAY"`, "OF'DAY", "OF`DAY", `OF\DAY`, "<B>", "OF DAY", "OF/DAY", "OF%00DAY", "of_day", "OF,DAY",
		strings.Repeat("A", 21), strings.Repeat("AAAA_", 13), "1234567", "11010119900307001X", "BAD_KEY_AND_MORE", "张三",
	} {
		for _, separator := range []string{".", ".OF.THE.", ":"} {
			failure := confidential(t).WithCode(table, "LIMIT"+separator+tail)
			require.Contains(t, []string{"LIMIT", ""}, failure.Exchange.Code, "%q", separator+tail)
		}
		answer := confidential(t)
		failure := answer.WithCode(table, "LIMIT")
		answer.ShowReason(failure, tail)
		require.Equal(t, "LIMIT", failure.Exchange.Code, "%q", tail)
	}
}

func TestWhatIsShownBehindACode(t *testing.T) {
	table := providers.CodeTable{{Code: "LIMIT", Reason: providers.VendorQuotaExhausted}}
	answer := confidential(t)
	failure := answer.WithCode(table, "LIMIT")
	answer.ShowReason(failure, "")
	vendorhttp.ShowNames(failure, nil)
	require.Equal(t, "LIMIT", failure.Exchange.Code)
	answer.ShowReason(failure, "OF_THE_DAY")
	require.Equal(t, "LIMIT:OF_THE_DAY", failure.Exchange.Code)

	failure = answer.WithCode(table, "LIMIT")
	name := strings.Repeat("n", 40)
	vendorhttp.ShowNames(failure, []string{"biz_no", name, name, name, "uuid"})
	require.Equal(t, "LIMIT:biz_no,"+name+","+name+",uuid", failure.Exchange.Code, "as far as there is room")

	answer = confidential(t)
	failure = answer.WithCode(table, "<html>")
	answer.ShowReason(failure, "OF_THE_DAY")
	vendorhttp.ShowNames(failure, []string{"biz_no"})
	require.Empty(t, failure.Exchange.Code, "behind a code that is not shown")
}

// A code of no table leaves it to the status what the answer means.
func TestUnknownCodeUnderAStatus(t *testing.T) {
	tests := map[int]struct {
		reason    providers.Reason
		ambiguous bool
	}{
		200: {providers.VendorErrorUnrecognized, false},
		302: {providers.VendorResponseInvalid, true},
		400: {providers.VendorErrorUnrecognized, false},
		404: {providers.VendorEndpointNotFound, false},
		408: {providers.VendorInternalError, false},
		429: {providers.VendorRateLimited, false},
		500: {providers.VendorInternalError, true},
		503: {providers.VendorInternalError, true},
	}
	table := providers.CodeTable{{Code: "1009", Reason: providers.VendorRateLimited}}
	for status, want := range tests {
		answer := post(t, wiretest.Serve(t, answering(status, "{}")))
		unknown := answer.WithCode(table, "SERVICE_UNAVAILABLE")
		require.Equal(t, want.reason, unknown.Reason, status)
		require.Equal(t, want.ambiguous, unknown.Ambiguous, status)
		require.Equal(t, "SERVICE_UNAVAILABLE", unknown.Exchange.Code)
		require.True(t, unknown.Exchange.UnknownCode)

		known := post(t, wiretest.Serve(t, answering(status, "{}"))).WithCode(table, "1009")
		require.Equal(t, providers.VendorRateLimited, known.Reason, status)
		require.False(t, known.Ambiguous || known.Exchange.UnknownCode, status)

		family := post(t, wiretest.Serve(t, answering(status, "{}"))).WithCode(table, "1009.OTHER")
		require.Equal(t, providers.VendorRateLimited, family.Reason, status)
		require.False(t, family.Ambiguous || family.Exchange.UnknownCode, status)
	}
}

// The caller is at fault only for what is in its request.
func TestBlame(t *testing.T) {
	table := providers.CodeTable{{Code: "NO_FACE", Reason: providers.NoFaceFound}, {Code: "NAME", Reason: providers.IdentityNameInvalid}}
	photo := &providers.Request{Photos: []sensitive.Bytes{sensitive.NewBytes([]byte("photo"))}}
	card := &providers.Request{IdentityDocument: &providers.IdentityDocument{Name: sensitive.New("张三"), Number: sensitive.New("1")}}
	for request, want := range map[*providers.Request]struct{ large, face, name bool }{
		{}:    {},
		photo: {large: true, face: true},
		card:  {name: true},
	} {
		call := providers.Call{Request: request, Now: now()}
		answer, failure := vendorhttp.Post(t.Context(), wiretest.NewTransport(t), wiretest.Serve(t, answering(http.StatusRequestEntityTooLarge, "")), call, small())
		require.Nil(t, failure)
		require.Equal(t, want.large, answer.WithoutCode().CallersFault())
		require.Equal(t, want.large, answer.WithoutCode().Reason == providers.RequestTooLarge)
		require.Equal(t, want.face, answer.WithCode(table, "NO_FACE").CallersFault())
		require.Equal(t, want.name, answer.WithCode(table, "NAME").CallersFault())
		require.Equal(t, want.large, answer.WithCode(table, "UNKNOWN").CallersFault(), "of a 413 with an unknown code")
	}
}

func TestCanonicalCode(t *testing.T) {
	for spelling, want := range map[string]string{
		"":                    "",
		" . ":                 "",
		"1009":                "1009",
		" 1009 . ":            "1009",
		"Internal_Error":      "INTERNAL_ERROR",
		"internal error.":     "INTERNAL_ERROR",
		"\tINTERNAL_ERROR\n":  "INTERNAL_ERROR",
		"\u0131nternal error": "\u0131NTERNAL_ERROR",
		"bu\u017fy":           "BU\u017fY",
	} {
		require.Equal(t, want, vendorhttp.CanonicalCode(spelling), "%q", spelling)
	}
}

func TestUsableToken(t *testing.T) {
	for token, want := range map[string]bool{
		"dstj2af751b4bff24be781d60af10bf84101": true,
		"1531397038,f0b9/+=":                   true,
		"t":                                    true,
		strings.Repeat("t", 4096):              true,
		strings.Repeat("t", 4097):              false,
		"":                                     false,
		" ":                                    false,
		"a b":                                  false,
		"a\tb":                                 false,
		"a\u00a0b":                             false,
		"a\x00b":                               false,
		"a\u200bb":                             false,
		"a\uFFFDb":                             false,
		"a\xffb":                               false,
		"tökén":                                false,
		"a<b>":                                 false,
		`a"b`:                                  false,
		"a'b":                                  false,
		"a`b":                                  false,
		`a\b`:                                  false,
		"a/b+c?d=e&f%20g~h|i:j;k@l":            true,
	} {
		require.Equal(t, want, vendorhttp.UsableToken(token), "%q", token)
	}
}

func TestUsablePage(t *testing.T) {
	for address, want := range map[string]bool{
		"https://page.example":                              true,
		"HTTPS://Page.Example:8443/p?a=b%2Fc%253A#d":        true,
		"https://a_b.page.example./p":                       true,
		"":                                                  false,
		"https://":                                          false,
		"https:///p":                                        false,
		"https://:443/p":                                    false,
		"https:page.example":                                false,
		"//page.example/p":                                  false,
		"page.example/p":                                    false,
		"http://page.example/p":                             false,
		"javascript:alert(1)":                               false,
		"https://page.example@evil.example/":                false,
		"https://@page.example/":                            false,
		"https://:a.page.example:/p":                        false,
		"https://page.example\\@evil.example/":              false,
		"https://page%2eexample/p":                          false,
		"https://p*.example/p":                              false,
		"https://..../p":                                    false,
		"https://.page.example/p":                           false,
		"https://page..example/p":                           false,
		"https://%E2%84%AA.example/p":                       false,
		"https://-/p":                                       false,
		"https://0x7f.1/p":                                  false,
		"https://2130706433/p":                              false,
		"https://page.example:99999/p":                      false,
		"https://page.example:/p":                           false,
		"https://page.example/ p":                           false,
		"https://page.example/<b>":                          false,
		"https://page.example/\x7f":                         false,
		"https://page.example/\u202e":                       false,
		"https://p\u00e4ge.example/":                        false,
		"https://page.example/" + strings.Repeat("p", 4096): false,
	} {
		require.Equal(t, want, vendorhttp.UsablePage(address), "%q", address)
	}
}
