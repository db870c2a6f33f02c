package ends_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency/ends"
)

type thing struct {
	end   time.Time
	place int32
}

// Whatever is added, moved and removed, what is over comes first, in order.
func TestOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Unix(0, 0)
	at := func() time.Time { return start.Add(time.Duration(random.IntN(1000)) * time.Second) }
	h := ends.New(func(one *thing) time.Time { return one.end }, func(one *thing) *int32 { return &one.place })
	var all []*thing
	for range 10_000 {
		switch i := random.IntN(max(1, len(all))); {
		case len(all) < 5 || random.IntN(3) == 0:
			all = append(all, &thing{end: at()})
			h.Add(all[len(all)-1])
		case random.IntN(2) == 0:
			all[i].end = at()
			h.Moved(all[i])
		default:
			h.Remove(all[i])
			all = slices.Delete(all, i, i+1)
		}
		require.Equal(t, len(all), h.Len())
		first := slices.MinFunc(all, func(a, b *thing) int { return a.end.Compare(b.end) }).end
		require.Equal(t, first, h.First().end)
		_, over := h.Over(first.Add(-1))
		require.False(t, over)
		one, over := h.Over(first)
		require.True(t, over)
		require.Equal(t, first, one.end)
	}
	for before := start; h.Len() > 0; {
		one := h.First()
		require.False(t, one.end.Before(before))
		before = one.end
		h.Remove(one)
	}
	_, over := h.Over(start.Add(time.Hour))
	require.False(t, over)
}
