// Command gateway is one call, IssueLivenessToken, in front of every liveness vendor.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/crash"
	"github.com/liveness-gateway/gateway/internal/stdlog"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
)

func main() {
	stderr := crash.Stderr()
	// Before anything else, because what libraries log may repeat what callers and vendors sent.
	libraries := stdlog.New(accesslog.NewLogger(zapcore.Lock(stderr), zapcore.WarnLevel))
	libraries.Redirect()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	root := newRoot(libraries)
	discreet(root, stderr)
	if err := execute(ctx, root, os.Args[1:], os.Stdout, stderr); err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		os.Exit(1)
	}
}

// execute executes a command line. What the user asked for goes to stdout, the log to
// stderr.
func execute(ctx context.Context, root *cobra.Command, args []string, stdout, stderr io.Writer) error {
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

// newRoot returns all commands. Those that have a log take what libraries report into it.
func newRoot(libraries *stdlog.Reports) *cobra.Command {
	root := group(&cobra.Command{
		Use:   "gateway",
		Short: "One call in front of every liveness vendor",
		Example: "  gateway sandbox                     # look around, against stand-ins of the vendors\n" +
			"  gateway config check gateway.yaml   # then with your own configuration\n" +
			"  gateway serve gateway.yaml\n" +
			"  source <(gateway completion bash)   # Tab completes commands, flags and files",
		SilenceErrors: true,
		SilenceUsage:  true,
	}, serveCommand(libraries), configCommand(), sandboxCommand(libraries), tryCommand(), planCommand(), keyCommand(), healthcheckCommand(), versionCommand(),
		crashReportCommand())
	addVersionFlag(root)
	return root
}
