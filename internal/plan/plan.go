// Package plan explains how a request would be routed, without making a call: "gateway plan". It
// must not know which vendors there are, nor the running gateway.
package plan

import (
	"context"
	"errors"
	"fmt"
	"io"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/service"
	callsettings "github.com/liveness-gateway/gateway/internal/settings"
)

// Settings are the parts of a configuration that decide how a request is routed.
type Settings struct {
	Routes                *route.Table
	AllowPrivateCallbacks bool
	// Caller would make the call; "" if callers are not distinguished. Permissions are what each
	// caller may ask for.
	Caller      string
	Permissions map[string]*permissions.Permissions
}

// Print prints which targets a request would be tried on, and why not on the others. The request is
// JSON, as over REST. Print fails if there is no target to try.
func Print(ctx context.Context, settings Settings, request []byte, asJSON bool, output io.Writer) error {
	decoded, refused := message.DecodeJSON(request)
	explanation := route.Explanation{Failure: refused}
	if refused == nil {
		var err error
		if explanation, err = explain(ctx, settings, decoded); err != nil {
			return err
		}
	}
	if err := printPlan(output, &explanation, asJSON); err != nil {
		return err
	}
	if explanation.Failure != nil {
		return fmt.Errorf("no target would be tried: %s", explanation.Failure.Reason)
	}
	return nil
}

// explain sends the message through the server's interceptors, so that it is refused as a caller's
// would be, and returns routing's explanation.
func explain(ctx context.Context, settings Settings, request *livenessv1.IssueLivenessTokenRequest) (route.Explanation, error) {
	keeper, err := idempotency.NewInMemory(idempotency.NewMemory(1, 1<<20))
	if err != nil {
		return route.Explanation{}, err
	}
	p := &planner{router: routing.New(nil, func(*routing.Attempt) {})}
	p.router.Use(settings.Routes)
	d := server.NewDispatcher(&admission.Controller{}, nil)
	d.Use(&callsettings.Settings{Permissions: settings.Permissions, AllowPrivateCallbacks: settings.AllowPrivateCallbacks})
	livenessv1.RegisterLivenessServiceServer(d, service.New(p, keeper))
	if c := d.IssueFor(ctx, &callers.Caller{Name: settings.Caller}, request); !p.planned {
		p.explanation.Failure = c.Err
	}
	return p.explanation, nil
}

// planner is a router that explains what it would do and does nothing.
type planner struct {
	router      *routing.Router
	explanation route.Explanation
	planned     bool
}

// errNoCall ends every call to a planner.
var errNoCall = errors.New("a plan makes no call")

// Issue explains the query and issues nothing.
func (p *planner) Issue(_ context.Context, query *routing.Query) (*routing.Outcome, error) {
	p.explanation, p.planned = p.router.Explain(query), true
	return &routing.Outcome{}, errNoCall
}
