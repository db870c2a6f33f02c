package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/crash"
)

// discreet makes every command leave no core dump and admit no debugger, unless a flag says otherwise, and
// makes "serve" report only the place of a crash.
func discreet(root *cobra.Command, stderr *os.File) {
	cores := root.PersistentFlags().Bool("allow-core-dumps", false,
		"leave core dumps and debuggers to the system: they hold users' data and secrets")
	root.PersistentPreRunE = func(command *cobra.Command, _ []string) error {
		if !*cores {
			if err := crash.NoCore(); err != nil {
				return err
			}
		}
		if command.Name() != serveName {
			return nil
		}
		return crash.Start(stderr, crashReportName)
	}
}

const crashReportName = "crash-report"

// crashReportCommand is the command that "serve" starts as a second process.
func crashReportCommand() *cobra.Command {
	return &cobra.Command{
		Use:    crashReportName,
		Short:  "Report where a process crashed, from what the runtime writes to standard input",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return crash.RunReporter(cmd.InOrStdin(), cmd.ErrOrStderr())
		},
	}
}
