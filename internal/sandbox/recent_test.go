package sandbox

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRecentForgetsTheOldest(t *testing.T) {
	r := newRecent[struct{}](2)
	require.True(t, r.add("a", struct{}{}))
	require.True(t, r.add("b", struct{}{}))
	require.False(t, r.add("a", struct{}{}))
	require.True(t, r.add("c", struct{}{}), "takes the place of a")
	require.False(t, r.add("b", struct{}{}))
	require.True(t, r.add("a", struct{}{}), "takes the place of b")
	require.True(t, r.add("b", struct{}{}))
	require.Len(t, r.seen, 2)
}

func TestRecentForgetsWhatIsTaken(t *testing.T) {
	r := newRecent[int](2)
	require.True(t, r.add("a", 1))
	v, ok := r.take("a")
	require.True(t, ok)
	require.Equal(t, 1, v)
	_, ok = r.take("a")
	require.False(t, ok)
	for _, name := range []string{"b", "c", "d"} {
		require.True(t, r.add(name, 2))
	}
	_, ok = r.take("b")
	require.False(t, ok, "the oldest")
	require.Len(t, r.seen, 2)
}
