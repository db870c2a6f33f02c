package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/config/suggest"
)

// group makes a command that only has subcommands: without one it shows its help, and an unknown one is a
// mistake that names the nearest.
func group(command *cobra.Command, subcommands ...*cobra.Command) *cobra.Command {
	command.AddCommand(subcommands...)
	command.Args = cobra.ArbitraryArgs
	command.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		var known []string
		for _, subcommand := range cmd.Commands() {
			if subcommand.IsAvailableCommand() {
				known = append(known, subcommand.Name())
			}
		}
		return errors.New(suggest.Unknown("command", args[0], known) + " (" + cmd.CommandPath() + " --help shows what there is)")
	}
	return command
}
