package sandbox

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRecentForgetsTheOldest(t *testing.T) {
	r := newRecent(2)
	require.True(t, r.add("a"))
	require.True(t, r.add("b"))
	require.False(t, r.add("a"))
	require.True(t, r.add("c"), "takes the place of a")
	require.False(t, r.add("b"))
	require.True(t, r.add("a"), "takes the place of b")
	require.True(t, r.add("b"))
	require.Len(t, r.seen, 2)
}
