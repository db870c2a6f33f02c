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
	twice        = "stands there twice"
	wrongValue   = "has a value of the wrong type or form"
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
		"a list":              {`["SECRET"]`, "", wrongValue + " (line 1, column 1)"},
		"a text":              {`"SECRET"`, "", wrongValue + " (line 1, column 1)"},
		"null":                {`null`, "", wrongValue + " (line 1, column 1)"},
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
		"one in depth":           {"{\"comparison\": {\"idCard\": {\n\"sex\": \"SECRET\"}}}", "comparison.idCard.sex", unknownField + " (line 2, column 1)"},
		"one behind photos":      {`{"comparison": {"photos": ["AA=="], "colour": 1}}`, "comparison.colour", unknownField + " (line 1, column 37)"},
		"one that says it":       {`{"subjectId": ["unknown field SECRET"]}`, "subjectId", wrongValue + " (line 1, column 15)"},
		"one named by a value":   {`{"SECRET 张三": 1}`, "", unknownField + " (line 1, column 2)"},
		"a field in other case":  {`{"Flow": 1}`, "Flow", unknownField + " (line 1, column 2)"},
		"an extension":           {`{"[SECRET.extension]": 1}`, "", unknownField + " (line 1, column 2)"},
		"a duplicate":            {`{"flow": 1, "flow": 2}`, "flow", twice + " (line 1, column 13)"},
		"both spellings":         {`{"subject_id": "SECRET", "subjectId": "SECRET"}`, "subjectId", twice + " (line 1, column 26)"},
		"a duplicate in depth":   {`{"capture": {"language": "en", "language": "SECRET"}}`, "capture.language", twice + " (line 1, column 32)"},
		"an unknown enum":        {`{"flow": "FLOW_SECRET"}`, "flow", wrongValue + " (line 1, column 10)"},
		"an enum that says it":   {`{"flow": "unknown field SECRET"}`, "flow", wrongValue + " (line 1, column 10)"},
		"a number for a text":    {`{"subjectId": 11010519491231}`, "subjectId", wrongValue + " (line 1, column 15)"},
		"an object for a text":   {`{"subjectId": {"SECRET": 1}}`, "subjectId", wrongValue + " (line 1, column 15)"},
		"a text for an object":   {`{"comparison": "SECRET"}`, "comparison", wrongValue + " (line 1, column 16)"},
		"a text for a list":      {`{"regions": "SECRET"}`, "regions", wrongValue + " (line 1, column 13)"},
		"a text for a boolean":   {`{"comparison": {"detectRotatedFaces": "SECRET"}}`, "comparison.detectRotatedFaces", wrongValue + " (line 1, column 39)"},
		"a text for a number":    {`{"capture": {"maxUploads": "SECRET"}}`, "capture.maxUploads", wrongValue + " (line 1, column 28)"},
		"a number too large":     {`{"capture": {"maxUploads": 4294967296}}`, "capture.maxUploads", wrongValue + " (line 1, column 28)"},
		"a fraction":             {`{"capture": {"maxUploads": 2.5}}`, "capture.maxUploads", wrongValue + " (line 1, column 28)"},
		"a number in photos":     {`{"comparison": {"photos": ["AA==", 11010519491231]}}`, "comparison.photos[1]", wrongValue + " (line 1, column 36)"},
		"no base64 in photos":    {`{"comparison": {"photos": ["AA==", "SECRET*"]}}`, "comparison.photos[1]", wrongValue + " (line 1, column 36)"},
		"null in photos":         {`{"comparison": {"photos": [null]}}`, "comparison.photos[0]", wrongValue + " (line 1, column 28)"},
		"a list in photos":       {`{"comparison": {"photos": ["AA==", "AA==", ["SECRET"]]}}`, "comparison.photos[2]", wrongValue + " (line 1, column 44)"},
		"a duration of minutes":  {`{"tokenLifetime": "SECRETm"}`, "tokenLifetime", wrongValue + " (line 1, column 19)"},
		"a duration as a number": {`{"tokenLifetime": 3600}`, "tokenLifetime", wrongValue + " (line 1, column 19)"},
		"a duration too large":   {`{"tokenLifetime": "999999999999s"}`, "tokenLifetime", wrongValue + " (line 1, column 19)"},
		"behind other letters":   {`{"scenario": "张三", "flow": "SECRET"}`, "flow", wrongValue + " (line 1, column 28)"},
		"under an escaped name":  {`{"\u0066low": "SECRET"}`, "flow", wrongValue + " (line 1, column 15)"},
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
