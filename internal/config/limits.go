package config

import (
	"cmp"
	"math"
	"runtime/debug"
	"syscall"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/format"
)

const (
	// DefaultMaxCalls is what one replica holds with ease: a small call that waits for a
	// vendor takes some tens of KiB and at most two connections.
	DefaultMaxCalls = 10_000
	// DefaultMaxPhotoBytes holds where Go has no memory limit.
	DefaultMaxPhotoBytes = format.GiB

	// DefaultMaxConnections is the most that a listener has by default, where there are
	// descriptors enough: a client of the REST listener has one for each call in flight.
	DefaultMaxConnections = 10_000

	leastConnections = 16
	mostConnections  = 1_000_000
	mostCalls        = 1_000_000
	leastPhotoBytes  = 64 * format.MiB
	mostPhotoBytes   = 1024 * format.GiB
)

// Limits says how much the gateway takes on at once, before it sheds calls.
type Limits struct {
	// MaxCalls is how many calls may be in flight, 1 to 1,000,000.
	MaxCalls int
	// MaxPhotoBytes is how many bytes of their messages may be in flight, 64 MiB, which
	// any one message fits into, to 1 TiB.
	MaxPhotoBytes format.Size
	// MaxConnections is how many connections the gRPC and the REST listener may have each,
	// 16 to 1,000,000.
	MaxConnections int
}

func readLimits(v document.Value) Limits {
	o := v.Object("max_calls", "max_photo_bytes", "max_connections")
	return Limits{
		MaxCalls:      cmp.Or(o.Optional("max_calls").Integer(mostCalls), DefaultMaxCalls),
		MaxPhotoBytes: cmp.Or(readSize(o.Optional("max_photo_bytes"), leastPhotoBytes, mostPhotoBytes), defaultMaxPhotoBytes()),

		MaxConnections: readConnections(o.Optional("max_connections")),
	}
}

func readConnections(v document.Value) int {
	n := v.Integer(mostConnections)
	if n > 0 && n < leastConnections {
		v.Fail("%s must be a whole number from %d to %d", v.Name, leastConnections, mostConnections)
	}
	return cmp.Or(n, defaultMaxConnections())
}

// descriptorsKept are for files, the admin listener and what the process has open by itself.
const descriptorsKept = 128

// defaultMaxConnections is a quarter of the descriptors that the process may have, for gRPC
// and for REST each: the other half is for vendors.
func defaultMaxConnections() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > 4*DefaultMaxConnections+descriptorsKept {
		return DefaultMaxConnections
	}
	return max(leastConnections, (int(limit.Cur)-descriptorsKept)/4)
}

// defaultMaxPhotoBytes is half of Go's memory limit (GOMEMLIMIT), if there is one: a
// quarter is for idempotency keys, and a quarter for all else.
func defaultMaxPhotoBytes() format.Size {
	limit, ok := memoryLimit()
	if !ok {
		return DefaultMaxPhotoBytes
	}
	return max(leastPhotoBytes, limit/2/format.MiB*format.MiB)
}

// memoryLimit returns Go's, and whether it has one.
func memoryLimit() (limit format.Size, ok bool) {
	limit = format.Size(debug.SetMemoryLimit(-1))
	return limit, limit != math.MaxInt64
}

// readSize reads v as a size within the bounds.
func readSize(v document.Value, least, most format.Size) format.Size {
	text, ok := v.Quantity("a size with its unit, such as 512MiB")
	if !ok {
		return 0
	}
	size := format.ParseSize(text)
	if size < least || size > most {
		v.Fail("%s must be a size from %s to %s, such as 512MiB", v.Name, least, most)
	}
	return size
}
