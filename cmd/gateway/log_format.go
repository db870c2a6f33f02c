package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/config/suggest"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
)

// logFormat is how lines of the log look: for programs or for people.
type logFormat string

var logFormats = []string{"auto", "console", "json"}

func (f *logFormat) addTo(command *cobra.Command) {
	command.Flags().StringVar((*string)(f), "log-format", "auto", "auto, console or json; auto is console on a terminal, and json elsewhere")
	_ = command.RegisterFlagCompletionFunc("log-format", cobra.FixedCompletions(logFormats, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
}

// logger returns a logger that writes to output, which is or goes to stderr.
func (f logFormat) logger(output zapcore.WriteSyncer, stderr io.Writer, level zapcore.LevelEnabler) (*zap.Logger, error) {
	switch {
	case f == "console", f == "auto" && isTerminal(stderr):
		return accesslog.NewConsoleLogger(output, level), nil
	case f == "json", f == "auto":
		return accesslog.NewLogger(output, level), nil
	default:
		return nil, errors.New("--log-format: " + suggest.Unknown("format", string(f), logFormats))
	}
}

// isTerminal reports whether somebody may be watching. Devices other than terminals count too, since
// nobody reads those.
func isTerminal(output io.Writer) bool {
	file, ok := output.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
