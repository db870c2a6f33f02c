package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/readiness"
)

// healthLimit bounds the whole check. Docker and podman give up after 30 s by default.
const healthLimit = 5 * time.Second

// healthcheckCommand is the probe of an image that has no other program.
func healthcheckCommand() *cobra.Command {
	file := configFile{noSecrets: true}
	var admin string
	command := &cobra.Command{
		Use:   "healthcheck FILE|ADDRESS",
		Short: "Ask a gateway whether it is ready, by its configuration or its admin address; exit 0 if it is",
		Example: "  gateway healthcheck /etc/gateway/gateway.yaml\n" +
			"  gateway healthcheck 127.0.0.1:9091\n" +
			"  gateway healthcheck https://127.0.0.1:9091   # with listen.admin_tls\n" +
			"  gateway healthcheck --config gateway.yaml --listen-admin 127.0.0.1:9191   # where serve was told so too",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && readiness.IsAddress(args[0]) {
				if admin != "" {
					return errors.New("the admin ADDRESS is named twice, as an argument and by --listen-admin")
				}
				admin, args = args[0], nil
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), healthLimit)
			defer cancel()
			encrypted := false // unless the address says so
			if admin == "" || len(args) > 0 || file.flag != "" {
				cfg, _, err := file.load(cmd, args)
				if err != nil {
					return err
				}
				admin, encrypted = cmp.Or(admin, cfg.Listen.Admin), cfg.Listen.AdminTLS != nil
			}
			return readiness.Ask(ctx, admin, encrypted)
		},
	}
	command.Flags().StringVar(&admin, "listen-admin", "", "admin `ADDRESS`, instead of the file's or without a file; https://HOST:PORT with TLS")
	file.addTo(command)
	return command
}
