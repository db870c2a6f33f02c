package config

import (
	"cmp"
	"math"
	"runtime/debug"
	"syscall"

	"github.com/liveness-gateway/gateway/internal/config/format"
)

// The defaults if the machine sets no bound, and the least that they can be.
const (
	mostConnections  = 10_000
	leastConnections = 16
	leastPhotoBytes  = 64 * format.MiB
	leastKeyBytes    = 16 * format.MiB

	// descriptorsKept are for files, the admin listener and what the process has open by itself.
	descriptorsKept = 128
)

// fitMachine sets defaults that depend on the machine. Of Go's memory limit (GOMEMLIMIT), if there
// is one, half is for photos, a quarter for idempotency keys, and a quarter for everything else.
func (c *checker) fitMachine() {
	photos, keys := format.GiB, format.GiB
	if limit := format.Size(debug.SetMemoryLimit(-1)); limit != math.MaxInt64 {
		photos = max(leastPhotoBytes, limit/2/format.MiB*format.MiB)
		keys = min(keys, max(leastKeyBytes, limit/4/format.MiB*format.MiB))
	}
	if !c.root.At("listen", "operator").Given() {
		c.Listen.Operator = operatorAddress(c.Listen.Admin)
	}
	c.Limits.MaxPhotoBytes = cmp.Or(c.Limits.MaxPhotoBytes, photos)
	c.Idempotency.MaxBytes = cmp.Or(c.Idempotency.MaxBytes, keys)
	c.Limits.MaxConnections = cmp.Or(c.Limits.MaxConnections, connections())
}

// connections is a quarter of the descriptors that the process may have, for gRPC and for REST
// each: the other half is for vendors.
func connections() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > 4*mostConnections+descriptorsKept {
		return mostConnections
	}
	return max(leastConnections, (int(limit.Cur)-descriptorsKept)/4)
}
