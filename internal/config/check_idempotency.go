package config

import (
	"cmp"
	"time"
)

const (
	// DefaultMaxKeys lets twelve calls a second have a key where tokens live a day, 290
	// where they live an hour. So many take 600 to 800 MiB, as they fill up.
	DefaultMaxKeys = 1 << 20
	// DefaultMaxKeyBytes holds where Go has no memory limit below four times as much.
	DefaultMaxKeyBytes = GiB
	// DefaultReplayMargin leaves a client the time to start.
	DefaultReplayMargin = 10 * time.Second

	mostKeys      = 100_000_000
	leastKeyBytes = 16 * MiB
	mostKeyBytes  = 1024 * GiB

	mostReplayMargin = 5 * time.Minute
)

func (r *reader) idempotency(v value) Idempotency {
	o := r.object(v, "max_keys", "max_bytes", "replay_margin")
	return Idempotency{
		MaxKeys:  cmp.Or(r.integer(o.optional("max_keys"), mostKeys), DefaultMaxKeys),
		MaxBytes: cmp.Or(r.size(o.optional("max_bytes"), leastKeyBytes, mostKeyBytes), defaultMaxKeyBytes()),

		ReplayMargin: r.duration(o.optional("replay_margin"), 0, mostReplayMargin, DefaultReplayMargin),
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
