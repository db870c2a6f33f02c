package main

import (
	"cmp"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/stdlog"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
)

const serveName = "serve"

// serveOptions are the flags of "gateway serve".
type serveOptions struct {
	config    configFile
	listen    config.Listen
	log       config.Log
	format    logFormat
	libraries *stdlog.Reports
}

func serveCommand(libraries *stdlog.Reports) *cobra.Command {
	o := serveOptions{libraries: libraries}
	command := &cobra.Command{
		Use:   serveName + " FILE",
		Short: "Serve gRPC and REST until SIGTERM; a second signal ends it at once",
		Example: "  gateway serve gateway.yaml\n" +
			"  gateway serve --config gateway.yaml --log-level debug\n" +
			"  render-configuration | gateway serve -   # is read once, and never reloaded",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runServe(cmd, args, &o)
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.listen.GRPC, "listen-grpc", "", "gRPC `ADDRESS`, instead of the file's")
	flags.StringVar(&o.listen.REST, "listen-rest", "", "REST `ADDRESS`, instead of the file's")
	flags.StringVar(&o.listen.Admin, "listen-admin", "", "admin `ADDRESS`, instead of the file's")
	flags.StringVar(&o.listen.Operator, "listen-operator", "", "operators' `ADDRESS` on loopback, instead of the file's")
	flags.StringVar(&o.log.Level, "log-level", "", "debug, info, warn or error, instead of the file's")
	_ = command.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	o.config.addTo(command)
	o.format.addTo(command)
	return command
}

func runServe(command *cobra.Command, args []string, o *serveOptions) error {
	hangups := takeSignals()
	gateway.TuneMemory() // before the defaults that depend on the limit
	name, text, err := o.config.read(command, args)
	if err != nil {
		return err
	}
	cfg, err := o.parse(name, text)
	if err != nil {
		return err
	}
	level, err := zap.ParseAtomicLevel(cfg.Log.Level)
	if err != nil {
		return err
	}
	lines := accesslog.NewBuffer(command.ErrOrStderr())
	defer func() { _ = lines.Stop() }()
	log, err := o.format.logger(lines, command.ErrOrStderr(), level)
	if err != nil {
		return err
	}
	o.libraries.To(log)
	options := []gateway.Option{gateway.WithLogBuffer(lines), gateway.WithLogLevel(level)}
	if name != standardInput {
		options = append(options, gateway.WithReload(func(file string, text []byte, running *config.Config) (*config.Config, error) {
			return o.parse(file, text, config.Replacing(running))
		}))
	}
	g, err := gateway.New(cfg, log, telemetry.ReadBuild(), options...)
	if err != nil {
		return err
	}
	go reloadOn(command.Context(), hangups, g)
	return g.Run(command.Context())
}

// parse returns the configuration of a file, with the flags in place of what it says.
func (o *serveOptions) parse(file string, text []byte, options ...config.Option) (*config.Config, error) {
	cfg, err := parseConfig(file, text, options...)
	if err != nil {
		return nil, err
	}
	cfg.Listen.GRPC = cmp.Or(o.listen.GRPC, cfg.Listen.GRPC)
	cfg.Listen.REST = cmp.Or(o.listen.REST, cfg.Listen.REST)
	cfg.Listen.Admin = cmp.Or(o.listen.Admin, cfg.Listen.Admin)
	cfg.Listen.Operator = cmp.Or(o.listen.Operator, cfg.Listen.Operator)
	cfg.Log.Level = cmp.Or(o.log.Level, cfg.Log.Level)
	if err := cfg.CheckListen(); err != nil {
		return nil, err
	}
	return cfg, cfg.Log.Check()
}
