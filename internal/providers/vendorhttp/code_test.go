package vendorhttp_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

func TestWithCode(t *testing.T) {
	table := providers.CodeTable{
		{Code: "1009", Reason: providers.VendorRateLimited},
		{Code: "KEY", Reason: providers.VendorCredentialsRejected},
	}
	tests := map[string]struct {
		code   string
		reason providers.Reason
		shown  string
	}{
		"known":                          {"1009", providers.VendorRateLimited, "1009"},
		"known, though a hidden value":   {"KEY", providers.VendorCredentialsRejected, "KEY"},
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

func TestCanonicalCode(t *testing.T) {
	for spelling, want := range map[string]string{
		"":                   "",
		" . ":                "",
		"1009":               "1009",
		" 1009 . ":           "1009",
		"Internal_Error":     "INTERNAL_ERROR",
		"internal error.":    "INTERNAL_ERROR",
		"\tINTERNAL_ERROR\n": "INTERNAL_ERROR",
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
	} {
		require.Equal(t, want, vendorhttp.UsableToken(token), "%q", token)
	}
}
