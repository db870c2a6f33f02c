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
func (r tracingReports) Handle(err error) { warn(r.log, "spans were not sent", err.Error()) }

func warn(log *zap.Logger, message, cause string) {
	log.Warn(message, zap.String("cause", strings.ToValidUTF8(cause[:min(len(cause), maxReport)], "")))
}

// settingReports logs what the SDK says of its variables. It leaves out the values that
// come beside the text: those of OTEL_EXPORTER_OTLP_HEADERS are credentials.
type settingReports struct{ log *zap.Logger }

// Handle logs an error of a variable that has no credentials, as OTEL_TRACES_SAMPLER.
func (r settingReports) Handle(err error) { warn(r.log, badVariable, err.Error()) }

const badVariable = "an OTEL_ variable cannot be used"

func (settingReports) Init(logr.RuntimeInfo) {}

func (settingReports) Enabled(int) bool { return false }

func (settingReports) Info(int, string, ...any) {}

func (r settingReports) Error(_ error, message string, _ ...any) { warn(r.log, badVariable, message) }

func (r settingReports) WithValues(...any) logr.LogSink { return r }

func (r settingReports) WithName(string) logr.LogSink { return r }
