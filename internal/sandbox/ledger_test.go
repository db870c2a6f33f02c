package sandbox_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestLedger(t *testing.T) {
	vendor := sandbox.NewMegvii(samples.Options())
	server := requests.Serve(t, vendor)
	const seen = `{"time":"2023-11-14T22:13:20Z",`
	const ids = `"request_id":"` + samples.MegviiID + `",`
	var want []string
	for _, each := range []struct {
		request requests.Request
		entry   string
	}{
		{samples.PCWeb(), `"product":"megvii.pc-web","reference":"order-1",` + ids + `"http_status":200,"token":"` + samples.Hex + `"}`},
		{samples.PCWeb(), `"product":"megvii.pc-web","reference":"order-1",` + ids + `"http_status":400,"code":"BAD_ARGUMENTS:biz_no"}`},
		{samples.AppV5().Edited(requests.Set("uuid", "user-1")), `"product":"megvii.app-v5",` + ids + `"http_status":200,"token":"` + samples.MegviiID + `"}`},
		{samples.AppV5().Edited(requests.Set("uuid", "sandbox:status=503#user-1")), `"product":"megvii.app-v5",` + ids + `"http_status":503,"outcome":"status=503"}`},
		{samples.RandomNumber().Edited(requests.Set("biz_no", "sandbox:explode")), `"product":"megvii.random-number","reference":"sandbox:explode",` + ids + `"http_status":400,"code":"BAD_ARGUMENTS:biz_no","problem":"no outcome \"explode\""}`},
		{samples.H5Flash(t).Edited(requests.Set("biz_no", strings.Repeat("é", 1000)), requests.Drop("api_key")), `"product":"megvii.h5-flash","reference":"` + strings.Repeat("é", 64) + `",` + ids + `"http_status":400,"code":"MISSING_ARGUMENTS:api_key"}`},
		{samples.H5Flash(t).Edited(requests.File("image_ref2", make([]byte, 20_000_000))), `"product":"megvii.h5-flash",` + ids + `"http_status":413,"code":"Request Entity Too Large"}`},
		{samples.LitePage(), `"product":"megvii.lite-page","reference":"order-1",` + ids + `"http_status":200,"token":"` + samples.Hex + `"}`},
		{samples.PCWeb().Edited(requests.At("/elsewhere")), `"http_status":404,"code":"API_NOT_FOUND"}`},
	} {
		requests.Post(t, server, each.request)
		want = append(want, seen+each.entry)
		got := requests.Send(t, server, http.MethodGet, ledgerPath, "", nil)
		require.Equal(t, `{"entries":[`+strings.Join(want, ",")+`],"dropped":0}`+"\n", got.Body)
	}
	require.Len(t, vendor.Ledger(), len(want))
	require.Equal(t, "order-1", vendor.Ledger()[0].Reference)

	require.Equal(t, `{"entries":[],"dropped":0}`+"\n", requests.Send(t, server, http.MethodDelete, ledgerPath, "", nil).Body)
	require.Empty(t, vendor.Ledger())
}

func TestLedgerOfLinkface(t *testing.T) {
	vendor := sandbox.NewLinkface(samples.Options())
	server := requests.Serve(t, vendor)
	requests.Post(t, server, samples.LinkfaceApp())
	requests.Post(t, server, samples.LinkfaceApp().Edited(requests.Drop("sign")))
	entries := vendor.Ledger()
	require.Len(t, entries, 2)
	for _, e := range entries {
		require.Equal(t, "linkface.app", e.Product)
		require.Equal(t, "sequence-1", e.Reference)
		require.Equal(t, "TID"+samples.Hex, e.RequestID)
		require.Equal(t, 200, e.Status)
	}
	require.Equal(t, "dstj"+samples.Hex, entries[0].Token)
	require.Empty(t, entries[0].Code)
	require.Equal(t, "1002", entries[1].Code)
	require.Empty(t, entries[1].Token)
}

// Nothing that is secret or personal is kept.
func TestLedgerKeepsNoSecret(t *testing.T) {
	photo := requests.PNG(t, 8, 8)
	sign := samples.MegviiSign(samples.ServerTime+100, samples.ServerTime)
	vendor := sandbox.NewMegvii(samples.Options())
	server := requests.Serve(t, vendor)
	requests.Post(t, server, samples.PCWebWithIDCard().Edited(requests.Set("biz_extra_data", "extra-9173"), requests.File("image_ref1", photo)))
	requests.Post(t, server, samples.H5Flash(t).Edited(requests.Set("uuid", "user-9173"), requests.File("image_ref1", photo)))
	requests.Post(t, server, samples.AppV5().Edited(requests.Set("uuid", "user-9173"), requests.Set("sign", sign)))
	requests.Post(t, server, samples.PCWeb().Edited(requests.Set("api_secret", "secret-9173")))
	requests.Post(t, server, samples.LitePageWithIDCard().Edited(requests.Set("biz_extra_data", "extra-9173"), requests.Set("uuid", "user-9173"), requests.File("image_ref1", photo)))
	ledger := requests.Send(t, server, http.MethodGet, ledgerPath, "", nil).Body
	require.Equal(t, 5, strings.Count(ledger, `"product"`))
	for _, hidden := range []string{
		sandbox.DemoMegviiAPIKey, sandbox.DemoMegviiAPISecret, sign, "-9173", "11010519491231002X", "李四",
		"shop.example", "IHDR", base64.StdEncoding.EncodeToString(photo)[:40],
	} {
		require.NotContains(t, ledger, hidden)
	}

	other := sandbox.NewLinkface(samples.Options())
	signed := samples.LinkfaceApp()
	server = requests.Serve(t, other)
	requests.Post(t, server, signed)
	ledger = requests.Send(t, server, http.MethodGet, ledgerPath, "", nil).Body
	require.Contains(t, ledger, "linkface.app")
	for _, f := range signed.Fields {
		require.NotContains(t, ledger, f.Text, f.Name)
	}
	require.NotContains(t, ledger, sandbox.DemoLinkfaceAPIID)
}
