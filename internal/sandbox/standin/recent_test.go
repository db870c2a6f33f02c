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

func TestRecentUpdates(t *testing.T) {
	r := NewRecent[int](2)
	count := func(v int, known bool) int {
		require.Equal(t, v > 0, known)
		return v + 1
	}
	require.Equal(t, 1, r.Update("a", count))
	require.Equal(t, 2, r.Update("a", count))
	require.Equal(t, 1, r.Update("b", count))
	require.Equal(t, 3, r.Update("a", count), "a second time takes no place")
	require.Equal(t, 1, r.Update("c", count), "takes the place of a")
	require.Equal(t, 1, r.Update("a", count))
	require.Len(t, r.seen, 2)
}
