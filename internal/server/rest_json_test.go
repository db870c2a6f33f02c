package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	noJSON       = "is not valid JSON"
	emptyBody    = "the body is empty"
	unknownField = "is not a field of the request"
	twice        = "is there twice"
	flowNames    = "must be one of FLOW_APP_SDK, FLOW_HOSTED_PAGE, FLOW_JS_SDK, FLOW_SPOKEN_DIGITS"
	durationForm = `must be a duration such as "600s"`
)

// Every SECRET stands for a value, which no answer may quote.
func TestMalformedJSON(t *testing.T) {
	g := start(t, unreachable(t))
	for name, c := range map[string]struct {
		body  string
		field string
		says  string
	}{
		"empty":               {"", "", emptyBody + " (line 1, column 1)"},
		"blank":               {" \r\n\t", "", emptyBody + " (line 2, column 2)"},
		"a list":              {`["SECRET"]`, "", "must be an object (line 1, column 1)"},
		"a text":              {`"SECRET"`, "", "must be an object (line 1, column 1)"},
		"null":                {`null`, "", "must be an object (line 1, column 1)"},
		"no JSON":             {`flow=SECRET`, "", noJSON + " (line 1, column 1)"},
		"XML":                 {`<flow>SECRET</flow>`, "", noJSON + " (line 1, column 1)"},
		"a byte order mark":   {"\ufeff{}", "", noJSON + " (line 1, column 1)"},
		"only the beginning":  {`{"subjectId": "SECRET"`, "subjectId", noJSON + " (line 1, column 23)"},
		"a text cut off":      {`{"reference": "r", "subjectId": "SECRET`, "subjectId", noJSON + " (line 1, column 40)"},
		"no value":            {`{"flow": }`, "flow", noJSON + " (line 1, column 10)"},
		"no colon":            {`{"flow" "SECRET"}`, "flow", noJSON + " (line 1, column 9)"},
		"no comma":            {"{\"flow\": 1\n  \"subjectId\": \"SECRET\"}", "flow", noJSON + " (line 2, column 3)"},
		"a comma too many":    {`{"flow": 1, }`, "flow", noJSON + " (line 1, column 13)"},
		"single quotes":       {`{'flow': 'SECRET'}`, "", noJSON + " (line 1, column 2)"},
		"a bare word":         {`{"subjectId": SECRET}`, "subjectId", noJSON + " (line 1, column 15)"},
		"a bad escape":        {`{"subjectId": "SECRET\x"}`, "subjectId", noJSON + " (line 1, column 15)"},
		"a line break inside": {"{\"subjectId\": \"SECRET\n\"}", "subjectId", noJSON + " (line 1, column 15)"},
		"no UTF-8":            {"{\"subjectId\": \"SECRET\xff\"}", "subjectId", noJSON + " (line 1, column 15)"},
		"trailing data":       {goodBody + "SECRET", "", noJSON + " (line 1, column 25)"},
		"two bodies":          {goodBody + "\n" + goodBody, "", noJSON + " (line 2, column 1)"},

		"an unknown field":       {`{"flow": 1, "colour": "SECRET"}`, "colour", unknownField + " (line 1, column 13)"},
		"one in depth":           {"{\"comparison\": {\"identityDocument\": {\n\"sex\": \"SECRET\"}}}", "comparison.identityDocument.sex", unknownField + " (line 2, column 1)"},
		"one behind photos":      {`{"comparison": {"photos": [{"content": "AA=="}], "colour": 1}}`, "comparison.colour", unknownField + " (line 1, column 50)"},
		"one that says it":       {`{"subjectId": ["unknown field SECRET"]}`, "subjectId", "must be text (line 1, column 15)"},
		"one named by a value":   {`{"SECRET 张三": 1}`, "", unknownField + " (line 1, column 2)"},
		"a field in other case":  {`{"Flow": 1}`, "Flow", unknownField + " (line 1, column 2)"},
		"an extension":           {`{"[SECRET.extension]": 1}`, "", unknownField + " (line 1, column 2)"},
		"a duplicate":            {`{"flow": 1, "flow": 2}`, "flow", twice + " (line 1, column 13)"},
		"both spellings":         {`{"subject_id": "SECRET", "subjectId": "SECRET"}`, "subjectId", twice + " (line 1, column 26)"},
		"a duplicate in depth":   {`{"capture": {"language": "en", "language": "SECRET"}}`, "capture.language", twice + " (line 1, column 32)"},
		"an unknown enum":        {`{"flow": "FLOW_SECRET"}`, "flow", flowNames + " (line 1, column 10)"},
		"an enum that says it":   {`{"flow": "unknown field SECRET"}`, "flow", flowNames + " (line 1, column 10)"},
		"a number for a text":    {`{"subjectId": 11010519491231}`, "subjectId", "must be text (line 1, column 15)"},
		"an object for a text":   {`{"subjectId": {"SECRET": 1}}`, "subjectId", "must be text (line 1, column 15)"},
		"a text for an object":   {`{"comparison": "SECRET"}`, "comparison", "must be an object (line 1, column 16)"},
		"a text for a list":      {`{"regions": "SECRET"}`, "regions", "must be a list (line 1, column 13)"},
		"a text for a boolean":   {`{"comparison": {"detectRotatedFaces": "SECRET"}}`, "comparison.detectRotatedFaces", "must be true or false (line 1, column 39)"},
		"a text for a number":    {`{"capture": {"maxUploads": "SECRET"}}`, "capture.maxUploads", "must be a whole number (line 1, column 28)"},
		"a number too large":     {`{"capture": {"maxUploads": 4294967296}}`, "capture.maxUploads", "must be a whole number (line 1, column 28)"},
		"a fraction":             {`{"capture": {"maxUploads": 2.5}}`, "capture.maxUploads", "must be a whole number (line 1, column 28)"},
		"a number in photos":     {`{"comparison": {"photos": [{"content": "AA=="}, 11010519491231]}}`, "comparison.photos[1]", "must be an object (line 1, column 49)"},
		"no base64 in photos":    {`{"comparison": {"photos": [{"content": "AA=="}, {"content": "SECRET*"}]}}`, "comparison.photos[1].content", "must be text in base64 (line 1, column 61)"},
		"a text in photos":       {`{"comparison": {"photos": ["SECRET"]}}`, "comparison.photos[0]", "must be an object (line 1, column 28)"},
		"an unknown detection":   {`{"detection": "SECRET"}`, "detection", "must be one of DETECTION_ID_CARD_OCR, DETECTION_BANK_CARD_OCR (line 1, column 15)"},
		"null in photos":         {`{"comparison": {"photos": [null]}}`, "comparison.photos[0]", "must be an object (line 1, column 28)"},
		"a list in photos":       {`{"comparison": {"photos": [{}, {}, ["SECRET"]]}}`, "comparison.photos[2]", "must be an object (line 1, column 36)"},
		"a duration of minutes":  {`{"tokenLifetime": "SECRETm"}`, "tokenLifetime", durationForm + " (line 1, column 19)"},
		"a duration as a number": {`{"tokenLifetime": 3600}`, "tokenLifetime", durationForm + " (line 1, column 19)"},
		"a duration too large":   {`{"tokenLifetime": "999999999999s"}`, "tokenLifetime", durationForm + " (line 1, column 19)"},
		"behind other letters":   {`{"scenario": "张三", "flow": "SECRET"}`, "flow", flowNames + " (line 1, column 28)"},
		"under an escaped name":  {`{"\u0066low": "SECRET"}`, "flow", flowNames + " (line 1, column 15)"},
	} {
		t.Run(name, func(t *testing.T) {
			r := g.post(t, c.body)
			d := requireFailure(t, r)
			require.Equal(t, http.StatusBadRequest, r.httpStatus)
			require.Equal(t, "INVALID_REQUEST", d.info.GetReason())
			require.Equal(t, []string{c.field}, d.fields())
			require.Equal(t, c.says+"\n", d.descriptions())
			for _, value := range []string{"SECRET", "张三", "11010519491231", "4294967296", "999999999999"} {
				require.NotContains(t, r.body, value)
			}
			requireAnswerHeaders(t, r)
			require.Equal(t, 400, (<-g.calls).HTTPStatus)
		})
	}
}

func TestDeepNesting(t *testing.T) {
	const depth = 1 << 20
	g := start(t, unreachable(t))
	for name, body := range map[string]string{
		"lists":              strings.Repeat("[", depth),
		"objects":            strings.Repeat(`{"a":`, depth),
		"below a known name": `{"comparison": {"photos": ` + strings.Repeat("[", depth),
		"behind a value":     `{"regions": ["` + strings.Repeat("[", depth) + `", 1]}`,
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, http.StatusBadRequest, g.post(t, body).httpStatus)
		})
	}
}
