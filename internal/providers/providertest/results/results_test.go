package results_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/rehearsal"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/results"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// What the fuzzer's judge makes of a token "t", given the body that it comes from.
func TestEarned(t *testing.T) {
	errorFields := map[string]string{"error": "", "code": "0000"}
	tests := map[string]bool{
		`{"token":"t"}`:                                true,
		`{"data":{"token":"t"}}`:                       true,
		`{"token":"t","error":null,"code":"0000"}`:     true,
		`{"token":"t","error":false,"code":" 0000. "}`: true,
		`{"token":"t","error":" ","code":""}`:          true,
		`{"data":{"token":"t","error":"x"}}`:           true,
		`{"token":"t","error":"x"}`:                    false,
		`{"token":"t","error":"."}`:                    false,
		`{"token":"t","error":0}`:                      false,
		`{"token":"t","error":{}}`:                     false,
		`{"token":"t","code":"1008"}`:                  false,
		`{"token":"t","code":0}`:                       false,
		`{"code":"1008","token":"t","code":"0000"}`:    false,
		`{"token":"other"}`:                            false,
		`{"token":"t"}{}`:                              false,
		`{"token":"t"`:                                 false,
		`["t"]`:                                        false,
		``:                                             false,
	}
	token := &providers.Token{Value: sensitive.New("t")}
	for body, earned := range tests {
		got := rehearsal.Fails(t, func(tb testing.TB) {
			tb.Helper()
			results.RequireEarned(tb, token, jsonfields.Of([]byte(body)), errorFields)
		})
		require.Equal(t, !earned, got, body)
	}
}

func TestPresentable(t *testing.T) {
	tests := map[string]providers.Exchange{
		"code":            {Code: "NO SUCH"},
		"request id":      {RequestID: "a\r\nb"},
		"text":            {Text: "\xff"},
		"line of text":    {Text: "a\nb"},
		"bidi text":       {Text: "a\u202eb"},
		"processing time": {ProcessingTime: -time.Second},
	}
	for name, exchange := range tests {
		require.True(t, rehearsal.Fails(t, func(tb testing.TB) { tb.Helper(); results.RequirePresentable(tb, exchange) }), name)
	}
	results.RequirePresentable(t, providers.Exchange{Code: "BAD_ARGUMENTS:uuid", RequestID: "1,b.c:d-e_f", Text: "坏"})
}
