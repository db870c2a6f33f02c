package main

import (
	"cmp"
	"os"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/stdlog"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

const serveName = "serve"

func serveCommand(libraries *stdlog.Reports) *cobra.Command {
	var file string
	var listen config.Listen
	var logFlags config.Log
	command := &cobra.Command{
		Use:   serveName + " --config FILE",
		Short: "Serve gRPC and REST until SIGTERM",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			hangups := takeSignals()
			gateway.TuneMemory() // before the defaults that depend on the limit
			reader, err := config.NewReader(vendors.All())
			if err != nil {
				return err
			}
			read := func(file string, text []byte, options ...config.Option) (*config.Config, error) {
				cfg, err := reader.Parse(file, text, options...)
				if err != nil {
					return nil, err
				}
				return cfg, override(cfg, listen, logFlags)
			}
			cfg, err := readFile(file, read)
			if err != nil {
				return err
			}
			level, err := zapcore.ParseLevel(cfg.Log.Level)
			if err != nil {
				return err
			}
			lines := accesslog.NewBuffer(cmd.ErrOrStderr())
			defer func() { _ = lines.Stop() }()
			logLevel := zap.NewAtomicLevelAt(level)
			log := accesslog.NewLogger(lines, logLevel)
			libraries.To(log)
			g, err := gateway.New(cfg, log, telemetry.ReadBuild(), gateway.WithLogBuffer(lines),
				gateway.WithLogLevel(logLevel), gateway.WithReload(func(file string, text []byte, running *config.Config) (*config.Config, error) {
					return read(file, text, config.Replacing(running))
				}))
			if err != nil {
				return err
			}
			go reloadOn(cmd.Context(), hangups, g)
			return g.Run(cmd.Context())
		},
	}
	flags := command.Flags()
	flags.StringVar(&file, "config", "", "configuration `FILE`")
	flags.StringVar(&listen.GRPC, "listen-grpc", "", "gRPC `ADDRESS`, instead of the file's")
	flags.StringVar(&listen.REST, "listen-rest", "", "REST `ADDRESS`, instead of the file's")
	flags.StringVar(&listen.Admin, "listen-admin", "", "admin `ADDRESS`, instead of the file's")
	flags.StringVar(&listen.Operator, "listen-operator", "", "operators' `ADDRESS` on loopback, instead of the file's")
	flags.StringVar(&logFlags.Level, "log-level", "", "debug, info, warn or error, instead of the file's")
	_ = command.MarkFlagRequired("config") // the flag exists
	return command
}

// readFile reads the configuration for the first time.
func readFile(file string, read func(string, []byte, ...config.Option) (*config.Config, error)) (*config.Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, config.Unreadable(file, err)
	}
	return read(file, text)
}

// override puts the flags that are set in the place of what the file says.
func override(cfg *config.Config, listen config.Listen, log config.Log) error {
	cfg.Listen.GRPC = cmp.Or(listen.GRPC, cfg.Listen.GRPC)
	cfg.Listen.REST = cmp.Or(listen.REST, cfg.Listen.REST)
	cfg.Listen.Admin = cmp.Or(listen.Admin, cfg.Listen.Admin)
	cfg.Listen.Operator = cmp.Or(listen.Operator, cfg.Listen.Operator)
	cfg.Log.Level = cmp.Or(log.Level, cfg.Log.Level)
	if err := cfg.CheckListen(); err != nil {
		return err
	}
	return cfg.Log.Check()
}
