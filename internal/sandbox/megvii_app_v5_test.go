package sandbox_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

const appV5Issued = `{"biz_token":"` + requestID + `","time_used":0,"request_id":"` + requestID + `"}`

// appV5Failed is app-v5's failed answer, with error.
func appV5Failed(message string) string {
	return `{"error":"` + message + `","request_id":"` + requestID + `","time_used":0}`
}

// signed signs a text with the demonstration secret.
func signed(format string, values ...any) string {
	raw := fmt.Sprintf(format, values...)
	mac := hmac.New(sha1.New, []byte(sandbox.DemoMegviiAPISecret))
	mac.Write([]byte(raw))
	return base64.StdEncoding.EncodeToString(append(mac.Sum(nil), raw...))
}

// signedFor signs as the documents say.
func signedFor(expire, now int64) string {
	return signed("a=%s&b=%d&c=%d&d=0123456789", sandbox.DemoMegviiAPIKey, expire, now)
}

func validAppV5() request {
	return request{path: "/faceid/v5/sdk/get_biz_token", fields: []field{
		{name: "sign", text: signedFor(serverTime+100, serverTime)},
		{name: "sign_version", text: "hmac_sha1"},
		{name: "liveness_id", text: "scene-1"},
	}}
}

func TestAppV5(t *testing.T) {
	const k = sandbox.DemoMegviiAPIKey
	const invalid, expired = "AUTHORIZATION_ERROR: INVALID_SIGN", "AUTHORIZATION_ERROR: EXPIRED_SIGN"
	good := signedFor(serverTime+100, serverTime)
	padded := signed("a=%s&b=1700000100&c=1700000000&d=0", k) // ends in "MA==": four bits unused
	sign := func(s string) []edit { return []edit{set("sign", s)} }

	runSteps(t, megvii, validAppV5(), []step{
		{"issued", nil, 200, appV5Issued},
		{"uuid of 128 bytes", []edit{set("uuid", strings.Repeat("u", 128))}, 200, appV5Issued},
		{"uuid counts bytes", []edit{set("uuid", strings.Repeat("é", 65))}, 400, appV5Failed("BAD_ARGUMENTS: uuid")},
		{"uuid not UTF-8", []edit{set("uuid", "\xff")}, 400, appV5Failed("BAD_ARGUMENTS: uuid")},
		{"no sign", []edit{drop("sign")}, 400, appV5Failed("MISSING_ARGUMENTS: sign")},
		{"no sign_version", []edit{drop("sign_version")}, 400, appV5Failed("MISSING_ARGUMENTS: sign_version")},
		{"sign_version outside its values", []edit{set("sign_version", "hmac_sha256")}, 400, appV5Failed("BAD_ARGUMENTS: sign_version")},
		{"no liveness_id", []edit{drop("liveness_id")}, 400, appV5Failed("MISSING_ARGUMENTS: liveness_id")},
		{"sign before other parameters", []edit{set("sign", "x"), drop("liveness_id")}, 403, appV5Failed(invalid)},
		{"not base64", sign("?"), 403, appV5Failed(invalid)},
		{"not padded", sign(strings.TrimRight(signed("a=%s&b=1700000100&c=1700000000&d=1", k), "=")), 403, appV5Failed(invalid)},
		{"stray bits in the padding", sign(padded[:len(padded)-3] + "B=="), 403, appV5Failed(invalid)},
		{"line break", sign(good[:76] + "\n" + good[76:]), 403, appV5Failed(invalid)},
		{"shorter than a digest", sign("AAAA"), 403, appV5Failed(invalid)},
		{"digest alone", sign(good[:28]), 403, appV5Failed(invalid)},
		{"wrong digest", sign("AAAA" + good[4:]), 403, appV5Failed(invalid)},
		{"other order", sign(signed("a=%s&c=1700000000&b=1700000100&d=1", k)), 403, appV5Failed(invalid)},
		{"random of 11 digits", sign(signed("a=%s&b=1700000100&c=1700000000&d=12345678901", k)), 403, appV5Failed(invalid)},
		{"expire not after now", sign(signedFor(serverTime+100, serverTime+100)), 403, appV5Failed(invalid)},
		{"expire beyond 64 bits", sign(signed("a=%s&b=99999999999999999999&c=1700000000&d=1", k)), 403, appV5Failed(invalid)},
		{"unknown key", sign(signed("a=other&b=1700000100&c=1700000000&d=1")), 403, appV5Failed("AUTHENTICATION_ERROR")},
		{"last second", sign(signedFor(serverTime+1, serverTime-99)), 200, appV5Issued},
		{"expired", sign(signedFor(serverTime, serverTime-100)), 403, appV5Failed(expired)},
		{"clock ahead within tolerance", sign(signedFor(serverTime+400, serverTime+300)), 200, appV5Issued},
		{"clock too far ahead", sign(signedFor(serverTime+401, serverTime+301)), 403, appV5Failed(expired)},
		{"milliseconds", sign(signedFor(1000*serverTime+100_000, 1000*serverTime)), 403, appV5Failed(expired)},
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
			server := serve(t, sandbox.NewMegvii(sandbox.Options{
				Credentials: sandbox.NewCredentials(map[string]string{v.key: v.secret}),
				Now:         func() time.Time { return at },
			}))
			r := validAppV5().edited(set("sign", v.sign))
			require.Equal(t, http.StatusOK, post(t, server, r).status)
			at = at.Add(100 * time.Second)
			stale := post(t, server, r)
			require.Equal(t, http.StatusForbidden, stale.status)
			require.Contains(t, stale.body, `"error":"AUTHORIZATION_ERROR: EXPIRED_SIGN"`)
		})
	}
}
