package main

import (
	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/trial"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

func tryCommand() *cobra.Command {
	var file configFile
	var o trial.Options
	command := &cobra.Command{
		Use:   "try FILE --account ACCOUNT --product PRODUCT",
		Short: "Make one real call to a vendor, which may bill it, and show how it went; exit 0 if it issued a token",
		Example: "  gateway try gateway.yaml --account megvii-cn --product megvii.app-v5\n" +
			"  gateway try gateway.yaml --account megvii-cn --product megvii.h5-flash --field subject_id=user-1 --field comparison.photos=@face.jpg",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, _, err := file.load(cmd, args)
			if err != nil {
				return err
			}
			return trial.Run(cmd.Context(), cfg, &o, cmd.OutOrStdout())
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.Account, "account", "", "`ACCOUNT` of the configuration to call with")
	flags.StringVar(&o.Product, "product", "", "`PRODUCT` to ask for a token")
	flags.StringArrayVar(&o.Fields, "field", nil, "`PATH=VALUE` of the request, for photos PATH=@FILE; may be repeated")
	flags.StringVar(&o.Request, "request", "", "JSON `FILE` with the request, as over REST")
	flags.StringArrayVar(&o.Parameters, "parameter", nil, "target parameter `NAME=VALUE`, over those of the first route with the target; may be repeated")
	flags.DurationVar(&o.Timeout, "timeout", 0, "how long to wait for the answer, at most 30s, instead of the account's timeout")
	flags.BoolVar(&o.ShowAnswer, "show-answer", false, "show and save the unknown values of the answer too")
	flags.StringVar(&o.Save, "save", "", "add the answer to the cases in `FILE`, to be copied to an adapter's testdata")
	for _, name := range []string{"account", "product"} {
		_ = command.MarkFlagRequired(name) // the flag exists
	}
	_ = command.RegisterFlagCompletionFunc("product", cobra.FixedCompletions(productNames(), cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	file.addTo(command)
	command.MarkFlagsMutuallyExclusive("field", "request")
	return command
}

// productNames are the names of all products.
func productNames() (names []string) {
	for _, provider := range vendors.All() {
		for i := range provider.Products {
			names = append(names, provider.Products[i].ID)
		}
	}
	return names
}
