package main

import (
	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/trial"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

func tryCommand() *cobra.Command {
	var file string
	var o trial.Options
	command := &cobra.Command{
		Use:   "try --config FILE --account ACCOUNT --product PRODUCT",
		Short: "Make one real call to a vendor, which may bill it, and show how it went; exit 0 if it issued a token",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(file, vendors.All())
			if err != nil {
				return err
			}
			return trial.Run(cmd.Context(), cfg, &o, cmd.OutOrStdout())
		},
	}
	flags := command.Flags()
	flags.StringVar(&file, "config", "", "configuration `FILE`")
	flags.StringVar(&o.Account, "account", "", "`ACCOUNT` of the configuration to call with")
	flags.StringVar(&o.Product, "product", "", "`PRODUCT` to ask for a token")
	flags.StringArrayVar(&o.Fields, "field", nil, "`PATH=VALUE` of the request, for photos PATH=@FILE; may be repeated")
	flags.StringVar(&o.Request, "request", "", "JSON `FILE` with the request, as over REST")
	flags.StringArrayVar(&o.Parameters, "parameter", nil, "target parameter `NAME=VALUE`, over those of the first route with the target; may be repeated")
	flags.DurationVar(&o.Timeout, "timeout", 0, "how long to wait for the answer, at most 30s, instead of the account's timeout")
	flags.BoolVar(&o.ShowAnswer, "show-answer", false, "show and save the unknown values of the answer too")
	flags.StringVar(&o.Save, "save", "", "add the answer to the cases in `FILE`, to be copied to an adapter's testdata")
	for _, name := range []string{"config", "account", "product"} {
		_ = command.MarkFlagRequired(name) // the flag exists
	}
	command.MarkFlagsMutuallyExclusive("field", "request")
	return command
}
