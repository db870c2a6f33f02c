package megvii

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestSign(t *testing.T) {
	tests := map[string]struct {
		key, secret string
		expire, now int64
		random      string
		want        string
	}{
		"the vendor's sample": {
			key: "ICVvC_xUs6177WEtyUNwIH8J6NfGu50t", secret: "UjYGdN9CBZKsDBLB5-5v3DykPXY6dw3q",
			expire: 1530762218, now: 1530762118, random: "0799687066",
			want: "SPzLRbDBgTGC2A8YdDaa7Jrny+5hPUlDVnZDX3hVczYxNzdXRXR5VU53SUg4SjZOZkd1NTB0JmI9MTUzMDc2MjIxOCZjPTE1MzA3NjIxMTgmZD0wNzk5Njg3MDY2",
		},
		"invented": {
			key: "test_api_key", secret: "test_api_secret",
			expire: 1700000100, now: 1700000000, random: "1234567890",
			want: "/uunz0L3/4DQXzN1cJBeYFaDkChhPXRlc3RfYXBpX2tleSZiPTE3MDAwMDAxMDAmYz0xNzAwMDAwMDAwJmQ9MTIzNDU2Nzg5MA==",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := credential{sensitive.New(test.key), sensitive.New(test.secret)}
			got := c.sign(time.Unix(test.now, 0), time.Unix(test.expire, 0), test.random)
			require.Equal(t, test.want, got.Reveal())
		})
	}
}

func TestNonceIsTenDigits(t *testing.T) {
	random := byte(0)
	a := &account{AccountConfig: providers.AccountConfig{Random: func(p []byte) {
		for i := range p {
			p[i] = random
		}
	}}}
	require.Equal(t, "0000000000", a.nonce())
	random = 0xff
	require.Equal(t, "3709551615", a.nonce())
}

// A signature is made for each call, by the vendor's clock.
func TestSignatureOfACall(t *testing.T) {
	v := newVendor(t, 200, `{"biz_token":"t"}`)
	target := v.open("/faceid").NewTarget(appV5.ID, parametersFor(appV5.ID))
	for offset, want := range map[time.Duration]string{
		0:               "a=test_api_key&b=1700000300&c=1700000000&d=" + testNonce,
		-20 * time.Hour: "a=test_api_key&b=1699928300&c=1699928000&d=" + testNonce,
	} {
		_, err := target.Issue(t.Context(), providers.Call{Request: &providers.Request{}, Credential: 1, Now: now, ClockOffset: offset})
		require.NoError(t, err)
		signature, err := base64.StdEncoding.DecodeString(v.parts[0].Value)
		require.NoError(t, err)
		require.Equal(t, want, string(signature[20:]))
		require.NotContains(t, v.parts[0].Value, "\n")
	}
}
