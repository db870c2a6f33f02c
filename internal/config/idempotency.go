package config

import (
	"cmp"
	"time"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/format"
)

const (
	// DefaultMaxKeys lets 290 calls a second have a key where answers are kept an hour. So many take 600 to 800 MiB, as they fill up.
	DefaultMaxKeys = 1 << 20
	// DefaultMaxKeyBytes holds where Go has no memory limit below four times as much.
	DefaultMaxKeyBytes = format.GiB

	mostKeys      = 100_000_000
	leastKeyBytes = 16 * format.MiB
	mostKeyBytes  = 1024 * format.GiB

	// DefaultReplayMargin leaves a client the time to start.
	DefaultReplayMargin = 10 * time.Second

	mostReplayMargin = 5 * time.Minute

	// DefaultReplayTime is longer than any client goes on to repeat a call.
	DefaultReplayTime = time.Hour

	leastReplayTime = time.Minute
	mostReplayTime  = 24 * time.Hour
)

// Idempotency bounds the memory for idempotency keys. A key takes its part until its
// answer expires; when none is left, calls with new keys are refused.
type Idempotency struct {
	// MaxKeys is how many there are at most, 1 to 100,000,000.
	MaxKeys int
	// MaxBytes is what they and their answers take together, 16 MiB to 1 TiB.
	MaxBytes format.Size
	// ReplayMargin is how much life an answer must have left to be repeated, 0 to 5 min.
	ReplayMargin time.Duration
	// ReplayTime is how long an answer is repeated at most, 1 min to 24 h: a key is kept no
	// longer.
	ReplayTime time.Duration
}

func readIdempotency(v document.Value) Idempotency {
	o := v.Object("max_keys", "max_bytes", "replay_margin", "replay_time")
	return Idempotency{
		MaxKeys:  cmp.Or(o.Optional("max_keys").Integer(mostKeys), DefaultMaxKeys),
		MaxBytes: cmp.Or(readSize(o.Optional("max_bytes"), leastKeyBytes, mostKeyBytes), defaultMaxKeyBytes()),

		ReplayMargin: o.Optional("replay_margin").Duration(0, mostReplayMargin, DefaultReplayMargin),
		ReplayTime:   o.Optional("replay_time").Duration(leastReplayTime, mostReplayTime, DefaultReplayTime),
	}
}

// defaultMaxKeyBytes is at most a quarter of Go's memory limit, if there is one: half is
// for photos, and a quarter for all else.
func defaultMaxKeyBytes() format.Size {
	limit, ok := memoryLimit()
	if !ok {
		return DefaultMaxKeyBytes
	}
	return min(DefaultMaxKeyBytes, max(leastKeyBytes, limit/4/format.MiB*format.MiB))
}
