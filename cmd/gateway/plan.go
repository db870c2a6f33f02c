package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/plan"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// planOptions are the flags of "gateway plan".
type planOptions struct {
	config, request, caller string
	json                    bool
	read                    func() []config.Option
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
	flags.StringVar(&o.caller, "caller", "", "`NAME` of the caller whose request it is, of those that the configuration has")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	o.read = addNoSecrets(command)
	for _, name := range []string{"config", "request"} {
		_ = command.MarkFlagRequired(name) // the flag exists
	}
	return command
}

func runPlan(ctx context.Context, o *planOptions, stdin io.Reader, output io.Writer) error {
	cfg, err := config.Load(o.config, vendors.All(), o.read()...)
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
	if o.caller != "" && cfg.Caller(o.caller) == nil {
		return fmt.Errorf("--caller: the configuration has no caller %q", o.caller)
	}
	settings := plan.Settings{
		Routes: route.NewTable(gateway.Routes(cfg), gateway.Narrowed(cfg)...), AllowPrivateCallbacks: cfg.AllowPrivateCallbacks,
		Caller: o.caller, Permissions: gateway.Permissions(cfg),
	}
	return plan.Print(ctx, settings, body, o.json, output)
}
