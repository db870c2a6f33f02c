package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// warnOfTimeouts names the accounts of which a hung attempt leaves a caller with the default
// deadline too little time for another vendor.
func warnOfTimeouts(output io.Writer, cfg *config.Config) error {
	for i := range cfg.Accounts {
		account := &cfg.Accounts[i]
		if account.Timeout <= call.DefaultDeadline/2 {
			continue
		}
		_, err := fmt.Fprintf(output, "warning: the timeout of %s, %s, is more than half of the default deadline, %s\n",
			account.Name, account.Timeout, call.DefaultDeadline)
		if err != nil {
			return err
		}
	}
	return nil
}

func configCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "config",
		Short: "Check or print a configuration file",
	}
	command.AddCommand(
		&cobra.Command{
			Use:   "check FILE",
			Short: "Report every mistake in the file; exit 0 if there is none",
			Args:  cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				cfg, err := config.Load(args[0], vendors.All())
				if err != nil {
					return err
				}
				if err := warnOfTimeouts(cmd.ErrOrStderr(), cfg); err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: ok (accounts: %d, routes: %d)\n",
					args[0], len(cfg.Accounts), len(cfg.Routes))
				return err
			},
		},
		&cobra.Command{
			Use:   "print FILE",
			Short: "Print the effective configuration, defaults included, secrets masked",
			Args:  cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				cfg, err := config.Load(args[0], vendors.All())
				if err != nil {
					return err
				}
				return cfg.Print(cmd.OutOrStdout())
			},
		},
	)
	return command
}
