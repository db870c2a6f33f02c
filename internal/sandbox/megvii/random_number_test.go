package megvii_test

import (
	"strings"
	"testing"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestRandomNumber(t *testing.T) {
	issued := func(bizNo string) string {
		return `{"time_used":0,` + bizNo + `"random_number":"` + samples.MegviiDigits + `","token_random_number":"` + samples.Hex +
			`","request_id":"` + samples.MegviiID + `"}`
	}
	echoed := func(message, bizNo string) string {
		return strings.TrimSuffix(samples.MegviiFailed(message), "}") + `,"biz_no":"` + bizNo + `"}`
	}
	long := strings.Repeat("流", 128) // 128 characters, 384 bytes

	requests.Run(t, samples.Megvii, samples.RandomNumber(), []step{
		{"issued", nil, 200, issued("")},
		{"biz_no is echoed unchanged", []requests.Edit{requests.Set("biz_no", `a<&>"1`)}, 200, issued(`"biz_no":"a<&>\"1",`)},
		{"biz_no counts characters", []requests.Edit{requests.Set("biz_no", long)}, 200, issued(`"biz_no":"` + long + `",`)},
		{"empty biz_no is none", []requests.Edit{requests.Set("biz_no", "")}, 200, issued("")},
		{"unknown parameter is ignored", []requests.Edit{requests.Set("colour", "blue")}, 200, issued("")},
		{"first of a repeated name counts", []requests.Edit{requests.Add("api_key", "other")}, 200, issued("")},
		{"no api_key", []requests.Edit{requests.Drop("api_key")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: api_key")},
		{"empty api_key", []requests.Edit{requests.Set("api_key", "")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: api_key")},
		{"no api_secret", []requests.Edit{requests.Drop("api_secret")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: api_secret")},
		{"api_key in the query", []requests.Edit{requests.Drop("api_key"), requests.At("/faceid/lite/raw/get_random_number?api_key=" + sandbox.DemoMegviiAPIKey)}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: api_key")},
		{"api_secret cut short", []requests.Edit{requests.Set("api_secret", sandbox.DemoMegviiAPISecret[:10])}, 403, samples.MegviiFailed("AUTHENTICATION_ERROR")},
		{"unknown api_key", []requests.Edit{requests.Set("api_key", "other")}, 403, samples.MegviiFailed("AUTHENTICATION_ERROR")},
		{"wrong api_secret", []requests.Edit{requests.Set("api_secret", "other")}, 403, samples.MegviiFailed("AUTHENTICATION_ERROR")},
		{"failure echoes biz_no", []requests.Edit{requests.Set("api_secret", "other"), requests.Set("biz_no", "order-1")}, 403, echoed("AUTHENTICATION_ERROR", "order-1")},
		{"biz_no too long", []requests.Edit{requests.Set("biz_no", long+"1")}, 400, echoed("BAD_ARGUMENTS:biz_no", long+"1")},
		{"biz_no beyond all reason", []requests.Edit{requests.Set("biz_no", strings.Repeat("1", 100_000))}, 400, samples.MegviiFailed("BAD_ARGUMENTS:biz_no")},
		{"biz_no not UTF-8", []requests.Edit{requests.Set("biz_no", "\xff")}, 400, samples.MegviiFailed("BAD_ARGUMENTS:biz_no")},
		{"biz_no as a file", []requests.Edit{requests.File("biz_no", []byte("order-1"))}, 400, samples.MegviiFailed("BAD_ARGUMENTS:biz_no")},
		{"credentials come before parameters", []requests.Edit{requests.Set("api_key", "other"), requests.Set("biz_no", "\xff")}, 403, samples.MegviiFailed("AUTHENTICATION_ERROR")},
	})
}
