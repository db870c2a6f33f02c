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

// Blame is whose fault a failed call is: who can do something about it.
type Blame string

// The blames, by the rule of docs/design.md, section 4.
const (
	// NoBlame: the call issued a token.
	NoBlame Blame = "none"
	// CallersBlame is for 4xx: the request, or its sender, has to change.
	CallersBlame Blame = "caller"
	// OperatorsBlame is for 502, and for 503 if only an operator can bring the targets back:
	// their credentials are ejected, or they are out of service.
	OperatorsBlame Blame = "operator"
	// VendorsBlame is for 503 because vendors are saturated or down.
	VendorsBlame Blame = "vendor"
	// TimesBlame is for 504.
	TimesBlame Blame = "time"
	// GatewaysBlame is for 500, and for 503 if the gateway sheds or cannot reach its store of keys.
	GatewaysBlame Blame = "gateway"
)

// Blames are all of them.
var Blames = []Blame{NoBlame, CallersBlame, OperatorsBlame, VendorsBlame, TimesBlame, GatewaysBlame}

// Blame returns whose fault it is that the call failed.
func (c *Call) Blame() Blame {
	if c.Err == nil {
		return NoBlame
	}
	if c.Err.Reason == providers.NoTargetAvailable && onlyOperatorsCanHelp(c.Outcome.Unavailable) {
		return OperatorsBlame
	}
	return blameOf(c.Err.Reason, rowOf(c.Err).http)
}

func onlyOperatorsCanHelp(unavailable []route.Unavailable) bool {
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

// Ending is a way in which calls may end: the reason, the canonical name of its gRPC code, and the
// blame.
type Ending struct {
	Reason providers.Reason
	Code   string
	Blame  Blame
}

// Endings returns the endings of all reasons, in their order. ARGUMENT_REJECTED is listed as the
// gateway's own fault.
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
