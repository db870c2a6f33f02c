package sandbox_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

func TestLedger(t *testing.T) {
	vendor := sandbox.NewMegvii(options())
	server := serve(t, vendor)
	const seen = `{"time":"2023-11-14T22:13:20Z",`
	const ids = `"request_id":"` + requestID + `",`
	var want []string
	for _, each := range []struct {
		request request
		entry   string
	}{
		{validPCWeb(), `"product":"megvii.pc-web","reference":"order-1",` + ids + `"http_status":200,"token":"` + token + `"}`},
		{validPCWeb(), `"product":"megvii.pc-web","reference":"order-1",` + ids + `"http_status":400,"code":"BAD_ARGUMENTS:biz_no"}`},
		{validAppV5().edited(set("uuid", "user-1")), `"product":"megvii.app-v5",` + ids + `"http_status":200,"token":"` + requestID + `"}`},
		{validAppV5().edited(set("uuid", "sandbox:status=503#user-1")), `"product":"megvii.app-v5",` + ids + `"http_status":503,"outcome":"status=503"}`},
		{validRandomNumber().edited(set("biz_no", "sandbox:explode")), `"product":"megvii.random-number","reference":"sandbox:explode",` + ids + `"http_status":400,"code":"BAD_ARGUMENTS:biz_no","problem":"no outcome \"explode\""}`},
		{validH5Flash(t).edited(set("biz_no", strings.Repeat("é", 1000)), drop("api_key")), `"product":"megvii.h5-flash","reference":"` + strings.Repeat("é", 64) + `",` + ids + `"http_status":400,"code":"MISSING_ARGUMENTS:api_key"}`},
		{validH5Flash(t).edited(file("image_ref2", make([]byte, 20_000_000))), `"product":"megvii.h5-flash",` + ids + `"http_status":413,"code":"Request Entity Too Large"}`},
		{validLitePage(), `"product":"megvii.lite-page","reference":"order-1",` + ids + `"http_status":200,"token":"` + token + `"}`},
		{validPCWeb().edited(at("/elsewhere")), `"http_status":404,"code":"API_NOT_FOUND"}`},
	} {
		post(t, server, each.request)
		want = append(want, seen+each.entry)
		got := send(t, server, http.MethodGet, ledgerPath, "", nil)
		require.Equal(t, `{"entries":[`+strings.Join(want, ",")+`],"dropped":0}`+"\n", got.body)
	}
	require.Len(t, vendor.Ledger(), len(want))
	require.Equal(t, "order-1", vendor.Ledger()[0].Reference)

	require.Equal(t, `{"entries":[],"dropped":0}`+"\n", send(t, server, http.MethodDelete, ledgerPath, "", nil).body)
	require.Empty(t, vendor.Ledger())
}

func TestLedgerOfLinkface(t *testing.T) {
	vendor := sandbox.NewLinkface(options())
	server := serve(t, vendor)
	post(t, server, validLinkface())
	post(t, server, validLinkface().edited(drop("sign")))
	entries := vendor.Ledger()
	require.Len(t, entries, 2)
	for _, e := range entries {
		require.Equal(t, "linkface.app", e.Product)
		require.Equal(t, "sequence-1", e.Reference)
		require.Equal(t, "TID"+token, e.RequestID)
		require.Equal(t, 200, e.Status)
	}
	require.Equal(t, "dstj"+token, entries[0].Token)
	require.Empty(t, entries[0].Code)
	require.Equal(t, "1002", entries[1].Code)
	require.Empty(t, entries[1].Token)
}

// Nothing that is secret or personal is kept.
func TestLedgerKeepsNoSecret(t *testing.T) {
	photo := pngOf(t, 8, 8)
	sign := signedFor(serverTime+100, serverTime)
	vendor := sandbox.NewMegvii(options())
	server := serve(t, vendor)
	post(t, server, withIDCard().edited(set("biz_extra_data", "extra-9173"), file("image_ref1", photo)))
	post(t, server, validH5Flash(t).edited(set("uuid", "user-9173"), file("image_ref1", photo)))
	post(t, server, validAppV5().edited(set("uuid", "user-9173"), set("sign", sign)))
	post(t, server, validPCWeb().edited(set("api_secret", "secret-9173")))
	post(t, server, liteWithIDCard().edited(set("biz_extra_data", "extra-9173"), set("uuid", "user-9173"), file("image_ref1", photo)))
	ledger := send(t, server, http.MethodGet, ledgerPath, "", nil).body
	require.Equal(t, 5, strings.Count(ledger, `"product"`))
	for _, hidden := range []string{
		sandbox.DemoMegviiAPIKey, sandbox.DemoMegviiAPISecret, sign, "-9173", "11010519491231002X", "李四",
		"shop.example", "IHDR", base64.StdEncoding.EncodeToString(photo)[:40],
	} {
		require.NotContains(t, ledger, hidden)
	}

	other := sandbox.NewLinkface(options())
	signed := validLinkface()
	server = serve(t, other)
	post(t, server, signed)
	ledger = send(t, server, http.MethodGet, ledgerPath, "", nil).body
	require.Contains(t, ledger, "linkface.app")
	for _, f := range signed.fields {
		require.NotContains(t, ledger, f.text, f.name)
	}
	require.NotContains(t, ledger, sandbox.DemoLinkfaceAPIID)
}
