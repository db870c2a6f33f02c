package routing

import (
	"cmp"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"slices"
)

// byWeight orders targets by weighted rendezvous hashing: each subject keeps its
// order while the weights stand, on every replica, and changing one weight moves only
// that share of the subjects.
func byWeight(targets []*Target, query Query) {
	key := query.Request.SubjectID.Reveal()
	if key == "" {
		key = query.IdempotencyKey
	}
	seed := rand.Uint64()
	if key != "" {
		seed = hash(key)
	}
	slices.SortStableFunc(targets, func(a, b *Target) int { return cmp.Compare(b.score(seed), a.score(seed)) })
}

// score is the logarithm method's: weight / -ln(u), u uniform in (0, 1) by subject
// and target.
func (t *Target) score(seed uint64) float64 {
	const mantissa = 1 << 53
	u := (float64(mix(seed^t.hash)>>11) + 0.5) / mantissa
	return t.Weight / -math.Log(u)
}

func hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, text)
	return mix(h.Sum64())
}

// mix spreads every input bit over the output (the finaliser of SplitMix64); FNV
// alone leaves similar names with similar scores.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
