package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// tryOptions are the flags of "gateway try".
type tryOptions struct {
	config, account, product, request, save string
	fields, parameters                      []string
	timeout                                 time.Duration
	showAnswer                              bool
}

func tryCommand() *cobra.Command {
	var o tryOptions
	command := &cobra.Command{
		Use:   "try --config FILE --account ACCOUNT --product PRODUCT",
		Short: "Make one real call to a vendor, which may bill it, and show how it went; exit 0 if it issued a token",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return runTry(cmd.Context(), &o, cmd.OutOrStdout()) },
	}
	flags := command.Flags()
	flags.StringVar(&o.config, "config", "", "configuration `FILE`")
	flags.StringVar(&o.account, "account", "", "`ACCOUNT` of the configuration to call with")
	flags.StringVar(&o.product, "product", "", "`PRODUCT` to ask for a token")
	flags.StringArrayVar(&o.fields, "field", nil, "`PATH=VALUE` of the request, for photos PATH=@FILE; may be repeated")
	flags.StringVar(&o.request, "request", "", "JSON `FILE` with the request, as over REST")
	flags.StringArrayVar(&o.parameters, "parameter", nil, "target parameter `NAME=VALUE`, over those of the first route with the target; may be repeated")
	flags.DurationVar(&o.timeout, "timeout", 0, "how long to wait for the answer, at most 30s, instead of the account's timeout")
	flags.BoolVar(&o.showAnswer, "show-answer", false, "show and save the answer's values that nothing is known of, too")
	flags.StringVar(&o.save, "save", "", "add the answer to the cases in `FILE`, to be copied to an adapter's testdata")
	for _, name := range []string{"config", "account", "product"} {
		_ = command.MarkFlagRequired(name) // the flag exists
	}
	command.MarkFlagsMutuallyExclusive("field", "request")
	return command
}

func runTry(ctx context.Context, o *tryOptions, output io.Writer) error {
	cfg, err := config.Load(o.config, vendors.All())
	if err != nil {
		return err
	}
	t, err := newTrial(cfg, o)
	if err != nil {
		return err
	}
	cases, err := readCases(o.save) // before the call: its answer must not be lost
	if err != nil {
		return err
	}
	transport := newTransport(t.account)
	defer transport.close()
	wire := &recorder{over: transport, announce: func(address string) {
		_, _ = fmt.Fprintf(output, "One real call of %s to %s with the account %s. The vendor may bill it.\n\n", t.product.ID, address, t.account.Name)
	}}
	call, err := t.call(ctx, wire)
	if err != nil {
		return err
	}
	safe := newRedactor(t, wire, call, o.showAnswer)
	err = printTrial(output, t, wire, call, safe)
	if o.save != "" && wire.answered != nil {
		err = errors.Join(err, t.save(ctx, o.save, cases, wire, call, safe))
	}
	if call.Err != nil {
		err = errors.Join(fmt.Errorf("no token was issued: %s", call.Err.Reason), err)
	}
	return err
}
