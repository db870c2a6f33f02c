package vendorhttp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

func TestReadRefusal(t *testing.T) {
	table := providers.CodeTable{
		{Code: "BAD_ARGUMENTS"},
		{Code: "INTERNAL_ERROR"},
		{Code: "NOT_FOUND"},
		{Code: "1009"},
		{Code: "EXPIRED"},
		{Code: "AUTHORIZATION_ERROR"},
		{Code: "AUTHORIZATION_ERROR:DENIED"},
		{Code: "AUTHORIZATION_ERROR:IP_NOT_ALLOWED"},
	}
	parameters := []string{"uuid", "biz_no", "image_ref1", "image_ref", "sign", "sign_version"}
	type named []string
	tests := map[string]struct {
		code   string
		known  bool
		names  named
		others bool
	}{
		"BAD_ARGUMENTS":                          {"BAD_ARGUMENTS", true, nil, false},
		" bad arguments . ":                      {"BAD_ARGUMENTS", true, nil, false},
		"Bad-Arguments":                          {"BAD_ARGUMENTS", true, nil, false},
		"BAD_ARGUMENTS:uuid":                     {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"BAD_ARGUMENTS uuid":                     {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"BAD_ARGUMENTSuuid":                      {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"BAD_ARGUMENTS_uuid":                     {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"BAD_ARGUMENTS(uuid)":                    {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"BAD_ARGUMENTS -> uuid":                  {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"BAD_ARGUMENTS：<uuid>。":                  {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"bad arguments biz no":                   {"BAD_ARGUMENTS", true, named{"biz_no"}, false},
		"BAD_ARGUMENTS: sign_version":            {"BAD_ARGUMENTS", true, named{"sign_version"}, false},
		"BAD_ARGUMENTS: image_ref1":              {"BAD_ARGUMENTS", true, named{"image_ref1"}, false},
		"BAD_ARGUMENTS: uuid, biz_no":            {"BAD_ARGUMENTS", true, named{"uuid", "biz_no"}, false},
		"BAD_ARGUMENTS: uuid、biz_no":             {"BAD_ARGUMENTS", true, named{"uuid", "biz_no"}, false},
		"BAD_ARGUMENTS: uuid和biz_no":             {"BAD_ARGUMENTS", true, named{"uuid", "biz_no"}, false},
		"BAD_ARGUMENTS: uuid biz_no":             {"BAD_ARGUMENTS", true, named{"uuid", "biz_no"}, false},
		"BAD_ARGUMENTS uuid and biz_no or uuid":  {"BAD_ARGUMENTS", true, named{"uuid", "biz_no"}, false},
		`BAD_ARGUMENTS: ["uuid","biz_no"]`:       {"BAD_ARGUMENTS", true, named{"uuid", "biz_no"}, false},
		"BAD_ARGUMENTS: uuid, shoe_size":         {"BAD_ARGUMENTS", true, named{"uuid"}, true},
		"BAD_ARGUMENTS: uuid_of_user":            {"BAD_ARGUMENTS", true, nil, true},
		"BAD_ARGUMENTS: biz_no (too long)":       {"BAD_ARGUMENTS", true, named{"biz_no"}, false},
		"BAD_ARGUMENTS:biz_no:128":               {"BAD_ARGUMENTS", true, named{"biz_no"}, false},
		"BAD_ARGUMENTS: uuid, see the manual":    {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"BAD_ARGUMENTS: see the manual, uuid":    {"BAD_ARGUMENTS", true, named{"uuid"}, true},
		"BAD_ARGUMENTS: uuid/size":               {"BAD_ARGUMENTS", true, named{"uuid"}, true},
		"BAD_ARGUMENTS: biz_no_uuid":             {"BAD_ARGUMENTS", true, nil, true},
		"BAD_ARGUMENTS: uuid is wrong":           {"BAD_ARGUMENTS", true, nil, true},
		"BAD_ARGUMENTS: 参数错误":                    {"BAD_ARGUMENTS", true, nil, true},
		"BAD_ARGUMENTS 参数错误":                     {"BAD_ARGUMENTS", true, nil, true},
		"BAD_ARGUMENTS. Please read the manual.": {"BAD_ARGUMENTS", true, nil, true},
		"BAD_ARGUMENTS_7":                        {"BAD_ARGUMENTS_7", false, nil, false},
		"INTERNAL_ERROR.DATABASE":                {"INTERNAL_ERROR.DATABASE", false, nil, false},
		"INTERNAL ERROR 7":                       {"INTERNAL_ERROR_7", false, nil, false},
		"INTERNAL_ERROR 7":                       {"INTERNAL_ERROR", true, nil, true},
		"InternalError":                          {"INTERNALERROR", false, nil, false},
		"AN INTERNAL_ERROR":                      {"AN_INTERNAL_ERROR", false, nil, false},
		"expired token":                          {"EXPIRED_TOKEN", false, nil, false},
		"10091":                                  {"10091", false, nil, false},
		"1009: too fast":                         {"1009", true, nil, true},
		"AUTHORIZATION_ERROR: Denied.":           {"AUTHORIZATION_ERROR:DENIED", true, nil, false},
		"AUTHORIZATION_ERROR(DENIED)":            {"AUTHORIZATION_ERROR:DENIED", true, nil, false},
		"AUTHORIZATION_ERROR:<DENIED>":           {"AUTHORIZATION_ERROR:DENIED", true, nil, false},
		"AUTHORIZATION_ERROR DENIED":             {"AUTHORIZATION_ERROR:DENIED", true, nil, false},
		"AUTHORIZATION_ERROR:IP_NOT_ALLOWED:1.2": {"AUTHORIZATION_ERROR:IP_NOT_ALLOWED", true, nil, true},
		"AUTHORIZATION_ERROR: Denied by admin":   {"AUTHORIZATION_ERROR", true, nil, true},
		"AUTHORIZATION_ERROR":                    {"AUTHORIZATION_ERROR", true, nil, false},
		"ERROR: BAD_ARGUMENTS: biz_no":           {"BAD_ARGUMENTS", true, named{"biz_no"}, false},
		"error:bad arguments:uuid,biz_no":        {"BAD_ARGUMENTS", true, named{"uuid", "biz_no"}, false},
		"Error code: 1009":                       {"1009", true, nil, false},
		"err - AUTHORIZATION_ERROR:<DENIED>":     {"AUTHORIZATION_ERROR:DENIED", true, nil, false},
		"错误：BAD_ARGUMENTS：uuid":                  {"错误", false, named{"uuid"}, true},
		"ERROR_MESSAGE：BAD_ARGUMENTS：uuid":       {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"Exception=BAD_ARGUMENTS(uuid)":          {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"ERROR: code=BAD_ARGUMENTS, uuid":        {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"[BAD_ARGUMENTS] uuid":                   {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		"<BAD_ARGUMENTS: uuid>":                  {"BAD_ARGUMENTS", true, named{"uuid"}, false},
		`"BAD_ARGUMENTS"`:                        {"BAD_ARGUMENTS", true, nil, false},
		"MESSAGE NOT FOUND":                      {"MESSAGE_NOT_FOUND", false, nil, false},
		"code_not_found":                         {"CODE_NOT_FOUND", false, nil, false},
		"ERROR: TEAPOT: uuid":                    {"ERROR", false, named{"uuid"}, true},
		"stream error: INTERNAL_ERROR":           {"STREAM_ERROR", false, nil, true},
		"ERROR:":                                 {"ERROR", false, nil, false},
		"TEAPOT: uuid":                           {"TEAPOT", false, named{"uuid"}, false},
		"Not Found":                              {"NOT_FOUND", true, nil, false},
		"":                                       {"", false, nil, false},
		".":                                      {"", false, nil, false},
	}
	for message, want := range tests {
		got := vendorhttp.ReadRefusal(table, parameters, message)
		require.Equal(t, want.code, got.Code, message)
		require.Equal(t, want.known, got.Known, message)
		require.Equal(t, []string(want.names), got.Parameters, message)
		require.Equal(t, want.others, got.Others, message)
	}
}

// Nothing that a vendor may write is too much.
func FuzzReadRefusal(f *testing.F) {
	table := providers.CodeTable{{Code: "BAD_ARGUMENTS"}, {Code: "AUTHORIZATION_ERROR:DENIED"}}
	parameters := []string{"uuid", "image_ref1"}
	for _, message := range []string{"BAD_ARGUMENTS: uuid", "AUTHORIZATION_ERROR：<Denied>", "BAD_ARGUMENTS和uuid", "\xff"} {
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message string) {
		got := vendorhttp.ReadRefusal(table, parameters, message)
		require.Equal(t, got.Known, table.Has(got.Code) && got.Known)
		for _, name := range got.Parameters {
			require.Contains(t, parameters, name)
		}
	})
}
