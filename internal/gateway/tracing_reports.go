package gateway

import (
	"strings"
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// maxReport bounds what of an error goes to the log: a collector's answer may be in it.
const maxReport = 256

// tracingReports logs what OpenTelemetry has to say, each message once a minute: a dead
// collector fails every few seconds.
type tracingReports struct{ log *zap.Logger }

func newTracingReports(log *zap.Logger) tracingReports {
	return tracingReports{log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, time.Minute, 1, 0)
	}))}
}

// Handle logs that spans were lost.
func (r tracingReports) Handle(err error) {
	text := err.Error()
	r.log.Warn("spans were not sent", zap.String("cause", strings.ToValidUTF8(text[:min(len(text), maxReport)], "")))
}

// logger is for what the SDK finds wrong with its variables.
func (r tracingReports) logger() logr.Logger { return logr.New(settingReports(r)) }

// settingReports logs the SDK's words, without the values: OTEL_EXPORTER_OTLP_HEADERS
// has secrets.
type settingReports struct{ log *zap.Logger }

func (settingReports) Init(logr.RuntimeInfo) {}

func (settingReports) Enabled(int) bool { return false }

func (settingReports) Info(int, string, ...any) {}

func (r settingReports) Error(_ error, message string, _ ...any) {
	r.log.Warn("an OTEL_ variable cannot be used", zap.String("cause", message))
}

func (r settingReports) WithValues(...any) logr.LogSink { return r }

func (r settingReports) WithName(string) logr.LogSink { return r }
