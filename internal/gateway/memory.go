package gateway

import (
	"os"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// ballastBytes are counted as alive but never touched, so they take no memory: as much garbage comes
	// together before Go collects it, where the few MiB that are alive would have it collected ten times a
	// second. They save some 4 % of a small call, and of memory under photos a higher GOGC would multiply
	// (decision 58; bench's lanes of small calls guard it). The memory limit counts them too, so they are at
	// most one ballastPart of it.
	ballastBytes = 64 << 20
	ballastPart  = 16
	// memoryShare is the share of the container's memory that the heap may reach. Close to that it is
	// collected as often as necessary.
	memoryShare = 0.9
)

// TuneMemory sets the garbage collector for a server that has its container to itself. GOGC and
// GOMEMLIMIT take precedence where they are set, and without a container's limit there is none. It must
// be called before the configuration is read, because some defaults depend on the limit.
func TuneMemory() {
	_, _ = memlimit.Set(memlimit.WithRatio(memoryShare)) // if the limit cannot be read, there is none
	if os.Getenv("GOGC") == "" {                         //nolint:forbidigo // Go's own setting
		ballast()
	}
}

// ballast returns what is counted as alive, and keeps it so. The room of a Builder is not cleared, as
// that of a slice is: clearing touches every page, which takes the memory and a tenth of the start.
var ballast = sync.OnceValue(func() *strings.Builder {
	room := &strings.Builder{}
	room.Grow(int(min(ballastBytes, debug.SetMemoryLimit(-1)/ballastPart)))
	return room
})

// releaseStartup gives back some 16 MiB that reading the configuration took, and that would otherwise stay
// until calls have made as much garbage. It collects the whole heap, so a process does it only once,
// however many gateways a test starts.
var releaseStartup = sync.OnceFunc(debug.FreeOSMemory)
