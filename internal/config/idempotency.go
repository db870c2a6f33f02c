package config

import "cmp"

const (
	// DefaultMaxKeys lets twelve calls a second have a key where tokens live a day, 290
	// where they live an hour. So many take 600 to 800 MiB, as they fill up.
	DefaultMaxKeys = 1 << 20
	// DefaultMaxKeyBytes holds where Go has no memory limit below four times as much.
	DefaultMaxKeyBytes = GiB

	mostKeys      = 100_000_000
	leastKeyBytes = 16 * MiB
	mostKeyBytes  = 1024 * GiB
)

// Idempotency bounds the memory for idempotency keys. A key takes its part until its
// answer expires; when none is left, calls with new keys are refused.
type Idempotency struct {
	// MaxKeys is how many there are at most, 1 to 100,000,000.
	MaxKeys int
	// MaxBytes is what they and their answers take together, 16 MiB to 1 TiB.
	MaxBytes Size
}

func (r *reader) idempotency(v value) Idempotency {
	o := r.object(v, "max_keys", "max_bytes")
	return Idempotency{
		MaxKeys:  cmp.Or(r.integer(o.optional("max_keys"), mostKeys), DefaultMaxKeys),
		MaxBytes: cmp.Or(r.size(o.optional("max_bytes"), leastKeyBytes, mostKeyBytes), defaultMaxKeyBytes()),
	}
}

// defaultMaxKeyBytes is at most a quarter of Go's memory limit, if there is one: half is
// for photos, and a quarter for all else.
func defaultMaxKeyBytes() Size {
	limit, ok := memoryLimit()
	if !ok {
		return DefaultMaxKeyBytes
	}
	return min(DefaultMaxKeyBytes, max(leastKeyBytes, limit/4/MiB*MiB))
}
