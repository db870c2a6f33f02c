package megvii_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestLitePage(t *testing.T) {
	missing := func(key string) string { return samples.MegviiFailed("MISSING_ARGUMENTS: " + key) }
	bad := func(key string) string { return samples.MegviiFailed("BAD_ARGUMENTS:" + key) }

	requests.Run(t, samples.Megvii, samples.LitePage(), []step{
		{"issued", nil, 200, samples.LitePageIssued},
		{"all options", []requests.Edit{
			requests.Set("action_http_method", "GET"), requests.Set("biz_extra_data", strings.Repeat("x", 4096)), requests.Set("web_title", "十个汉字一共三十字节"),
			requests.Set("scene_id", "scene-1"), requests.Set("procedure_type", "still"), requests.Set("procedure_priority", "keep"),
			requests.Set("liveness_preferences", "still_strict"), requests.Set("get_shooting_error", "1"), requests.Set("maximum_shooting_time", "60"),
			requests.Set("updateRtc", "1"), requests.Set("idcard_uneditable_field", "idcard_name,idcard_issued_by"), requests.Set("multi_oriented_detection", "1"),
			requests.Set("fmp_mode", "0"), requests.Set("encryption_type", "2"), requests.Set("language", "1"), requests.Set("get_fail_reason", "1"),
		}, 200, samples.LitePageIssued},
		{"empty options are none", []requests.Edit{requests.Set("web_title", ""), requests.Set("procedure_type", ""), requests.Set("scene_id", ""), requests.Set("language", "")}, 200, samples.LitePageIssued},
		{"unknown parameter is ignored", []requests.Edit{requests.Set("colour", "blue")}, 200, samples.LitePageIssued},
		{"no api_key", []requests.Edit{requests.Drop("api_key")}, 400, missing("api_key")},
		{"no api_secret", []requests.Edit{requests.Drop("api_secret")}, 400, missing("api_secret")},
		{"wrong api_secret", []requests.Edit{requests.Set("api_secret", "other")}, 403, samples.MegviiFailed("AUTHENTICATION_ERROR")},
		{"unknown api_key", []requests.Edit{requests.Set("api_key", "other")}, 403, samples.MegviiFailed("AUTHENTICATION_ERROR")},
		{"credentials come before parameters", []requests.Edit{requests.Set("api_key", "other"), requests.Drop("biz_no")}, 403, samples.MegviiFailed("AUTHENTICATION_ERROR")},
		{"no return_url", []requests.Edit{requests.Drop("return_url")}, 400, missing("return_url")},
		{"return_url without host", []requests.Edit{requests.Set("return_url", "https:///return")}, 400, bad("return_url")},
		{"return_url of another scheme", []requests.Edit{requests.Set("return_url", "weixin://shop.example")}, 400, bad("return_url")},
		{"no notify_url", []requests.Edit{requests.Drop("notify_url")}, 400, missing("notify_url")},
		{"notify_url relative", []requests.Edit{requests.Set("notify_url", "/notify")}, 400, bad("notify_url")},
		{"notify_url on a port that is not called", []requests.Edit{requests.Set("notify_url", "http://shop.example:8086/notify")}, 200, samples.LitePageIssued},
		{"no biz_no", []requests.Edit{requests.Drop("biz_no")}, 400, missing("biz_no")},
		{"biz_no of 128 bytes", []requests.Edit{requests.Set("biz_no", strings.Repeat("n", 128))}, 200, strings.Replace(samples.LitePageIssued, "order-1", strings.Repeat("n", 128), 1)},
		{"biz_no counts bytes", []requests.Edit{requests.Set("biz_no", strings.Repeat("流", 43))}, 400, bad("biz_no")},
		{"biz_no is echoed unchanged", []requests.Edit{requests.Set("biz_no", `a<&>"1`)}, 200, strings.Replace(samples.LitePageIssued, "order-1", `a<&>\"1`, 1)},
		{"biz_extra_data too long", []requests.Edit{requests.Set("biz_extra_data", strings.Repeat("x", 4097))}, 400, bad("biz_extra_data")},
		{"web_title of 32 bytes", []requests.Edit{requests.Set("web_title", strings.Repeat("t", 32))}, 200, samples.LitePageIssued},
		{"web_title counts bytes", []requests.Edit{requests.Set("web_title", strings.Repeat("流", 11))}, 400, bad("web_title")},
		{"get_shooting_error outside its values", []requests.Edit{requests.Set("get_shooting_error", "2")}, 400, bad("get_shooting_error")},
		{"shortest maximum_shooting_time", []requests.Edit{requests.Set("maximum_shooting_time", "10")}, 200, samples.LitePageIssued},
		{"maximum_shooting_time too short", []requests.Edit{requests.Set("maximum_shooting_time", "9")}, 400, bad("maximum_shooting_time")},
		{"maximum_shooting_time too long", []requests.Edit{requests.Set("maximum_shooting_time", "61")}, 400, bad("maximum_shooting_time")},
		{"maximum_shooting_time with a unit", []requests.Edit{requests.Set("maximum_shooting_time", "15s")}, 400, bad("maximum_shooting_time")},
		{"updateRtc outside its values", []requests.Edit{requests.Set("updateRtc", "2")}, 400, bad("updateRtc")},
		{"multi_oriented_detection outside its values", []requests.Edit{requests.Set("multi_oriented_detection", "2")}, 400, bad("multi_oriented_detection")},
		{"fmp_mode outside its values", []requests.Edit{requests.Set("fmp_mode", "2")}, 400, bad("fmp_mode")},
		{"encryption_type outside its values", []requests.Edit{requests.Set("encryption_type", "3")}, 400, bad("encryption_type")},
		{"language outside its values", []requests.Edit{requests.Set("language", "en")}, 400, bad("language")},
		{"table order", []requests.Edit{requests.Drop("comparison_type"), requests.Set("language", "en")}, 400, missing("comparison_type")},
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
	server := requests.Serve(t, vendor)
	for _, c := range []struct {
		edit   requests.Edit
		sample string
	}{
		{requests.Set("idcard_mode", "3"), `{"error_message":"AUTHORIZATION_ERROR:Denied.","request_id":"1767323045,5b0c3f6a-0000-4000-8000-00000000b104","time_used":3}`},
		{requests.Set("biz_no", "order-7"), `{"biz_no":"order-7","expired_time":1767326645,"biz_id":"1767323045,5b0c3f6a-0000-4000-8000-00000000b101","request_id":"1767323045,5b0c3f6a-0000-4000-8000-00000000b102","time_used":66,"token":"0a1b2c3d4e5f60718293a4b5c6d7e8f9"}`},
		{requests.Add("idcard_name", "李四"), `{"error_message":"MISSING_ARGUMENTS: idcard_number","request_id":"1767323045,5b0c3f6a-0000-4000-8000-00000000b103","time_used":4}`},
	} {
		r := samples.LitePage().Edited(c.edit)
		if strings.Contains(c.sample, "idcard_number") {
			r = r.Edited(requests.Set("idcard_mode", "0"))
		}
		require.Equal(t, shapeOf(c.sample)+"\n", shapeOf(requests.Post(t, server, r).Body))
	}
}

// Whether a biz_no that was used before is refused is open.
func TestLitePageBizNoMayRepeat(t *testing.T) {
	server := requests.Serve(t, sandbox.NewMegvii(sandbox.Options{}))
	first, second := requests.Post(t, server, samples.LitePage()), requests.Post(t, server, samples.LitePage())
	require.Equal(t, http.StatusOK, first.Status)
	require.Equal(t, http.StatusOK, second.Status)
	ids := regexp.MustCompile(`[0-9a-f-]{32,36}"`).FindAllString(first.Body+second.Body, -1)
	require.Len(t, ids, 6)
	for i := range ids {
		require.NotContains(t, ids[:i], ids[i], "biz_id, request_id and token are each request's own")
	}
}
