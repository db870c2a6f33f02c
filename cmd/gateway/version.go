package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/telemetry"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the commit and the Go version",
		Example: "  gateway version",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return printVersion(cmd) },
	}
}

// addVersionFlag has the root print the version too. Cobra's own flag prints it by text/template,
// with which the linker keeps every method of the binary (decision 48).
func addVersionFlag(root *cobra.Command) {
	var wanted bool
	root.Flags().BoolVarP(&wanted, "version", "v", false, "print the version, the commit and the Go version")
	otherwise := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if wanted {
			return printVersion(cmd)
		}
		return otherwise(cmd, args)
	}
}

func printVersion(cmd *cobra.Command) error {
	_, err := fmt.Fprintln(cmd.OutOrStdout(), "gateway", version())
	return err
}

// version is what a person asks for, in one line.
func version() string {
	b := telemetry.ReadBuild()
	return fmt.Sprintf("%s, commit %s, %s", b.Version, b.Commit, b.GoVersion)
}
