package trial

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

func TestCitation(t *testing.T) {
	codes := providers.CodeTable{
		{Code: "DENIED", Document: "Acme: get", Section: "Errors"}, {Code: "DENIED:IP", Document: "Acme: get", Section: "Networks"},
	}
	for code, want := range map[string]string{
		"DENIED": "DENIED: Acme: get, Errors", "DENIED:IP": "DENIED:IP: Acme: get, Networks",
		"DENIED:KEY": "DENIED: Acme: get, Errors", "GONE": "none",
	} {
		require.Equal(t, want, citation(codes, code))
	}
}

func TestEverySourceOfAnExpiryHasAWord(t *testing.T) {
	require.Len(t, expirySources, len(livenessv1.ExpirySource_name))
	for _, word := range expirySources {
		require.Contains(t, livenessv1.ExpirySource_value, "EXPIRY_SOURCE_"+word)
	}
}

// A time at which a token expires is saved as the vendor wrote it: another one would be another case.
func TestStatedTimesAreHarmless(t *testing.T) {
	r := &redactor{harmless: timesOf(time.Unix(1700000000, 0))}
	for _, stated := range []string{"1700000000", "2023-11-14T22:13:20Z"} {
		require.True(t, r.isHarmless(stated), stated)
	}
}
