package vendorhttp_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

// fields is a body with a field of each kind.
type fields struct {
	Text   vendorhttp.Text
	Scalar vendorhttp.Scalar
	Data   struct{ Token vendorhttp.Text }
	Last   vendorhttp.Text
}

// A field of an undocumented type does not cost the rest of the body.
func TestTolerantFields(t *testing.T) {
	tests := map[string]struct{ value, text, scalar string }{
		"text":            {`"a"`, "a", "a"},
		"escaped text":    {`"\u4e2d\n"`, "中\n", "中\n"},
		"not UTF-8":       {"\"a\xff\"", "a\uFFFD", "a\uFFFD"},
		"empty text":      {`""`, "", ""},
		"blanks":          {`" \t"`, " \t", ""},
		"number":          {`7`, "", "7"},
		"fraction":        {`7.5e3`, "", "7.5e3"},
		"null":            {`null`, "", ""},
		"false":           {`false`, "", ""},
		"true":            {`true`, "", "true"},
		"object":          {`{"code":7}`, "", `{"code":7}`},
		"list":            {`["a"]`, "", `["a"]`},
		"text, then null": {`"a","Text":null,"Scalar":null`, "", "a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for field, want := range map[string]fields{
				"Text":   {Text: vendorhttp.Text(test.text), Last: "z"},
				"Scalar": {Scalar: vendorhttp.Scalar(test.scalar), Last: "z"},
			} {
				var got fields
				body := `{"` + field + `":` + test.value + `,"unknown":[{}],"Last":"z"}`
				require.NoError(t, json.Unmarshal([]byte(body), &got))
				require.Equal(t, want, got)
			}
		})
	}
}

func TestRepeatedScalar(t *testing.T) {
	for body, want := range map[string]vendorhttp.Scalar{
		`{"Scalar":"a","Scalar":""}`:    "a",
		`{"Scalar":"a","Scalar":" \t"}`: "a",
		`{"Scalar":"a","Scalar":null}`:  "a",
		`{"Scalar":"a","Scalar":false}`: "a",
		`{"Scalar":null,"Scalar":"a"}`:  "a",
		`{"Scalar":"a","Scalar":"b"}`:   "b",
	} {
		var got fields
		require.NoError(t, json.Unmarshal([]byte(body), &got))
		require.Equal(t, want, got.Scalar, body)
	}
}

func TestDecode(t *testing.T) {
	for body, want := range map[string]bool{
		`{"Data":{"Token":"t"},"Last":"z"}`: true,
		`{"Data":"t","Last":"z"}`:           true,
		`{"Data":[],"Last":"z"}`:            true,
		`{"Data":null,"Last":"z"}`:          true,
		`{"Data":{"Token":7},"Last":"z"}`:   true,
		`{"Data":{"Token":"t"} "Last":"z"}`: false,
		`{"Data":{"Token":"t"},"Last":"z",`: false,
	} {
		var got fields
		answer := post(t, wiretest.Serve(t, answering(http.StatusOK, body)))
		require.Equal(t, want, answer.Decode(&got), body)
		if want {
			require.Equal(t, vendorhttp.Text("z"), got.Last, body)
		}
	}
	for _, body := range []string{`[]`, `"text"`, `7`, `null`} {
		var got fields
		require.True(t, post(t, wiretest.Serve(t, answering(http.StatusOK, body))).Decode(&got), body)
		require.Equal(t, fields{}, got, body)
	}
}

func TestProcessingTime(t *testing.T) {
	for scalar, want := range map[vendorhttp.Scalar]time.Duration{
		"34": 34 * time.Millisecond, "86400000": 24 * time.Hour,
		"0": 0, "": 0, "-5": 0, "3.4": 0, "86400001": 0, "99999999999999999999": 0, "fast": 0,
	} {
		answer := post(t, wiretest.Serve(t, answering(http.StatusOK, "{}")))
		answer.SetProcessingTime(scalar)
		require.Equal(t, want, answer.Exchange().ProcessingTime, scalar)
	}
}

func TestUnixSeconds(t *testing.T) {
	for scalar, want := range map[vendorhttp.Scalar]time.Time{
		"1700000600": time.Unix(1700000600, 0), "253402300799": time.Unix(253402300799, 0),
		"0": {}, "": {}, "-1": {}, "253402300800": {}, "1700000600.5": {}, "soon": {},
	} {
		require.Equal(t, want, scalar.UnixSeconds(), scalar)
		require.Equal(t, want, (" " + scalar + "\n").UnixSeconds(), scalar)
	}
}

func TestUnixMilliseconds(t *testing.T) {
	for scalar, want := range map[vendorhttp.Scalar]time.Time{
		"1700000600001": time.UnixMilli(1700000600001), "253402300799999": time.UnixMilli(253402300799999),
		"0": {}, "": {}, "-1": {}, "253402300800000": {}, "1700000600.5": {}, "soon": {},
	} {
		require.Equal(t, want, scalar.UnixMilliseconds(), scalar)
	}
}

func TestSecondsAfter(t *testing.T) {
	start := time.Unix(1700000000, 0)
	for scalar, want := range map[vendorhttp.Scalar]time.Time{
		"600": time.Unix(1700000600, 0), "31622400": start.Add(366 * 24 * time.Hour),
		"0": {}, "": {}, "-1": {}, "31622401": {}, "600.5": {}, "soon": {},
	} {
		require.True(t, want.Equal(scalar.SecondsAfter(start)), scalar)
	}
}
