package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sync/errgroup"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/demo"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/stdlog"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

func sandboxCommand(libraries *stdlog.Reports) *cobra.Command {
	var once bool
	command := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve against stand-ins of the vendors, and issue a token of each product",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runSandbox(cmd.Context(), libraries, once, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	command.Flags().BoolVar(&once, "once", false, "exit when the tokens are issued, 0 only if all were")
	return command
}

// errStop ends the sandbox when its tokens are issued.
var errStop = errors.New("tokens issued")

// runSandbox starts the stand-ins and a gateway in front of them on free loopback
// ports, issues a token of each product over both transports, and serves until ctx
// ends or, if once is set, no longer. It says on stderr what takes longer than a second.
func runSandbox(ctx context.Context, libraries *stdlog.Reports, once bool, stdout, stderr io.Writer) error {
	progress := zapcore.Lock(zapcore.AddSync(stderr)) // the log goes there too
	standIns, err := demo.Start()
	if err != nil {
		return err
	}
	defer standIns.Close()
	level := zap.NewAtomicLevelAt(zap.ErrorLevel)
	logger := accesslog.NewLogger(progress, level)
	libraries.To(logger)
	var g *gateway.Gateway
	if err := demo.Say(progress, "starting the gateway", func() (err error) {
		g, err = newSandboxGateway(standIns, logger)
		return err
	}); err != nil {
		return err
	}
	var failures error
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return g.Run(ctx) })
	group.Go(func() error {
		if failures = demo.IssueTokens(ctx, g.Addresses(), stdout, progress); failures != nil || once {
			return errStop
		}
		level.SetLevel(zap.InfoLevel)
		return demo.ShowHow(g.Addresses(), standIns, stdout)
	})
	<-ctx.Done()
	if err := demo.Say(progress, "stopping the gateway", group.Wait); err != nil && !errors.Is(err, errStop) {
		return err
	}
	return failures
}

func newSandboxGateway(standIns *demo.StandIns, log *zap.Logger) (*gateway.Gateway, error) {
	text, err := standIns.Config()
	if err != nil {
		return nil, err
	}
	cfg, err := config.Parse("sandbox.yaml", text, vendors.All())
	if err != nil {
		return nil, err
	}
	return gateway.New(cfg, log, telemetry.ReadBuild())
}
