package vendorhttp

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// every has a field of each type that adapters decode answers into.
type every struct {
	Text   Text   `json:"text"`
	Scalar Scalar `json:"scalar"`
	Inner  *struct {
		Code Scalar `json:"Code"`
		Text Text
	} `json:"inner"`
	String string `json:"string"`
	Number int64  `json:"number"`
	Flag   *bool  `json:"flag"`
	List   []Text `json:"list"`
}

// The library reads what encoding/json reads, from names in other letters to repeated fields.
func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		`{"text":"a","scalar":1}`, `{"TEXT":"a","text":1,"inner":{"code":"x","Code":null,"text":"\ud800"}}`,
		`{"string":1,"number":"a","flag":3,"list":[1,"a",null]}`, `[]`, `null`, ``, `{"number":1e400}`, "{\"string\":\"\xff\"}",
		`{"number":1.0}`, `{"inner":[]}`, `{"string":null,"number":9223372036854775808}`, ` {"list":{}} x`, `{"text":"a"`,
		"\ufeff{}", `{"text":"a",}`, `{"text":'a'}`, `{"inner":{"Text":"` + "\u2028" + `"}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var want, got every
		err := json.Unmarshal(body, &want)
		_, otherType := errors.AsType[*json.UnmarshalTypeError](err)
		decoded := (&Answer{content: body}).Decode(&got)
		require.Equal(t, err == nil || otherType, decoded, "%v", err)
		if decoded {
			require.Equal(t, want, got)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	body := []byte(`{"request_id":"1796138572,634b575b-b356-4916-bafc-27e0f2857ba8","time_used":12,"text":"586a9ed09f880ea3d1a35a8ade285eaa","scalar":"4916"}`)
	b.Run("experiment", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = (&Answer{content: body}).Decode(&every{})
		}
	})
	b.Run("encoding json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = json.Unmarshal(body, &every{})
		}
	})
}
