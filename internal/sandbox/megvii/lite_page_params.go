package megvii

import (
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
)

// procedure is a value of procedure_type.
type procedure struct {
	name       string
	preference string // the value of liveness_preferences that goes with it alone, if any
	lite2      bool   // wants a scene of lite 2.0
}

// procedures are those of both pages about H5-Lite GetToken, the basic and the advanced
// one; the first is the default.
func procedures() []procedure {
	return []procedure{
		{"video", "video_strict", false},
		{"selfie", "selfie_no_metadata_check", false},
		{"still", "still_strict", true},
		{"flash", "", true},
		{"meglive_flash", "", false},
		{"will", "", false},
	}
}

// litePageParams is H5-Lite GetToken, its parameters.
func litePageParams(known liteScenes) []params.Row {
	return slices.Concat(
		[]params.Row{
			{Name: "return_url", Required: true, Check: params.WebURL().Or(params.Malformed)},
			{Name: "action_http_method", Check: params.AnyText()},
			{Name: "notify_url", Required: true, Check: params.WebURL().Or(params.Malformed)},
			{Name: "biz_no", Required: true, Check: params.MaxBytes(128)},
			{Name: "biz_extra_data", Check: params.MaxBytes(4096)},
			{Name: "web_title", Check: params.MaxBytes(32)},
			{Name: "scene_id", Check: params.Text(known.has)},
		},
		procedureParams(known),
		[]params.Row{
			{Name: "get_shooting_error", Check: params.OneOf("0", "1")},
			{Name: "maximum_shooting_time", Check: params.Integer(10, 60)}, // seconds
			{Name: "updateRtc", Check: params.OneOf("0", "1")},
		},
		litePageComparison(known),
		[]params.Row{
			{Name: "multi_oriented_detection", Check: params.OneOf("0", "1")},
			{Name: "fmp_mode", Check: params.OneOf("0", "1")},
			{Name: "encryption_type", Check: params.OneOf("0", "1", "2")},
			{Name: "language", Check: params.OneOf("0", "1")},
			{Name: "get_fail_reason", Check: params.AnyText()},
		},
	)
}

// procedureParams are the rows procedure_type, procedure_priority and
// liveness_preferences.
func procedureParams(known liteScenes) []params.Row {
	var all, lite1 []string
	var preferences []params.Row
	for _, p := range procedures() {
		all = append(all, p.name)
		if !p.lite2 {
			lite1 = append(lite1, p.name)
		}
		preferences = append(preferences, params.Row{
			Name: "liveness_preferences", When: proceedsAs(p.name), Check: params.OneOf("none", p.preference),
		})
	}
	return append([]params.Row{
		{Name: "procedure_type", When: known.lite2, Check: params.OneOf(all...)},
		{Name: "procedure_type", When: known.lite1, Check: params.OneOf(lite1...)},
		{Name: "procedure_priority", Check: params.OneOf("video", "still", "keep")},
	}, preferences...)
}

func proceedsAs(name string) func(params.Values) bool {
	return func(f params.Values) bool {
		asked := f["procedure_type"]
		return asked.Text == name || asked.Empty() && name == procedures()[0].name
	}
}

// litePageComparison are the rows from comparison_type to image_ref[x].
func litePageComparison(known liteScenes) []params.Row {
	byIDCard, byPhotos := params.Is("comparison_type", "1"), params.Is("comparison_type", "0")
	cardGiven := params.Both(byIDCard, params.Is("idcard_mode", "0"))
	return slices.Concat(
		[]params.Row{
			{Name: "comparison_type", Required: true, Check: params.OneOf("1", "0")},
			{Name: "idcard_mode", Required: true, When: params.Both(byIDCard, known.lite2), Check: params.OneOf("0", "1", "2", "3", "4")},
			{Name: "idcard_mode", Required: true, When: params.Both(byIDCard, known.lite1), Check: params.OneOf("0", "1", "2", "3")},
			{Name: "idcard_name", Required: true, When: cardGiven, Check: params.MaxChars(32).Or(badName)},
			{Name: "idcard_number", Required: true, When: cardGiven, Check: params.Matching(idNumber).Or(badIDNumber)},
			{Name: "idcard_uneditable_field", Check: params.Text(idCardFields)},
			{Name: "uuid", Required: true, When: byPhotos, Check: params.MaxBytes(512)},
		},
		photos(3, false, params.AnySide, byIDCard),
		photos(3, true, params.AnySide, byPhotos),
	)
}

// idCardFields reports whether a text is a list of the fields that a user can be kept
// from editing.
func idCardFields(list string) bool {
	fields := []string{"idcard_name", "idcard_number", "idcard_valid_date", "idcard_issued_by"}
	for field := range strings.SplitSeq(list, ",") {
		if !slices.Contains(fields, field) {
			return false
		}
	}
	return true
}
