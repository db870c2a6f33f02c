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
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "gateway", version())
			return err
		},
	}
}

// version is what a person asks for, in one line.
func version() string {
	b := telemetry.ReadBuild()
	return fmt.Sprintf("%s, commit %s, %s", b.Version, b.Commit, b.GoVersion)
}
