package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// healthLimit bounds the whole check. Docker and podman give up after 30 s by default.
const healthLimit = 5 * time.Second

// healthcheckCommand is the probe of an image that has no other program.
func healthcheckCommand() *cobra.Command {
	var file, admin string
	command := &cobra.Command{
		Use:   "healthcheck --config FILE",
		Short: "Ask the gateway of a configuration on this machine whether it is ready; exit 0 if it is",
		Example: "  gateway healthcheck --config /etc/gateway/gateway.yaml\n" +
			"  gateway healthcheck --config gateway.yaml --listen-admin 127.0.0.1:9191   # where serve was told so too",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(file, vendors.All(), config.WithoutSecrets())
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), healthLimit)
			defer cancel()
			address, err := onThisMachine(cmp.Or(admin, cfg.Listen.Admin))
			if err != nil {
				return err
			}
			return askReady(ctx, address, cfg.Listen.AdminTLS != nil)
		},
	}
	command.Flags().StringVar(&file, "config", "", "configuration `FILE` of the gateway that is asked")
	command.Flags().StringVar(&admin, "listen-admin", "", "admin `ADDRESS`, instead of the file's")
	_ = command.MarkFlagRequired("config") // the flag exists
	return command
}

// onThisMachine returns where a listener of the address is reached from here.
func onThisMachine(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("listen-admin must be host:port: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port), nil
}

// askReady returns nil if /readyz answers 200.
func askReady(ctx context.Context, address string, encrypted bool) error {
	url := "http://" + address + "/readyz"
	// Certificates are for the names that others use, and nothing is sent that is secret.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // as the kubelet's probes
	if encrypted {
		url = "https://" + address + "/readyz"
	}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return fmt.Errorf("the gateway does not answer: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the gateway is not ready: %s", answer.Status)
	}
	return nil
}
