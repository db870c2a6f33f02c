package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/telemetry"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit and the Go version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b := telemetry.ReadBuild()
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "gateway %s, commit %s, %s\n", b.Version, b.Commit, b.GoVersion)
			return err
		},
	}
}
