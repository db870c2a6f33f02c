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

// addVersionFlag gives the root a flag that prints the version. Cobra's own would use text/template, which
// makes the linker keep every method of the binary (decision 48).
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

// version is the version in one line, for people.
func version() string {
	b := telemetry.ReadBuild()
	return fmt.Sprintf("%s, commit %s, %s", b.Version, b.Commit, b.GoVersion)
}
