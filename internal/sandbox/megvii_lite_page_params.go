package sandbox

import (
	"slices"
	"strings"
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
func litePageParams(known liteScenes) []param {
	return slices.Concat(
		[]param{
			{name: "return_url", required: true, check: webURL().or(malformed)},
			{name: "action_http_method", check: anyText()},
			{name: "notify_url", required: true, check: webURL().or(malformed)},
			{name: "biz_no", required: true, check: maxBytes(128)},
			{name: "biz_extra_data", check: maxBytes(4096)},
			{name: "web_title", check: maxBytes(32)},
			{name: "scene_id", check: text(known.has)},
		},
		procedureParams(known),
		[]param{
			{name: "get_shooting_error", check: oneOf("0", "1")},
			{name: "maximum_shooting_time", check: integer(10, 60)}, // seconds
			{name: "updateRtc", check: oneOf("0", "1")},
		},
		litePageComparison(known),
		[]param{
			{name: "multi_oriented_detection", check: oneOf("0", "1")},
			{name: "fmp_mode", check: oneOf("0", "1")},
			{name: "encryption_type", check: oneOf("0", "1", "2")},
			{name: "language", check: oneOf("0", "1")},
			{name: "get_fail_reason", check: anyText()},
		},
	)
}

// procedureParams are the rows procedure_type, procedure_priority and
// liveness_preferences.
func procedureParams(known liteScenes) []param {
	var all, lite1 []string
	var preferences []param
	for _, p := range procedures() {
		all = append(all, p.name)
		if !p.lite2 {
			lite1 = append(lite1, p.name)
		}
		preferences = append(preferences, param{
			name: "liveness_preferences", when: proceedsAs(p.name), check: oneOf("none", p.preference),
		})
	}
	return append([]param{
		{name: "procedure_type", when: known.lite2, check: oneOf(all...)},
		{name: "procedure_type", when: known.lite1, check: oneOf(lite1...)},
		{name: "procedure_priority", check: oneOf("video", "still", "keep")},
	}, preferences...)
}

func proceedsAs(name string) func(form) bool {
	return func(f form) bool {
		asked := f["procedure_type"]
		return asked.text == name || asked.empty() && name == procedures()[0].name
	}
}

// litePageComparison are the rows from comparison_type to image_ref[x].
func litePageComparison(known liteScenes) []param {
	byIDCard, byPhotos := is("comparison_type", "1"), is("comparison_type", "0")
	cardGiven := both(byIDCard, is("idcard_mode", "0"))
	return slices.Concat(
		[]param{
			{name: "comparison_type", required: true, check: oneOf("1", "0")},
			{name: "idcard_mode", required: true, when: both(byIDCard, known.lite2), check: oneOf("0", "1", "2", "3", "4")},
			{name: "idcard_mode", required: true, when: both(byIDCard, known.lite1), check: oneOf("0", "1", "2", "3")},
			{name: "idcard_name", required: true, when: cardGiven, check: maxChars(32).or(badName)},
			{name: "idcard_number", required: true, when: cardGiven, check: text(idNumber.MatchString).or(badIDNumber)},
			{name: "idcard_uneditable_field", check: text(idCardFields)},
			{name: "uuid", required: true, when: byPhotos, check: maxBytes(512)},
		},
		photos(3, false, anySide, byIDCard),
		photos(3, true, anySide, byPhotos),
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
