package vendorhttp_test

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// confidential returns an answer to a form with hidden values.
func confidential(t *testing.T) *vendorhttp.Answer {
	t.Helper()
	form := bodies.NewForm(countUp, 2)
	form.Add("scene", "scene-1")
	form.AddSensitive("name", sensitive.New("张三"))
	form.AddSensitive("number", sensitive.New("11010119900307001X"))
	form.AddSensitive("absent", sensitive.String{})
	form.Hide(sensitive.New("key"))
	form.Hide(sensitive.New("key and more"))
	target := wiretest.Serve(t, answering(http.StatusOK, "{}"))
	answer, failure := vendorhttp.Post(t.Context(), wiretest.NewTransport(t), target, attempt(), form)
	require.Nil(t, failure)
	return answer
}

func TestSetText(t *testing.T) {
	const limit = 256
	tests := map[string]struct{ message, want string }{
		"nothing":          {"", ""},
		"plain":            {"scene-1 is unknown", "scene-1 is unknown"},
		"hidden values":    {"张三 11010119900307001X张三", ""},
		"of just the size": {strings.Repeat("y", limit), strings.Repeat("y", limit)},
		"too long":         {strings.Repeat("y", limit+1), strings.Repeat("y", limit)},
		"a value at the cut": {
			strings.Repeat("y", limit-6) + "11010119900307001X", "",
		},
		"less of a value before the cut": {
			strings.Repeat("y", limit-5) + "11010119900307001X", strings.Repeat("y", limit-5) + "11010",
		},
		"a character at the cut":  {strings.Repeat("y", limit-1) + "错误", strings.Repeat("y", limit-1)},
		"not UTF-8":               {"a\xffb", "a\uFFFDb"},
		"controls":                {"a\r\n\x1b[2J\x7fb", "a   [2J b"},
		"bidi and invisible":      {"a\u202eb\u2028c\u200bd\ufeff", "a b c d "},
		"a value in bidi":         {"1101\u202e0119900307001X", ""},
		"an object":               {`{"name":"\u5f20\u4e09"}`, ""},
		"an object behind a mark": {"\ufeff" + `{"name":"\u5f20\u4e09"}`, ""},
		"a list":                  {`["\u5f20\u4e09"]`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			answer := confidential(t)
			answer.SetText(vendorhttp.Text(test.message))
			require.Equal(t, test.want, answer.Exchange().Text)
			require.True(t, utf8.ValidString(answer.Exchange().Text))
		})
	}
}

func TestSetRequestID(t *testing.T) {
	long := strings.Repeat("a", 128)
	tests := map[string]struct{ id, want string }{
		"documented":      {"1490024799,225715ed-9871-478c-aabb-ec19542593cf", "1490024799,225715ed-9871-478c-aabb-ec19542593cf"},
		"of all alphabet": {"aZ09-_.:,", "aZ09-_.:,"},
		"longest":         {long, long},
		"too long":        {long + "a", ""},
		"blank":           {"a b", ""},
		"line":            {"a\nb", ""},
		"control":         {"a\x7fb", ""},
		"bidi":            {"a\u202eb", ""},
		"quote":           {`a"b`, ""},
		"markup":          {"<b>", ""},
		"not ASCII":       {"编号", ""},
		"hidden value":    {"id-11010119900307001X", ""},
		"hidden key":      {"key", ""},
		"none":            {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			answer := confidential(t)
			answer.SetRequestID(vendorhttp.Text(test.id))
			require.Equal(t, test.want, answer.Exchange().RequestID)
		})
	}
}
