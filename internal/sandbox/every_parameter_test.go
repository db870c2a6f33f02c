package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

// document is the parameter table of one document, as far as it is the same for every
// row: a text is no file, is UTF-8 and has an end; a required one is there.
type document struct {
	name     string
	handler  func() http.Handler
	valid    requests.Request
	status   int
	required []string
	optional []string
	missing  func(name string) string
	bad      func(name string) string
	notUTF8  func(name string) string
}

func documents(t *testing.T) []document {
	t.Helper()
	code := func(format string) func(string) string {
		return func(name string) string { return samples.MegviiFailed(strings.ReplaceAll(format, "<key>", name)) }
	}
	appV5 := func(format string) func(string) string {
		return func(name string) string { return samples.AppV5Failed(strings.ReplaceAll(format, "<key>", name)) }
	}
	linkfaceCode := func(code string) func(string) string {
		return func(string) string { return samples.LinkfaceFailed(code) }
	}
	spaced, tight, bad := code("MISSING_ARGUMENTS: <key>"), code("MISSING_ARGUMENTS:<key>"), code("BAD_ARGUMENTS:<key>")
	photo := requests.File("image_ref1", requests.PNG(t, 8, 8))
	return []document{
		{
			"Raw-GetRandomNumber", samples.Megvii, samples.RandomNumber(), 400,
			[]string{"api_key", "api_secret"},
			[]string{"biz_no"},
			spaced, bad, bad,
		},
		{
			"PC-GetToken", samples.Megvii, samples.PCWeb().Edited(requests.Set("comparison_type", "0"), requests.Set("uuid", "user-1"), photo), 400,
			[]string{"api_key", "api_secret", "comparison_type", "uuid", "return_url", "notify_url", "biz_no"},
			[]string{"biz_extra_data", "scene_id", "screen_replay", "multi_oriented_detection"},
			spaced, urlOr(bad), urlOr(bad),
		},
		{
			"PC-GetToken, idcard_name", samples.Megvii, samples.PCWebWithIDCard(), 400,
			[]string{"idcard_name"},
			nil,
			spaced, code("INVALID_NAME_FORMAT"), code("INVALID_NAME_FORMAT"),
		},
		{
			"PC-GetToken, idcard_number", samples.Megvii, samples.PCWebWithIDCard(), 400,
			[]string{"idcard_number"},
			nil,
			spaced, code("INVALID_IDCARD_NUMBER"), code("INVALID_IDCARD_NUMBER"),
		},
		{
			"H5-Lite GetToken", samples.Megvii, samples.LitePageWithPhotos(t), 400,
			[]string{"api_key", "api_secret", "return_url", "notify_url", "biz_no", "comparison_type", "uuid"},
			[]string{
				"action_http_method", "biz_extra_data", "web_title", "scene_id", "procedure_type", "procedure_priority",
				"liveness_preferences", "get_shooting_error", "maximum_shooting_time", "updateRtc", "idcard_uneditable_field",
				"multi_oriented_detection", "fmp_mode", "encryption_type", "language", "get_fail_reason",
			},
			spaced, bad, bad,
		},
		{
			"H5-Lite GetToken, idcard_mode", samples.Megvii, samples.LitePageWithIDCard(), 400,
			[]string{"idcard_mode"},
			nil,
			spaced, bad, bad,
		},
		{
			"H5-Lite GetToken, idcard_name", samples.Megvii, samples.LitePageWithIDCard(), 400,
			[]string{"idcard_name"},
			nil,
			spaced, code("INVALID_NAME_FORMAT"), code("INVALID_NAME_FORMAT"),
		},
		{
			"H5-Lite GetToken, idcard_number", samples.Megvii, samples.LitePageWithIDCard(), 400,
			[]string{"idcard_number"},
			nil,
			spaced, code("INVALID_IDCARD_NUMBER"), code("INVALID_IDCARD_NUMBER"),
		},
		{
			"get_biz_token", samples.Megvii, samples.AppV5(), 400,
			[]string{"sign", "sign_version", "liveness_id"},
			[]string{"uuid"},
			appV5("MISSING_ARGUMENTS: <key>"), appV5("BAD_ARGUMENTS: <key>"), appV5("BAD_ARGUMENTS: <key>"),
		},
		{
			"get_biz_token 1.0.0", samples.Megvii, samples.AppV3(t), 400,
			[]string{"sign", "sign_version", "liveness_type", "comparison_type", "uuid"},
			[]string{
				"biz_no", "liveness_timeout", "liveness_action_count", "verbose", "security_level", "force_compare", "multi_oriented_detection",
			},
			appV5("MISSING_ARGUMENTS: <key>"), appV5("BAD_ARGUMENTS: <key>"), appV5("BAD_ARGUMENTS: <key>"),
		},
		{
			"H5-Lite RAW-GetToken", samples.Megvii, samples.H5Flash(t), 400,
			[]string{"api_key", "api_secret", "comparison_type", "uuid", "max_upload_times", "life_time"},
			[]string{
				"biz_no", "color_number", "liveness_preferences", "language", "procedure_type", "multi_oriented_detection",
				"fail_when_ref_multiple_faces", "return_multifaces_tag", "face_occlusion_detection",
			},
			tight, bad, bad,
		},
		{
			"SDK get_token", samples.Linkface, samples.LinkfaceApp(), 200,
			[]string{"timestamp", "sign", "detection_type"},
			nil,
			linkfaceCode("1002"), linkfaceCode("1002"), linkfaceCode("1001"),
		},
	}
}

// urlOr is what is said of the two URLs, else of any other parameter.
func urlOr(other func(string) string) func(string) string {
	return func(name string) string {
		if strings.HasSuffix(name, "_url") {
			return samples.MegviiFailed("INVALID_ARGUMENTS: " + name)
		}
		return other(name)
	}
}

func TestEveryParameter(t *testing.T) {
	for _, d := range documents(t) {
		var steps []step
		for _, name := range d.required {
			steps = append(
				steps,
				step{name + " left out", []requests.Edit{requests.Drop(name)}, d.status, d.missing(name)},
				step{name + " empty", []requests.Edit{requests.Set(name, "")}, d.status, d.missing(name)},
			)
		}
		for _, name := range append(d.required, d.optional...) {
			steps = append(
				steps,
				step{name + " as a file", []requests.Edit{requests.File(name, []byte("1"))}, d.status, d.bad(name)},
				step{name + " not UTF-8", []requests.Edit{requests.Set(name, "\xc3\x28")}, d.status, d.notUTF8(name)},
				step{name + " without end", []requests.Edit{requests.Set(name, strings.Repeat("1", 64<<10+1))}, d.status, d.bad(name)},
			)
		}
		t.Run(d.name, func(t *testing.T) { requests.Run(t, d.handler, d.valid, steps) })
	}
}
