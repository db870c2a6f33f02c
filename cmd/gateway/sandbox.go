package main

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sync/errgroup"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/demo"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/sensitive"
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
			"  gateway sandbox gateway.yaml   # its routes, the stand-ins' addresses and credentials; no secret is read",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.libraries = libraries
			if o.file.flag == "" && len(args) == 0 {
				return runSandbox(cmd, &o, o.builtIn)
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
	command.Flags().StringVar(&o.listen.GRPC, "grpc", "127.0.0.1:0", "gRPC `ADDRESS`; port 0 is any free one")
	command.Flags().StringVar(&o.listen.REST, "rest", "127.0.0.1:0", "REST `ADDRESS`; port 0 is any free one")
	return command
}

// sandboxOptions are the flags of "gateway sandbox".
type sandboxOptions struct {
	// own says that the routes are of the file.
	once, own bool
	file      configFile
	format    logFormat
	listen    config.Listen
	libraries *stdlog.Reports
}

// errStop ends the sandbox when its tokens are issued.
var errStop = errors.New("tokens issued")

// runSandbox starts the stand-ins and a gateway in front of them, issues a token of each product
// over both transports if the configuration is the built-in one, and serves until the command's
// context ends or, with --once, no longer. It says on stderr what takes longer than a second.
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
	if err := demo.Say(progress, "starting the gateway", func() (err error) {
		cfg, err := configure(standIns)
		if err != nil {
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
			level.SetLevel(zap.InfoLevel)
			return demo.ShowOwn(g.Addresses(), standIns, stdout)
		}
		if failures = demo.IssueTokens(ctx, g.Addresses(), stdout, progress); failures != nil || o.once {
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

// ownRoutes returns the configuration of the file with the stand-ins in the place of its vendors,
// and without what could reach or need anything beyond this machine.
func (o *sandboxOptions) ownRoutes(command *cobra.Command, args []string, standIns *demo.StandIns) (*config.Config, error) {
	o.file.noSecrets = true
	cfg, _, err := o.file.load(command, args)
	if err != nil {
		return nil, err
	}
	cfg.Listen = config.Listen{GRPC: o.listen.GRPC, REST: o.listen.REST, Admin: "127.0.0.1:0", Operator: "127.0.0.1:0", Reflection: true}
	cfg.Redis, cfg.Authentication, cfg.Callers = nil, nil, nil
	cfg.AllowPlaintext, cfg.AllowUnauthenticated, cfg.AllowPrivateCallbacks = false, false, true
	for i := range cfg.Routes {
		if callers := cfg.Routes[i].Callers; len(callers) > 0 {
			return nil, fmt.Errorf("the sandbox tells no callers apart: leave the route for %s out of what it is given", permissions.Listed(callers))
		}
	}
	for i := range cfg.Accounts {
		if err := standIn(&cfg.Accounts[i], standIns); err != nil {
			return nil, err
		}
	}
	return cfg, cfg.CheckListen()
}

// standIn has an account be one with the stand-in of its provider.
func standIn(account *config.Account, standIns *demo.StandIns) error {
	vendor, ok := standIns.Of(account.Provider.Name)
	if !ok {
		return fmt.Errorf("%s: the sandbox has no stand-in of %s", account.Name, account.Provider.Name)
	}
	address, err := url.Parse(vendor.URL)
	if err != nil {
		return err
	}
	account.BaseURL, account.PathPrefix = address, vendor.PathPrefix
	account.Proxy, account.CAFile, account.RootCAs = nil, "", nil
	for i := range account.Credentials {
		secrets := make(map[string]sensitive.String, len(vendor.Secrets))
		for key, value := range vendor.Secrets {
			secrets[key] = sensitive.New(value)
		}
		account.Credentials[i].Secrets = secrets
	}
	return nil
}
