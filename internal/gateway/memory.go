package gateway

import (
	"os"
	"runtime/debug"
	"sync"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// gcPercent lets the heap grow to five times what is alive before it is collected:
	// little is alive, and collecting it costs a fifth of a small call at Go's 100.
	gcPercent = 400
	// memoryShare is what the heap may come to of the container's memory. Towards that
	// it is collected as often as need be.
	memoryShare = 0.9
)

// TuneMemory sets the garbage collector for a server that may have its container to
// itself. GOGC and GOMEMLIMIT decide instead where they are set. Outside a container
// with a limit there is no limit. It comes before the configuration is read, some defaults
// of which depend on the limit.
func TuneMemory() {
	if os.Getenv("GOGC") == "" { //nolint:forbidigo // Go's own setting
		debug.SetGCPercent(gcPercent)
	}
	_, _ = memlimit.Set(memlimit.WithRatio(memoryShare)) // a limit that cannot be read is none
}

// releaseStartup gives back what reading the configuration took: some 16 MiB, which would
// otherwise stay until calls have made as much garbage. A process does it once, however many
// gateways a test starts in it: it collects the whole heap.
var releaseStartup = sync.OnceFunc(debug.FreeOSMemory)
