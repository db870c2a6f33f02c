package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/gateway"
)

func configCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:     "config",
		Short:   "Check or print a configuration file, or print its JSON Schema",
		Example: "  gateway config check gateway.yaml\n  gateway config schema > config.schema.json",
	}, configCheckCommand(), configPrintCommand(), &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of configuration files, for editors: they complete and explain every key",
		Example: "  gateway config schema > config.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			reader, err := configReader()
			if err != nil {
				return err
			}
			schema, err := reader.Schema()
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(schema)
			return err
		},
	})
}

func configCheckCommand() *cobra.Command {
	var file configFile
	command := &cobra.Command{
		Use:   "check FILE",
		Short: "Report every mistake in the file; exit 0 if there is none",
		Example: "  gateway config check gateway.yaml\n" +
			"  render-configuration | gateway config check --no-secrets -",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, name, err := file.load(cmd, args)
			if err != nil {
				return err
			}
			if _, err := gateway.Authenticator(cfg, zap.NewNop()); err != nil {
				return err
			}
			if err := warn(cmd.ErrOrStderr(), cfg); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: ok (accounts: %d, routes: %d, callers: %s)\n",
				name, len(cfg.Accounts), len(cfg.Routes), whoMayCall(cfg))
			return err
		},
	}
	file.addTo(command)
	file.addNoSecrets(command)
	return command
}

func configPrintCommand() *cobra.Command {
	var file configFile
	command := &cobra.Command{
		Use:     "print FILE",
		Short:   "Print the effective configuration, defaults included, secrets masked",
		Example: "  gateway config print --no-secrets gateway.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, _, err := file.load(cmd, args)
			if err != nil {
				return err
			}
			return cfg.Print(cmd.OutOrStdout())
		},
	}
	file.addTo(command)
	file.addNoSecrets(command)
	return command
}
