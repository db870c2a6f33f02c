package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/plan"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// planOptions are the flags of "gateway plan".
type planOptions struct {
	config          configFile
	request, caller string
	json            bool
}

func planCommand() *cobra.Command {
	var o planOptions
	command := &cobra.Command{
		Use:   "plan FILE --request FILE",
		Short: "Show on which targets a request would be tried, and why not on the others; exit 0 if there is one. No call is made",
		Example: "  gateway plan gateway.yaml --request request.json\n" +
			"  gateway plan gateway.yaml --request - --caller shop <<< '{\"flow\": \"FLOW_APP_SDK\"}'",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPlan(cmd, args, &o)
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.request, "request", "", "JSON `FILE` with the request, as over REST; - is standard input")
	flags.StringVar(&o.caller, "caller", "", "`NAME` of the caller whose request it is, of those that the configuration has")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	_ = command.MarkFlagRequired("request") // the flag exists
	o.config.addTo(command)
	o.config.addNoSecrets(command)
	return command
}

// maxRequestMiB is how large a body of REST may be.
const maxRequestMiB = 28

func runPlan(command *cobra.Command, args []string, o *planOptions) error {
	if o.request == standardInput && (o.config.flag == standardInput || slices.Contains(args, standardInput)) {
		return errors.New("configuration and request cannot both be on standard input")
	}
	cfg, _, err := o.config.load(command, args)
	if err != nil {
		return err
	}
	body, err := readInput(command, o.request, maxRequestMiB)
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
	return plan.Print(command.Context(), settings, body, o.json, command.OutOrStdout())
}
