package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"text/template"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sync/errgroup"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

//go:embed sandbox.yaml
var sandboxConfig string

func sandboxCommand() *cobra.Command {
	var once bool
	command := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve against stand-ins of the vendors, and issue a token of each product",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runSandbox(cmd.Context(), once, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	command.Flags().BoolVar(&once, "once", false, "exit when the tokens are issued, 0 only if all were")
	return command
}

// errStop ends the sandbox when its tokens are issued.
var errStop = errors.New("tokens issued")

// runSandbox starts the stand-ins and a gateway in front of them on free loopback
// ports, issues a token of each product over both transports, and serves until ctx
// ends or, if once is set, no longer.
func runSandbox(ctx context.Context, once bool, stdout, stderr io.Writer) error {
	standIns, err := startStandIns()
	if err != nil {
		return err
	}
	defer standIns.close()
	cfg, err := standIns.config()
	if err != nil {
		return err
	}
	level := zap.NewAtomicLevelAt(zap.ErrorLevel)
	gateway, err := newGateway(cfg, telemetry.NewLogger(zapcore.AddSync(stderr), level))
	if err != nil {
		return err
	}
	var failures error
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return gateway.run(ctx) })
	group.Go(func() error {
		if failures = showTokens(ctx, gateway, stdout); failures != nil || once {
			return errStop
		}
		level.SetLevel(zap.InfoLevel)
		return showHow(gateway, standIns, stdout)
	})
	if err := group.Wait(); err != nil && !errors.Is(err, errStop) {
		return err
	}
	return failures
}

// standIns are the vendors' servers of the sandbox.
type standIns struct {
	servers []*http.Server
	// Megvii and Linkface are base URLs.
	Megvii, Linkface string
}

func startStandIns() (*standIns, error) {
	s := &standIns{}
	for _, vendor := range []struct {
		handler http.Handler
		url     *string
	}{
		{sandbox.NewMegvii(sandbox.Options{}), &s.Megvii},
		{sandbox.NewLinkface(sandbox.Options{}), &s.Linkface},
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.close()
			return nil, fmt.Errorf("cannot listen for a stand-in: %w", err)
		}
		server := &http.Server{Handler: vendor.handler, ReadTimeout: time.Minute, WriteTimeout: time.Minute}
		s.servers = append(s.servers, server)
		*vendor.url = "http://" + listener.Addr().String()
		go func() { _ = server.Serve(listener) }()
	}
	return s, nil
}

func (s *standIns) close() {
	for _, server := range s.servers {
		_ = server.Close()
	}
}

// config is the built-in configuration with the stand-ins' addresses. Its secrets pass
// through the environment as those of any configuration may.
func (s *standIns) config() (*config.Config, error) {
	for name, value := range map[string]string{
		"SANDBOX_MEGVII_API_KEY":      sandbox.DemoMegviiAPIKey,
		"SANDBOX_MEGVII_API_SECRET":   sandbox.DemoMegviiAPISecret,
		"SANDBOX_LINKFACE_API_ID":     sandbox.DemoLinkfaceAPIID,
		"SANDBOX_LINKFACE_API_SECRET": sandbox.DemoLinkfaceAPISecret,
	} {
		if err := os.Setenv(name, value); err != nil {
			return nil, err
		}
	}
	parsed, err := template.New("sandbox.yaml").Parse(sandboxConfig)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := parsed.Execute(&text, s); err != nil {
		return nil, err
	}
	return config.Parse("sandbox.yaml", text.Bytes(), vendors.All())
}
