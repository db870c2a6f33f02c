package route

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// byWeight orders targets by weighted rendezvous hashing: a subject gets the same order on every replica
// as long as the weights stay, and changing one weight moves only that share of the subjects.
func byWeight(targets []*Target, query *Query) {
	seed := rand.Uint64()
	if _, key := query.stickyBy(); key != "" {
		seed = hash(key)
	}
	if len(targets) <= fewTargets {
		sortFew(targets, seed)
		return
	}
	scored := make([]scoredTarget, len(targets))
	for i, target := range targets {
		scored[i] = scoredTarget{target, target.score(seed)}
	}
	slices.SortStableFunc(scored, func(a, b scoredTarget) int { return cmp.Compare(b.score, a.score) })
	for i := range scored {
		targets[i] = scored[i].target
	}
}

// scoredTarget is a target with its score, which takes a logarithm and so is computed once.
type scoredTarget struct {
	target *Target
	score  float64
}

// fewTargets is up to how many targets are sorted in place.
const fewTargets = 16

// sortFew sorts by insertion.
func sortFew(targets []*Target, seed uint64) {
	var scores [fewTargets]float64
	for i, target := range targets {
		score, j := target.score(seed), i
		for ; j > 0 && score > scores[j-1]; j-- {
			targets[j], scores[j] = targets[j-1], scores[j-1]
		}
		targets[j], scores[j] = target, score
	}
}

// stickyBy returns the field that determines the order of a weighted route, and its value; "" if there is
// none.
func (q Query) stickyBy() (field providers.Field, key string) {
	if subject := q.Request.SubjectID.Reveal(); subject != "" {
		return providers.FieldSubjectID, subject
	}
	if q.IdempotencyKey != "" {
		return providers.FieldIdempotencyKey, q.IdempotencyKey
	}
	return providers.FieldNone, ""
}

// hashTargets gives every target its own hash, even if two differ only in their parameters.
func (r *Route) hashTargets() {
	twins := make(map[string]int, len(r.Targets))
	for i := range r.Targets {
		name := r.Targets[i].Name()
		r.Targets[i].hash = hash(name + "#" + strconv.Itoa(twins[name]))
		twins[name]++
	}
}

// score is weight / -ln(u), with u uniform over (0, 1) for each subject and target.
func (t *Target) score(seed uint64) float64 {
	return t.Weight / -math.Log(unit(mix(seed^t.hash)))
}

// unit maps a hash to the open interval (0, 1). With 52 bits and a half every value is exact, and none is
// rounded to 1.
func unit(hash uint64) float64 { return (float64(hash>>12) + 0.5) / (1 << 52) }

// hash is FNV-1a, mixed; hash/fnv would allocate.
func hash(text string) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * prime
	}
	return mix(h)
}

// mix spreads every input bit over the output (the finaliser of SplitMix64). With FNV alone, similar
// names would have similar scores.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
