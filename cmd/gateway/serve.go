package main

import (
	"cmp"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/stdlog"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
)

const serveName = "serve"

func serveCommand(libraries *stdlog.Reports) *cobra.Command {
	var file configFile
	var format logFormat
	var listen config.Listen
	var logFlags config.Log
	command := &cobra.Command{
		Use:   serveName + " FILE",
		Short: "Serve gRPC and REST until SIGTERM; a second signal ends it at once",
		Example: "  gateway serve gateway.yaml\n" +
			"  gateway serve --config gateway.yaml --log-level debug\n" +
			"  render-configuration | gateway serve -   # is read once, and never reloaded",
		RunE: func(cmd *cobra.Command, args []string) error {
			hangups := takeSignals()
			gateway.TuneMemory() // before the defaults that depend on the limit
			read := func(file string, text []byte, options ...config.Option) (*config.Config, error) {
				cfg, err := parseConfig(file, text, options...)
				if err != nil {
					return nil, err
				}
				return cfg, override(cfg, listen, logFlags)
			}
			name, text, err := file.read(cmd, args)
			if err != nil {
				return err
			}
			cfg, err := read(name, text)
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
			log, err := format.logger(lines, cmd.ErrOrStderr(), logLevel)
			if err != nil {
				return err
			}
			libraries.To(log)
			options := []gateway.Option{gateway.WithLogBuffer(lines), gateway.WithLogLevel(logLevel)}
			if name != standardInput {
				options = append(options, gateway.WithReload(func(file string, text []byte, running *config.Config) (*config.Config, error) {
					return read(file, text, config.Replacing(running))
				}))
			}
			g, err := gateway.New(cfg, log, telemetry.ReadBuild(), options...)
			if err != nil {
				return err
			}
			go reloadOn(cmd.Context(), hangups, g)
			return g.Run(cmd.Context())
		},
	}
	flags := command.Flags()
	flags.StringVar(&listen.GRPC, "listen-grpc", "", "gRPC `ADDRESS`, instead of the file's")
	flags.StringVar(&listen.REST, "listen-rest", "", "REST `ADDRESS`, instead of the file's")
	flags.StringVar(&listen.Admin, "listen-admin", "", "admin `ADDRESS`, instead of the file's")
	flags.StringVar(&listen.Operator, "listen-operator", "", "operators' `ADDRESS` on loopback, instead of the file's")
	flags.StringVar(&logFlags.Level, "log-level", "", "debug, info, warn or error, instead of the file's")
	_ = command.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	file.addTo(command)
	format.addTo(command)
	return command
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
