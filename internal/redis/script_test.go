package redis

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/alloctest"
)

// A command that is used again has the words of who asks now, however many.
func TestCommandsAreUsedAgain(t *testing.T) {
	client, script := &Client{prefix: "test:"}, NewScript("name", "return 1")
	for _, want := range []struct {
		keys []string
		args []any
	}{
		{[]string{"a"}, []any{"x", 1}},
		{[]string{"bc"}, []any{"y", []byte("z")}},
		{[]string{"d", "e"}, []any{"y", 2}},
		{nil, []any{"y"}},
	} {
		made := script.byHash(client, want.keys, want.args)
		words := []any{"evalsha", script.hash, len(want.keys)}
		for _, key := range want.keys {
			named := word("test:" + key)
			words = append(words, &named)
		}
		require.Equal(t, append(words, want.args...), made.Args())
		require.NoError(t, made.Err())
		script.done(client, made)
	}
}

func TestAllocations(t *testing.T) {
	client, script := &Client{prefix: "test:"}, NewScript("name", "return 1")
	keys, args := []string{"a"}, []any{"x", "y"}
	alloctest.Check(t, map[string]alloctest.Piece{
		"of a command that is used again": alloctest.AtMost(0, func() { script.done(client, script.byHash(client, keys, args)) }),
	})
}
