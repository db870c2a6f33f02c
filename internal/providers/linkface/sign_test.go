package linkface

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const testSignSeconds = "b79b22447da38e117cc80ad5559767fe6cc2b68ef662fa8b32ec23057d14a9b1"

func TestSign(t *testing.T) {
	c := credential{sensitive.New(testID), sensitive.New(testSecret)}
	require.Equal(t, testSign, c.sign("1700000000000").Reveal())
	require.Equal(t, testSignSeconds, c.sign("1700000000").Reveal())
}

func TestTimestampUnit(t *testing.T) {
	for unit, want := range map[string][2]string{
		"":             {"1700000000000", testSign},
		"milliseconds": {"1700000000000", testSign},
		"seconds":      {"1700000000", testSignSeconds},
	} {
		v := newVendor(t, http.StatusOK, success)
		v.config.Options = map[string]string{"timestamp_unit": unit}
		_, err := v.issue(t, plain())
		require.NoError(t, err)
		require.Equal(t, part{"timestamp", want[0], ""}, v.parts[1], unit)
		require.Equal(t, part{"sign", want[1], ""}, v.parts[2], unit)
	}
	for value, allowed := range map[string]bool{"milliseconds": true, "seconds": true, "ms": false, "Seconds": false} {
		require.Equal(t, allowed, Provider().Options[0].Takes(value), value)
	}
}

// A signature is made for each call, by the vendor's clock; the token's lifetime
// counts by ours.
func TestSignatureFollowsTheVendorsClock(t *testing.T) {
	v := newVendor(t, http.StatusOK, success)
	call := plain()
	call.Now = now.Add(-3500 * time.Millisecond)
	call.ClockOffset = 3500 * time.Millisecond
	token, err := v.issue(t, call)
	require.NoError(t, err)
	require.Equal(t, part{"sign", testSign, ""}, v.parts[2])
	require.Equal(t, call.Now.Add(5*time.Minute), token.Expiry.Time)
}

func TestTimestampIsCutNotRounded(t *testing.T) {
	at := time.Unix(1700000000, 999_999_999)
	require.Equal(t, "1700000000999", (&account{}).timestamp(at))
	require.Equal(t, "1700000000", (&account{seconds: true}).timestamp(at))
}
