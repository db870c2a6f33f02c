package config

import (
	"cmp"
	"math"
	"regexp"
	"runtime/debug"
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

const (
	// DefaultMaxCalls is what one replica holds with ease: a small call that waits for a
	// vendor takes some tens of KiB and at most two connections.
	DefaultMaxCalls = 10_000
	// DefaultMaxPhotoBytes holds where Go has no memory limit.
	DefaultMaxPhotoBytes = GiB

	mostCalls       = 1_000_000
	leastPhotoBytes = 64 * MiB
	mostPhotoBytes  = 1024 * GiB
)

// Limits says how much the gateway takes on at once, before it sheds calls.
type Limits struct {
	// MaxCalls is how many calls may be in flight, 1 to 1,000,000.
	MaxCalls int
	// MaxPhotoBytes is how many bytes of their messages may be in flight, 64 MiB, which
	// any one message fits into, to 1 TiB.
	MaxPhotoBytes Size
}

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
	o := r.object(v, "max_calls", "max_photo_bytes")
	return Limits{
		MaxCalls:      cmp.Or(r.integer(o.optional("max_calls"), mostCalls), DefaultMaxCalls),
		MaxPhotoBytes: cmp.Or(r.size(o.optional("max_photo_bytes"), leastPhotoBytes, mostPhotoBytes), defaultMaxPhotoBytes()),
	}
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
