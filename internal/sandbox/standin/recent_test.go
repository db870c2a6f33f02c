package standin

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRecentForgetsTheOldest(t *testing.T) {
	r := NewRecent[struct{}](2)
	require.True(t, r.Add("a", struct{}{}))
	require.True(t, r.Add("b", struct{}{}))
	require.False(t, r.Add("a", struct{}{}))
	require.True(t, r.Add("c", struct{}{}), "takes the place of a")
	require.False(t, r.Add("b", struct{}{}))
	require.True(t, r.Add("a", struct{}{}), "takes the place of b")
	require.True(t, r.Add("b", struct{}{}))
	require.Len(t, r.seen, 2)
}

func TestRecentForgetsWhatIsTaken(t *testing.T) {
	r := NewRecent[int](2)
	require.True(t, r.Add("a", 1))
	v, ok := r.Take("a")
	require.True(t, ok)
	require.Equal(t, 1, v)
	_, ok = r.Take("a")
	require.False(t, ok)
	for _, name := range []string{"b", "c", "d"} {
		require.True(t, r.Add(name, 2))
	}
	_, ok = r.Take("b")
	require.False(t, ok, "the oldest")
	require.Len(t, r.seen, 2)
}
