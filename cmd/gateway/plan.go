package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// planOptions are the flags of "gateway plan".
type planOptions struct {
	config, request string
	json            bool
}

func planCommand() *cobra.Command {
	var o planOptions
	command := &cobra.Command{
		Use:   "plan --config FILE --request FILE",
		Short: "Show on which targets a request would be tried, and why not on the others; exit 0 if there is one. No call is made",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runPlan(cmd.Context(), &o, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.config, "config", "", "configuration `FILE`")
	flags.StringVar(&o.request, "request", "", "JSON `FILE` with the request, as over REST; - is standard input")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	for _, name := range []string{"config", "request"} {
		_ = command.MarkFlagRequired(name) // the flag exists
	}
	return command
}

func runPlan(ctx context.Context, o *planOptions, stdin io.Reader, output io.Writer) error {
	cfg, err := config.Load(o.config, vendors.All())
	if err != nil {
		return err
	}
	var body []byte
	if o.request == "-" {
		body, err = io.ReadAll(stdin)
	} else {
		body, err = os.ReadFile(o.request)
	}
	if err != nil {
		return err
	}
	message, refused := server.DecodeJSON(body)
	explanation := routing.Explanation{Failure: refused}
	if refused == nil {
		if explanation, err = explain(ctx, cfg, message); err != nil {
			return err
		}
	}
	if err := printPlan(output, &explanation, o.json); err != nil {
		return err
	}
	if explanation.Failure != nil {
		return fmt.Errorf("no target would be tried: %s", explanation.Failure.Reason)
	}
	return nil
}

// explain takes the message through the server's interceptors, so that it is refused as
// a caller's would be, to routing's explanation.
func explain(ctx context.Context, cfg *config.Config, message *livenessv1.IssueLivenessTokenRequest) (routing.Explanation, error) {
	keeper, err := newKeeper(cfg.Idempotency)
	if err != nil {
		return routing.Explanation{}, err
	}
	p := &planner{router: routing.New((&gateway{config: cfg}).routes(), func(*routing.Attempt) {})}
	service := server.NewService(p, keeper)
	if call := service.Issue(ctx, message); !p.planned {
		p.explanation.Failure = call.Err
	}
	return p.explanation, nil
}

// planner stands in for a router: it explains what that would do.
type planner struct {
	router      *routing.Router
	explanation routing.Explanation
	planned     bool
}

// errNoCall ends every call to a planner.
var errNoCall = errors.New("a plan makes no call")

// Issue explains the query and issues nothing.
func (p *planner) Issue(_ context.Context, query routing.Query) (*routing.Outcome, error) {
	p.explanation, p.planned = p.router.Explain(query), true
	return &routing.Outcome{}, errNoCall
}
