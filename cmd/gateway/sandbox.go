package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sync/errgroup"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/demo"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/stdlog"
	"github.com/liveness-gateway/gateway/internal/telemetry"
)

func sandboxCommand(libraries *stdlog.Reports) *cobra.Command {
	var o sandboxOptions
	command := &cobra.Command{
		Use:   "sandbox [FILE]",
		Short: "Serve against stand-ins of the vendors, and issue a token of each product; with FILE serve its routes",
		Example: "  gateway sandbox --once\n" +
			"  gateway sandbox --grpc 127.0.0.1:9090 --rest 127.0.0.1:8080\n" +
			"  gateway sandbox gateway.yaml   # its routes, the stand-ins' addresses and credentials; no secret is read\n" +
			"  gateway sandbox --whole gateway.yaml   # its listeners, callers and Redis too: deploy/compose.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.libraries = libraries
			if o.file.flag == "" && len(args) == 0 {
				if o.whole {
					return errors.New("--whole needs a FILE: the built-in configuration has its listeners on free ports")
				}
				return runSandbox(cmd, &o, o.builtIn)
			}
			if o.whole && (cmd.Flags().Changed("grpc") || cmd.Flags().Changed("rest")) {
				return errors.New("--whole has the FILE's listeners: leave --grpc and --rest out")
			}
			if o.once {
				return errors.New("--once is without a FILE: whether its routes issue a token of each product is not known")
			}
			o.own = true
			return runSandbox(cmd, &o, func(standIns *demo.StandIns) (*config.Config, error) { return o.ownRoutes(cmd, args, standIns) })
		},
	}
	o.file.addTo(command)
	o.format.addTo(command)
	command.Flags().BoolVar(&o.once, "once", false, "exit when the tokens are issued, 0 only if all were")
	command.Flags().BoolVar(&o.whole, "whole", false, "keep the FILE's listeners, callers, certificates and Redis, and read its secrets: all but the vendors is as serve has it")
	command.Flags().StringVar(&o.listen.GRPC, "grpc", "127.0.0.1:0", "gRPC `ADDRESS`; port 0 is any free one")
	command.Flags().StringVar(&o.listen.REST, "rest", "127.0.0.1:0", "REST `ADDRESS`; port 0 is any free one")
	return command
}

// sandboxOptions are the flags of "gateway sandbox".
type sandboxOptions struct {
	// own says that the routes come from the file, whole that everything but the vendors does.
	once, own, whole bool
	file             configFile
	format           logFormat
	listen           config.Listen
	libraries        *stdlog.Reports
}

// errStop ends the sandbox when its tokens are issued.
var errStop = errors.New("tokens issued")

// runSandbox starts the stand-ins and a gateway in front of them. With the built-in configuration it issues
// a token of each product over both transports. Then it serves until the command's context ends, or with
// --once returns. If something takes longer than a second, it says so on stderr.
func runSandbox(command *cobra.Command, o *sandboxOptions, configure func(*demo.StandIns) (*config.Config, error)) error {
	stdout, stderr := command.OutOrStdout(), command.ErrOrStderr()
	progress := zapcore.Lock(zapcore.AddSync(stderr)) // the log goes there too
	standIns, err := demo.Start()
	if err != nil {
		return err
	}
	defer standIns.Close()
	level := zap.NewAtomicLevelAt(zap.ErrorLevel)
	logger, err := o.format.logger(progress, stderr, level)
	if err != nil {
		return err
	}
	o.libraries.To(logger)
	var g *gateway.Gateway
	var serving zapcore.Level
	if err := demo.Say(progress, "starting the gateway", func() (err error) {
		cfg, err := configure(standIns)
		if err != nil {
			return err
		}
		if serving, err = zapcore.ParseLevel(cfg.Log.Level); err != nil {
			return err
		}
		g, err = gateway.New(cfg, logger, telemetry.ReadBuild())
		return err
	}); err != nil {
		return err
	}
	var failures error
	group, ctx := errgroup.WithContext(command.Context())
	group.Go(func() error { return g.Run(ctx) })
	group.Go(func() error {
		if o.own {
			level.SetLevel(serving)
			return demo.ShowOwn(g.Addresses(), standIns, stdout)
		}
		if failures = demo.IssueTokens(ctx, g.Addresses(), stdout, progress); failures != nil || o.once {
			return errStop
		}
		level.SetLevel(serving)
		return demo.ShowHow(g.Addresses(), standIns, stdout)
	})
	<-ctx.Done()
	if err := demo.Say(progress, "stopping the gateway", group.Wait); err != nil && !errors.Is(err, errStop) {
		return err
	}
	return failures
}

// builtIn returns the built-in configuration.
func (o *sandboxOptions) builtIn(standIns *demo.StandIns) (*config.Config, error) {
	text, err := standIns.Config()
	if err != nil {
		return nil, err
	}
	cfg, err := parseConfig("sandbox.yaml", text)
	if err != nil {
		return nil, err
	}
	cfg.Listen.GRPC, cfg.Listen.REST = o.listen.GRPC, o.listen.REST
	return cfg, cfg.CheckListen()
}

// ownRoutes returns the file's configuration with the stand-ins in place of its vendors and, without
// --whole, without anything that could reach or need something beyond this machine.
func (o *sandboxOptions) ownRoutes(command *cobra.Command, args []string, standIns *demo.StandIns) (*config.Config, error) {
	if o.whole {
		gateway.TuneMemory() // before the defaults that depend on the limit
	}
	o.file.noSecrets = !o.whole
	cfg, _, err := o.file.load(command, args)
	if err != nil {
		return nil, err
	}
	if !o.whole {
		if err := o.keepInside(cfg); err != nil {
			return nil, err
		}
	}
	for i := range cfg.Accounts {
		if err := standIns.Replace(&cfg.Accounts[i]); err != nil {
			return nil, err
		}
	}
	return cfg, cfg.CheckListen()
}

// keepInside removes what could reach or need something beyond this machine.
func (o *sandboxOptions) keepInside(cfg *config.Config) error {
	cfg.Listen = config.Listen{GRPC: o.listen.GRPC, REST: o.listen.REST, Admin: "127.0.0.1:0", Operator: "127.0.0.1:0", Reflection: true}
	cfg.Redis, cfg.Authentication, cfg.Callers = nil, nil, nil
	cfg.AllowPlaintext, cfg.AllowUnauthenticated, cfg.AllowPrivateCallbacks = false, false, true
	for i := range cfg.Routes {
		if callers := cfg.Routes[i].Callers; len(callers) > 0 {
			return fmt.Errorf("the sandbox tells no callers apart without --whole: leave the route for %s out of what it is given", permissions.Listed(callers))
		}
	}
	return nil
}
