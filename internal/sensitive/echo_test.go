package sensitive_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestEchoes(t *testing.T) {
	for _, value := range []string{secret, "11010519491231002X", "https://shop.example/return?user=4711-8152", "欧阳娜娜"} {
		for name, text := range map[string]string{
			"itself":    value,
			"capitals":  strings.ToUpper(value),
			"base64":    base64.StdEncoding.EncodeToString([]byte("a" + value + "b")),
			"base64url": base64.URLEncoding.EncodeToString([]byte("ab" + value)),
			"hex":       hex.EncodeToString([]byte(value)),
			"capital":   strings.ToUpper(hex.EncodeToString([]byte(value))),
			"escaped":   url.QueryEscape(value),
			"spaced":    strings.Join(strings.Split(value, ""), "-"),
			"half":      value[:len(value)/2+1],
		} {
			require.True(t, sensitive.Echoes("of "+text+" to", value), "%s %s", value, name)
		}
	}
	require.True(t, sensitive.Echoes("user 47118152", "https://shop.example/?user=4711-8152"))
	require.True(t, sensitive.Echoes("id: ab12cd34", "https://shop.example/r/ab12cd34?x=1"), "a piece with a digit")
	require.True(t, sensitive.Echoes("2518-7763", "user 2518 7763"))
}

func TestEchoesNoChance(t *testing.T) {
	for text, value := range map[string]string{
		"":                            secret,
		"BAD_ARGUMENTS: return_url":   "https://shop.example/return",
		"1531397038,f1b4":             "user-153",
		"concurrency limit exceeded":  "user-1",
		"the lily of the valley 1187": secret,
		"a":                           "",
	} {
		require.False(t, sensitive.Echoes(text, value), text)
	}
}

// Every answer has a request id that is looked at.
func TestEchoesAllocatesNothing(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_ = sensitive.Echoes("1531397038,f1b4f1b4-f1b4-f1b4-f1b4-f1b4f1b4f1b4", secret)
	}))
}

func BenchmarkEchoes(b *testing.B) {
	for b.Loop() {
		_ = sensitive.Echoes("1531397038,f1b4f1b4-f1b4-f1b4-f1b4-f1b4f1b4f1b4", "demo-megvii-secret")
	}
}
