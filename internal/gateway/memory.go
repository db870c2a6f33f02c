package gateway

import (
	"os"
	"runtime/debug"
	"sync"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"golang.org/x/sys/unix"
)

const (
	// gcPercent lets the heap grow to five times what is alive before it is collected:
	// little is alive, and collecting it costs a fifth of a small call at Go's 100.
	gcPercent = 400
	// ballastBytes are counted as alive, and never touched, so that they take no memory: the
	// heap is not collected before it holds five times as much. They buy a thirtieth of a small
	// call (decision 58; bench's lanes of small calls guard it). Of the memory limit, which counts
	// them too, they are one ballastPart at most.
	ballastBytes = 32 << 20
	ballastPart  = 32
	// memoryShare is what the heap may come to of the container's memory. Towards that
	// it is collected as often as need be.
	memoryShare = 0.9
)

// TuneMemory sets the garbage collector for a server that may have its container to
// itself. GOGC and GOMEMLIMIT decide instead where they are set. Outside a container
// with a limit there is no limit. It comes before the configuration is read, some defaults
// of which depend on the limit.
func TuneMemory() {
	_, _ = memlimit.Set(memlimit.WithRatio(memoryShare)) // a limit that cannot be read is none
	if os.Getenv("GOGC") == "" {                         //nolint:forbidigo // Go's own setting
		debug.SetGCPercent(gcPercent)
		ballast()
	}
}

// ballast returns what is counted as alive, and keeps it so. Its pages are given back where the
// heap had used them before.
var ballast = sync.OnceValue(func() []byte {
	whole := min(ballastBytes, debug.SetMemoryLimit(-1)/ballastPart) >> 20 // pages of nobody else's
	pages := make([]byte, whole<<20)
	_ = unix.Madvise(pages, unix.MADV_DONTNEED) // what is not given back is memory, and nothing worse
	return pages
})

// releaseStartup gives back what reading the configuration took: some 16 MiB, which would
// otherwise stay until calls have made as much garbage. A process does it once, however many
// gateways a test starts in it: it collects the whole heap.
var releaseStartup = sync.OnceFunc(debug.FreeOSMemory)
