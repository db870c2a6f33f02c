package bodies_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestJSONBody(t *testing.T) {
	body := bodies.NewJSON("application/x-amz-json-1.1")
	body.AddSensitive("userId", sensitive.New("用户/1"))
	body.Add("levelName", `a "level" <of> ours & theirs`)
	body.AddValue("ttlInSecs", 300)
	body.AddValue("settings", map[string]any{"audit": []int{1, 2}})
	const want = `{"userId":"用户/1","levelName":"a \"level\" <of> ours & theirs","ttlInSecs":300,"settings":{"audit":[1,2]}}`

	var signed bytes.Buffer
	n, err := body.WriteTo(&signed)
	require.NoError(t, err)
	require.Equal(t, int64(len(want)), n)
	require.Equal(t, want, signed.String())

	sent := sentBy(t, body)
	require.Equal(t, "application/x-amz-json-1.1", sent.Header.Get("Content-Type"))
	require.Equal(t, int64(len(want)), sent.ContentLength)
	for range 2 {
		again, err := sent.GetBody()
		require.NoError(t, err)
		content, err := io.ReadAll(again)
		require.NoError(t, err)
		require.Equal(t, want, string(content))
	}
}

func TestEmptyJSONBody(t *testing.T) {
	content, err := io.ReadAll(sentBy(t, bodies.NewJSON("application/json")).Body)
	require.NoError(t, err)
	require.Equal(t, "{}", string(content))
}

// What is signed is what is sent, and it says what was added, whatever that is.
func TestJSONBodyOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, second := rapid.String().Draw(t, "first"), rapid.String().Draw(t, "second")
		body := bodies.NewJSON("application/json")
		body.Add("first", first)
		body.AddSensitive("second", sensitive.New(second))
		var signed bytes.Buffer
		_, _ = body.WriteTo(&signed)
		var got map[string]string
		require.NoError(t, json.Unmarshal(signed.Bytes(), &got))
		want := map[string]string{"first": strings.ToValidUTF8(first, "�"), "second": strings.ToValidUTF8(second, "�")}
		maps.DeleteFunc(want, func(_, value string) bool { return value == "" })
		require.Equal(t, want, got)
	})
}
