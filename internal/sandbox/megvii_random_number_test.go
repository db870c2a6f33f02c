package sandbox_test

import (
	"strings"
	"testing"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

func validRandomNumber() request {
	return request{path: "/faceid/lite/raw/get_random_number", fields: []field{
		{name: "api_key", text: sandbox.DemoMegviiAPIKey},
		{name: "api_secret", text: sandbox.DemoMegviiAPISecret},
	}}
}

func TestRandomNumber(t *testing.T) {
	issued := func(bizNo string) string {
		return `{"time_used":0,` + bizNo + `"random_number":"` + digits + `","token_random_number":"` + token +
			`","request_id":"` + requestID + `"}`
	}
	echoed := func(message, bizNo string) string {
		return strings.TrimSuffix(failed(message), "}") + `,"biz_no":"` + bizNo + `"}`
	}
	long := strings.Repeat("流", 128) // 128 characters, 384 bytes

	runSteps(t, megvii, validRandomNumber(), []step{
		{"issued", nil, 200, issued("")},
		{"biz_no is echoed unchanged", []edit{set("biz_no", `a<&>"1`)}, 200, issued(`"biz_no":"a<&>\"1",`)},
		{"biz_no counts characters", []edit{set("biz_no", long)}, 200, issued(`"biz_no":"` + long + `",`)},
		{"empty biz_no is none", []edit{set("biz_no", "")}, 200, issued("")},
		{"unknown parameter is ignored", []edit{set("colour", "blue")}, 200, issued("")},
		{"first of a repeated name counts", []edit{add("api_key", "other")}, 200, issued("")},
		{"no api_key", []edit{drop("api_key")}, 400, failed("MISSING_ARGUMENTS: api_key")},
		{"empty api_key", []edit{set("api_key", "")}, 400, failed("MISSING_ARGUMENTS: api_key")},
		{"no api_secret", []edit{drop("api_secret")}, 400, failed("MISSING_ARGUMENTS: api_secret")},
		{"api_key in the query", []edit{drop("api_key"), at("/faceid/lite/raw/get_random_number?api_key=" + sandbox.DemoMegviiAPIKey)}, 400, failed("MISSING_ARGUMENTS: api_key")},
		{"api_secret cut short", []edit{set("api_secret", sandbox.DemoMegviiAPISecret[:10])}, 403, failed("AUTHENTICATION_ERROR")},
		{"unknown api_key", []edit{set("api_key", "other")}, 403, failed("AUTHENTICATION_ERROR")},
		{"wrong api_secret", []edit{set("api_secret", "other")}, 403, failed("AUTHENTICATION_ERROR")},
		{"failure echoes biz_no", []edit{set("api_secret", "other"), set("biz_no", "order-1")}, 403, echoed("AUTHENTICATION_ERROR", "order-1")},
		{"biz_no too long", []edit{set("biz_no", long+"1")}, 400, echoed("BAD_ARGUMENTS:biz_no", long+"1")},
		{"biz_no beyond all reason", []edit{set("biz_no", strings.Repeat("1", 100_000))}, 400, failed("BAD_ARGUMENTS:biz_no")},
		{"biz_no not UTF-8", []edit{set("biz_no", "\xff")}, 400, failed("BAD_ARGUMENTS:biz_no")},
		{"biz_no as a file", []edit{file("biz_no", []byte("order-1"))}, 400, failed("BAD_ARGUMENTS:biz_no")},
		{"credentials come before parameters", []edit{set("api_key", "other"), set("biz_no", "\xff")}, 403, failed("AUTHENTICATION_ERROR")},
	})
}
