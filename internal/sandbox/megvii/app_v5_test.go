package megvii_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestAppV5(t *testing.T) {
	const k = sandbox.DemoMegviiAPIKey
	const invalid, expired = "AUTHORIZATION_ERROR: INVALID_SIGN", "AUTHORIZATION_ERROR: EXPIRED_SIGN"
	good := samples.MegviiSign(samples.ServerTime+100, samples.ServerTime)
	padded := samples.MegviiSigned("a=%s&b=1700000100&c=1700000000&d=0", k) // ends in "MA==": four bits unused
	sign := func(s string) []requests.Edit { return []requests.Edit{requests.Set("sign", s)} }

	requests.Run(t, samples.Megvii, samples.AppV5(), []step{
		{"issued", nil, 200, samples.AppV5Issued},
		{"uuid of 128 bytes", []requests.Edit{requests.Set("uuid", strings.Repeat("u", 128))}, 200, samples.AppV5Issued},
		{"uuid counts bytes", []requests.Edit{requests.Set("uuid", strings.Repeat("é", 65))}, 400, samples.AppV5Failed("BAD_ARGUMENTS: uuid")},
		{"uuid not UTF-8", []requests.Edit{requests.Set("uuid", "\xff")}, 400, samples.AppV5Failed("BAD_ARGUMENTS: uuid")},
		{"no sign", []requests.Edit{requests.Drop("sign")}, 400, samples.AppV5Failed("MISSING_ARGUMENTS: sign")},
		{"no sign_version", []requests.Edit{requests.Drop("sign_version")}, 400, samples.AppV5Failed("MISSING_ARGUMENTS: sign_version")},
		{"sign_version outside its values", []requests.Edit{requests.Set("sign_version", "hmac_sha256")}, 400, samples.AppV5Failed("BAD_ARGUMENTS: sign_version")},
		{"no liveness_id", []requests.Edit{requests.Drop("liveness_id")}, 400, samples.AppV5Failed("MISSING_ARGUMENTS: liveness_id")},
		{"sign before other parameters", []requests.Edit{requests.Set("sign", "x"), requests.Drop("liveness_id")}, 403, samples.AppV5Failed(invalid)},
		{"not base64", sign("?"), 403, samples.AppV5Failed(invalid)},
		{"not padded", sign(strings.TrimRight(samples.MegviiSigned("a=%s&b=1700000100&c=1700000000&d=1", k), "=")), 403, samples.AppV5Failed(invalid)},
		{"stray bits in the padding", sign(padded[:len(padded)-3] + "B=="), 403, samples.AppV5Failed(invalid)},
		{"line break", sign(good[:76] + "\n" + good[76:]), 403, samples.AppV5Failed(invalid)},
		{"shorter than a digest", sign("AAAA"), 403, samples.AppV5Failed(invalid)},
		{"digest alone", sign(good[:28]), 403, samples.AppV5Failed(invalid)},
		{"wrong digest", sign("AAAA" + good[4:]), 403, samples.AppV5Failed(invalid)},
		{"other order", sign(samples.MegviiSigned("a=%s&c=1700000000&b=1700000100&d=1", k)), 403, samples.AppV5Failed(invalid)},
		{"random of 11 digits", sign(samples.MegviiSigned("a=%s&b=1700000100&c=1700000000&d=12345678901", k)), 403, samples.AppV5Failed(invalid)},
		{"expire not after now", sign(samples.MegviiSign(samples.ServerTime+100, samples.ServerTime+100)), 403, samples.AppV5Failed(invalid)},
		{"expire beyond 64 bits", sign(samples.MegviiSigned("a=%s&b=99999999999999999999&c=1700000000&d=1", k)), 403, samples.AppV5Failed(invalid)},
		{"unknown key", sign(samples.MegviiSigned("a=other&b=1700000100&c=1700000000&d=1")), 403, samples.AppV5Failed("AUTHENTICATION_ERROR")},
		{"last second", sign(samples.MegviiSign(samples.ServerTime+1, samples.ServerTime-99)), 200, samples.AppV5Issued},
		{"expired", sign(samples.MegviiSign(samples.ServerTime, samples.ServerTime-100)), 403, samples.AppV5Failed(expired)},
		{"clock ahead within tolerance", sign(samples.MegviiSign(samples.ServerTime+400, samples.ServerTime+300)), 200, samples.AppV5Issued},
		{"clock too far ahead", sign(samples.MegviiSign(samples.ServerTime+401, samples.ServerTime+301)), 403, samples.AppV5Failed(expired)},
		{"milliseconds", sign(samples.MegviiSign(1000*samples.ServerTime+100_000, 1000*samples.ServerTime)), 403, samples.AppV5Failed(expired)},
	})
}

func TestAppV5SignatureVectors(t *testing.T) {
	for _, v := range []struct {
		name, key, secret string
		now               int64
		sign              string
	}{
		{
			"the vendor's sample", "ICVvC_xUs6177WEtyUNwIH8J6NfGu50t", "UjYGdN9CBZKsDBLB5-5v3DykPXY6dw3q", 1530762118,
			"SPzLRbDBgTGC2A8YdDaa7Jrny+5hPUlDVnZDX3hVczYxNzdXRXR5VU53SUg4SjZOZkd1NTB0JmI9MTUzMDc2MjIxOCZjPTE1MzA3NjIxMTgmZD0wNzk5Njg3MDY2",
		},
		{
			"invented", "test_api_key", "test_api_secret", 1700000000,
			"/uunz0L3/4DQXzN1cJBeYFaDkChhPXRlc3RfYXBpX2tleSZiPTE3MDAwMDAxMDAmYz0xNzAwMDAwMDAwJmQ9MTIzNDU2Nzg5MA==",
		},
	} {
		t.Run(v.name, func(t *testing.T) {
			at := time.Unix(v.now, 0)
			server := requests.Serve(t, sandbox.NewMegvii(sandbox.Options{
				Credentials: sandbox.NewCredentials(map[string]string{v.key: v.secret}),
				Now:         func() time.Time { return at },
			}))
			r := samples.AppV5().Edited(requests.Set("sign", v.sign))
			require.Equal(t, http.StatusOK, requests.Post(t, server, r).Status)
			at = at.Add(100 * time.Second)
			stale := requests.Post(t, server, r)
			require.Equal(t, http.StatusForbidden, stale.Status)
			require.Contains(t, stale.Body, `"error":"AUTHORIZATION_ERROR: EXPIRED_SIGN"`)
		})
	}
}
