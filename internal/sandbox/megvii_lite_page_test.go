package sandbox_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

const litePageIssued = `{"biz_no":"order-1","expired_time":1700003600,"biz_id":"` + requestID + `","request_id":"` + requestID +
	`","time_used":0,"token":"` + token + `"}`

// validLitePage has the user type name and number of the card.
func validLitePage() request {
	return request{path: "/faceid/lite/get_token", fields: []field{
		{name: "api_key", text: sandbox.DemoMegviiAPIKey},
		{name: "api_secret", text: sandbox.DemoMegviiAPISecret},
		{name: "return_url", text: "https://shop.example/return"},
		{name: "notify_url", text: "https://shop.example:8883/notify?from=megvii"},
		{name: "biz_no", text: "order-1"},
		{name: "comparison_type", text: "1"},
		{name: "idcard_mode", text: "3"},
	}}
}

func TestLitePage(t *testing.T) {
	missing := func(key string) string { return failed("MISSING_ARGUMENTS: " + key) }
	bad := func(key string) string { return failed("BAD_ARGUMENTS:" + key) }

	runSteps(t, megvii, validLitePage(), []step{
		{"issued", nil, 200, litePageIssued},
		{"all options", []edit{
			set("action_http_method", "GET"), set("biz_extra_data", strings.Repeat("x", 4096)), set("web_title", "十个汉字一共三十字节"),
			set("scene_id", "scene-1"), set("procedure_type", "still"), set("procedure_priority", "keep"),
			set("liveness_preferences", "still_strict"), set("get_shooting_error", "1"), set("maximum_shooting_time", "60"),
			set("updateRtc", "1"), set("idcard_uneditable_field", "idcard_name,idcard_issued_by"), set("multi_oriented_detection", "1"),
			set("fmp_mode", "0"), set("encryption_type", "2"), set("language", "1"), set("get_fail_reason", "1"),
		}, 200, litePageIssued},
		{"empty options are none", []edit{set("web_title", ""), set("procedure_type", ""), set("scene_id", ""), set("language", "")}, 200, litePageIssued},
		{"unknown parameter is ignored", []edit{set("colour", "blue")}, 200, litePageIssued},
		{"no api_key", []edit{drop("api_key")}, 400, missing("api_key")},
		{"no api_secret", []edit{drop("api_secret")}, 400, missing("api_secret")},
		{"wrong api_secret", []edit{set("api_secret", "other")}, 403, failed("AUTHENTICATION_ERROR")},
		{"unknown api_key", []edit{set("api_key", "other")}, 403, failed("AUTHENTICATION_ERROR")},
		{"credentials come before parameters", []edit{set("api_key", "other"), drop("biz_no")}, 403, failed("AUTHENTICATION_ERROR")},
		{"no return_url", []edit{drop("return_url")}, 400, missing("return_url")},
		{"return_url without host", []edit{set("return_url", "https:///return")}, 400, bad("return_url")},
		{"return_url of another scheme", []edit{set("return_url", "weixin://shop.example")}, 400, bad("return_url")},
		{"no notify_url", []edit{drop("notify_url")}, 400, missing("notify_url")},
		{"notify_url relative", []edit{set("notify_url", "/notify")}, 400, bad("notify_url")},
		{"notify_url on a port that is not called", []edit{set("notify_url", "http://shop.example:8086/notify")}, 200, litePageIssued},
		{"no biz_no", []edit{drop("biz_no")}, 400, missing("biz_no")},
		{"biz_no of 128 bytes", []edit{set("biz_no", strings.Repeat("n", 128))}, 200, strings.Replace(litePageIssued, "order-1", strings.Repeat("n", 128), 1)},
		{"biz_no counts bytes", []edit{set("biz_no", strings.Repeat("流", 43))}, 400, bad("biz_no")},
		{"biz_no is echoed unchanged", []edit{set("biz_no", `a<&>"1`)}, 200, strings.Replace(litePageIssued, "order-1", `a<&>\"1`, 1)},
		{"biz_extra_data too long", []edit{set("biz_extra_data", strings.Repeat("x", 4097))}, 400, bad("biz_extra_data")},
		{"web_title of 32 bytes", []edit{set("web_title", strings.Repeat("t", 32))}, 200, litePageIssued},
		{"web_title counts bytes", []edit{set("web_title", strings.Repeat("流", 11))}, 400, bad("web_title")},
		{"get_shooting_error outside its values", []edit{set("get_shooting_error", "2")}, 400, bad("get_shooting_error")},
		{"shortest maximum_shooting_time", []edit{set("maximum_shooting_time", "10")}, 200, litePageIssued},
		{"maximum_shooting_time too short", []edit{set("maximum_shooting_time", "9")}, 400, bad("maximum_shooting_time")},
		{"maximum_shooting_time too long", []edit{set("maximum_shooting_time", "61")}, 400, bad("maximum_shooting_time")},
		{"maximum_shooting_time with a unit", []edit{set("maximum_shooting_time", "15s")}, 400, bad("maximum_shooting_time")},
		{"updateRtc outside its values", []edit{set("updateRtc", "2")}, 400, bad("updateRtc")},
		{"multi_oriented_detection outside its values", []edit{set("multi_oriented_detection", "2")}, 400, bad("multi_oriented_detection")},
		{"fmp_mode outside its values", []edit{set("fmp_mode", "2")}, 400, bad("fmp_mode")},
		{"encryption_type outside its values", []edit{set("encryption_type", "3")}, 400, bad("encryption_type")},
		{"language outside its values", []edit{set("language", "en")}, 400, bad("language")},
		{"table order", []edit{drop("comparison_type"), set("language", "en")}, 400, missing("comparison_type")},
	})
}

// What differs from one request to the next.
var changing = []struct {
	values *regexp.Regexp
	name   string
}{
	{regexp.MustCompile(`[0-9]{10},[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "ID"},
	{regexp.MustCompile(`"[0-9a-f]{32}"`), `"TOKEN"`},
	{regexp.MustCompile(`:[0-9]+`), ":NUMBER"},
}

func shapeOf(answer string) string {
	for _, each := range changing {
		answer = each.values.ReplaceAllString(answer, each.name)
	}
	return answer
}

func TestLitePageAnswersAsInTheSamples(t *testing.T) {
	vendor := sandbox.NewMegvii(sandbox.Options{})
	require.NoError(t, vendor.Rehearse("megvii.lite-page", "code=AUTHORIZATION_ERROR:Denied.", 1))
	server := serve(t, vendor)
	for _, c := range []struct {
		edit   edit
		sample string
	}{
		{set("idcard_mode", "3"), `{"error_message":"AUTHORIZATION_ERROR:Denied.","request_id":"1767323045,5b0c3f6a-0000-4000-8000-00000000b104","time_used":3}`},
		{set("biz_no", "order-7"), `{"biz_no":"order-7","expired_time":1767326645,"biz_id":"1767323045,5b0c3f6a-0000-4000-8000-00000000b101","request_id":"1767323045,5b0c3f6a-0000-4000-8000-00000000b102","time_used":66,"token":"0a1b2c3d4e5f60718293a4b5c6d7e8f9"}`},
		{add("idcard_name", "李四"), `{"error_message":"MISSING_ARGUMENTS: idcard_number","request_id":"1767323045,5b0c3f6a-0000-4000-8000-00000000b103","time_used":4}`},
	} {
		r := validLitePage().edited(c.edit)
		if strings.Contains(c.sample, "idcard_number") {
			r = r.edited(set("idcard_mode", "0"))
		}
		require.Equal(t, shapeOf(c.sample)+"\n", shapeOf(post(t, server, r).body))
	}
}

// Whether a biz_no that was used before is refused is open.
func TestLitePageBizNoMayRepeat(t *testing.T) {
	server := serve(t, sandbox.NewMegvii(sandbox.Options{}))
	first, second := post(t, server, validLitePage()), post(t, server, validLitePage())
	require.Equal(t, http.StatusOK, first.status)
	require.Equal(t, http.StatusOK, second.status)
	ids := regexp.MustCompile(`[0-9a-f-]{32,36}"`).FindAllString(first.body+second.body, -1)
	require.Len(t, ids, 6)
	for i := range ids {
		require.NotContains(t, ids[:i], ids[i], "biz_id, request_id and token are each request's own")
	}
}
