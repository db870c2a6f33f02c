package config

import (
	"cmp"
	"math"
	"regexp"
	"runtime/debug"
	"strconv"
	"syscall"

	"github.com/goccy/go-yaml/ast"
)

const (
	// DefaultMaxCalls is what one replica holds with ease: a small call that waits for a
	// vendor takes some tens of KiB and at most two connections.
	DefaultMaxCalls = 10_000
	// DefaultMaxPhotoBytes holds where Go has no memory limit.
	DefaultMaxPhotoBytes = GiB

	// DefaultMaxConnections is the most that a listener has by default, where there are
	// descriptors enough: a client of the REST listener has one for each call at once.
	DefaultMaxConnections = 10_000

	leastConnections = 16
	mostConnections  = 1_000_000
	mostCalls        = 1_000_000
	leastPhotoBytes  = 64 * MiB
	mostPhotoBytes   = 1024 * GiB
)

// Size is a number of bytes, a whole number of MiB.
type Size int64

// The units of a Size.
const (
	MiB Size = 1 << 20
	GiB Size = 1 << 30
)

// String returns the size as the file has it, such as 512MiB.
func (s Size) String() string {
	if s%GiB == 0 {
		return strconv.FormatInt(int64(s/GiB), 10) + "GiB"
	}
	return strconv.FormatInt(int64(s/MiB), 10) + "MiB"
}

func (r *reader) limits(v value) Limits {
	o := r.object(v, "max_calls", "max_photo_bytes", "max_connections")
	return Limits{
		MaxCalls:       cmp.Or(r.integer(o.optional("max_calls"), mostCalls), DefaultMaxCalls),
		MaxPhotoBytes:  cmp.Or(r.size(o.optional("max_photo_bytes"), leastPhotoBytes, mostPhotoBytes), defaultMaxPhotoBytes()),
		MaxConnections: r.connections(o.optional("max_connections")),
	}
}

func (r *reader) connections(v value) int {
	n := r.integer(v, mostConnections)
	if n > 0 && n < leastConnections {
		r.fail(v, "%s must be a whole number from %d to %d", v.name, leastConnections, mostConnections)
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
func defaultMaxPhotoBytes() Size {
	limit, ok := memoryLimit()
	if !ok {
		return DefaultMaxPhotoBytes
	}
	return max(leastPhotoBytes, limit/2/MiB*MiB)
}

// memoryLimit returns Go's, and whether it has one.
func memoryLimit() (limit Size, ok bool) {
	limit = Size(debug.SetMemoryLimit(-1))
	return limit, limit != math.MaxInt64
}

var sizes = regexp.MustCompile(`^([1-9][0-9]{0,5})(MiB|GiB)$`)

// size reads v as a size within the bounds.
func (r *reader) size(v value, least, most Size) Size {
	node, ok := v.node.(*ast.StringNode)
	if !ok {
		r.mistyped(v, "a size with its unit, such as 512MiB")
		return 0
	}
	size := Size(0)
	if parts := sizes.FindStringSubmatch(node.Value); parts != nil {
		number, _ := strconv.Atoi(parts[1]) // the expression lets nothing else through
		size = Size(number) * map[string]Size{"MiB": MiB, "GiB": GiB}[parts[2]]
	}
	if size < least || size > most {
		r.fail(v, "%s must be a size from %s to %s, such as 512MiB", v.name, least, most)
	}
	return size
}
