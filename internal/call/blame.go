package call

import (
	"maps"
	"net/http"
	"slices"

	"google.golang.org/genproto/googleapis/rpc/code"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Blame is whose it is that a call failed: who can do something about it.
type Blame string

// The blames, by the rule of docs/design.md, section 4.
const (
	// NoBlame is of calls that issued a token.
	NoBlame Blame = "none"
	// CallersBlame is of 4xx: the request, or who sent it, is what has to change.
	CallersBlame Blame = "caller"
	// OperatorsBlame is of 502, and of 503 where only what an operator did or can mend keeps
	// the targets from serving: credentials ejected, out of service.
	OperatorsBlame Blame = "operator"
	// VendorsBlame is of 503 for vendors that are saturated or down.
	VendorsBlame Blame = "vendor"
	// TimesBlame is of 504.
	TimesBlame Blame = "time"
	// GatewaysBlame is of 500, and of 503 where the gateway sheds or lacks its store of keys.
	GatewaysBlame Blame = "gateway"
)

// Blames are all of them.
var Blames = []Blame{NoBlame, CallersBlame, OperatorsBlame, VendorsBlame, TimesBlame, GatewaysBlame}

// Blame returns whose it is that the call failed.
func (c *Call) Blame() Blame {
	if c.Err == nil {
		return NoBlame
	}
	if c.Err.Reason == providers.NoTargetAvailable && onlyOperatorsCanMend(c.Outcome.Unavailable) {
		return OperatorsBlame
	}
	return blameOf(c.Err.Reason, rowOf(c.Err).http)
}

func onlyOperatorsCanMend(unavailable []route.Unavailable) bool {
	return len(unavailable) > 0 && !slices.ContainsFunc(unavailable, func(u route.Unavailable) bool {
		return u.Why != route.OutOfService && u.Why != guard.CredentialsEjected
	})
}

func blameOf(reason providers.Reason, status int) Blame {
	switch {
	case status == http.StatusOK:
		return NoBlame
	case status < http.StatusInternalServerError:
		return CallersBlame
	case status == http.StatusBadGateway:
		return OperatorsBlame
	case status == http.StatusGatewayTimeout:
		return TimesBlame
	case status == http.StatusInternalServerError, reason == providers.Overloaded, reason == providers.IdempotencyUnavailable:
		return GatewaysBlame
	default:
		return VendorsBlame
	}
}

// Ending is how calls may end: a reason, the canonical name of the gRPC code, and whose it is.
type Ending struct {
	Reason providers.Reason
	Code   string
	Blame  Blame
}

// Endings are those of all reasons, sorted by them. An argument that a vendor refuses is there
// as the gateway's own.
func Endings() []Ending {
	endings := make([]Ending, 0, len(statusTable))
	for _, reason := range slices.Sorted(maps.Keys(statusTable)) {
		row := statusTable[reason]
		if reason == providers.ArgumentRejected {
			row = gatewaysArgument
		}
		endings = append(endings, Ending{reason, code.Code_name[int32(row.code)], blameOf(reason, row.http)})
	}
	return endings
}
