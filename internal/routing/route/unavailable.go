package route

import (
	"strconv"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

// Unavailable is a target that could serve the request but may not be tried now, and why.
type Unavailable struct {
	Target *Target
	Why    guard.Why
	// RetryAt is the earliest time at which it may be tried, zero if that is not known.
	RetryAt time.Time
}

// OutOfService says that the configuration or an operator has taken the target out of service.
const OutOfService guard.Why = "out_of_service"

// maxNamed bounds how many unavailable targets a failure names, because its message travels in a header.
const maxNamed = 8

// NoneAvailable is the failure of a call of which every target was unavailable. It says why for the first
// ones.
func NoneAvailable(unavailable []Unavailable) *providers.Error {
	named := make([]string, 0, maxNamed+1)
	for _, u := range unavailable[:min(len(unavailable), maxNamed)] {
		named = append(named, u.Target.Name()+" "+string(u.Why))
	}
	if more := len(unavailable) - maxNamed; more > 0 {
		named = append(named, "and "+strconv.Itoa(more)+" more")
	}
	return &providers.Error{Reason: providers.NoTargetAvailable, Message: strings.Join(named, ", ")}
}
