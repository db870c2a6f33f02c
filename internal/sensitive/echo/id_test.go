package echo_test

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sensitive/echo"
)

const secret = "tiger-lily-7781"

func inID(id, value string) bool {
	read := echo.ReadID(id)
	defer read.Release()
	return read.Repeats(value)
}

func TestIDsThatRepeatAValue(t *testing.T) {
	for _, value := range []string{secret, "11010519491231002X", "https://shop.example/return?user=4711-8152", "欧阳娜娜"} {
		for name, text := range map[string]string{
			"itself":    value,
			"capitals":  strings.ToUpper(value),
			"base64":    base64.StdEncoding.EncodeToString([]byte("a" + value + "b")),
			"base64url": base64.URLEncoding.EncodeToString([]byte("ab" + value)),
			"glued":     "k" + base64.StdEncoding.EncodeToString([]byte(value)),
			"by two":    "id" + base64.URLEncoding.EncodeToString([]byte(value)),
			"by three":  "no_" + base64.URLEncoding.EncodeToString([]byte(value)),
			"base32":    base32.StdEncoding.EncodeToString([]byte("a" + value)),
			"odd hex":   "1" + hex.EncodeToString([]byte(value)),
			"hex":       hex.EncodeToString([]byte(value)),
			"capital":   strings.ToUpper(hex.EncodeToString([]byte(value))),
			"escaped":   url.QueryEscape(value),
			"spaced":    strings.Join(strings.Split(value, ""), "-"),
			"half":      value[:len(value)/2+1],
		} {
			require.True(t, inID("of "+text+" to", value), "%s %s", value, name)
		}
	}
	require.True(t, inID("user 47118152", "https://shop.example/?user=4711-8152"))
	require.True(t, inID("id: ab12cd34", "https://shop.example/r/ab12cd34?x=1"), "a piece with a digit")
	require.True(t, inID("2518-7763", "user 2518 7763"))
	require.True(t, inID("wrong digits: 7961", "7961"), "a whole word")
	require.True(t, inID("user:LI", "li"), "a whole word")
	require.True(t, inID("7-9-6-1", "7961"), "with something between")
	require.True(t, inID("code 1697", "7961"), "backwards")
	require.True(t, inID("%37%39%36%31", "7961"), "escaped")
}

func TestIDsThatRepeatNothing(t *testing.T) {
	for text, value := range map[string]string{
		"":                            secret,
		"BAD_ARGUMENTS: return_url":   "https://shop.example/return",
		"1531397038,f1b4":             "user-153",
		"concurrency limit exceeded":  "user-1",
		"the lily of the valley 1187": secret,
		"a":                           "",
		"1796138572,634b575b-b356-4916-bafc-27e0f2857ba8": "7961",
		"2,6197a": "7961",
	} {
		require.False(t, inID(text, value), text)
	}
}

// Every answer has a request id that is looked at.
func TestIDsCostNoAllocation(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_ = inID("1531397038,f1b4f1b4-f1b4-f1b4-f1b4-f1b4f1b4f1b4", secret)
	}))
}

func BenchmarkID(b *testing.B) {
	for b.Loop() {
		_ = inID("1531397038,f1b4f1b4-f1b4-f1b4-f1b4-f1b4f1b4f1b4", "demo-megvii-secret")
	}
}
