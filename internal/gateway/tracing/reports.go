package tracing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// maxReport bounds what is logged of an error, which may hold a collector's answer.
const maxReport = 256

// reports logs what OpenTelemetry has to say, each message once a minute: a dead
// collector fails every few seconds.
type reports struct{ log *zap.Logger }

func newReports(log *zap.Logger) reports {
	return reports{log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, time.Minute, 1, 0)
	}))}
}

// Handle logs that spans were lost, without the collector's own words, which may repeat the credentials that
// it was sent.
func (r reports) Handle(err error) { warn(r.log, "spans were not sent", causeOf(err)) }

// httpStatus is where the exporter says what the collector answered, before its words.
var httpStatus = regexp.MustCompile(`: ([1-5][0-9][0-9]) `)

// causeOf names the cause of an error without any text of the collector's.
func causeOf(err error) string {
	var network *net.OpError
	var system syscall.Errno
	switch code := status.Code(err); {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "no answer in time"
	case errors.As(err, &system):
		return system.Error()
	case errors.As(err, &network):
		return network.Op
	case code != codes.Unknown:
		return "gRPC " + code.String()
	}
	if found := httpStatus.FindStringSubmatch(err.Error()); found != nil {
		return "HTTP " + found[1]
	}
	return fmt.Sprintf("%T", err)
}

func warn(log *zap.Logger, message, cause string) {
	log.Warn(message, zap.String("cause", strings.ToValidUTF8(cause[:min(len(cause), maxReport)], "")))
}

// settingReports logs what the SDK says about its variables, without their values: those of
// OTEL_EXPORTER_OTLP_HEADERS are credentials.
type settingReports struct{ log *zap.Logger }

// Handle logs an error of a variable without credentials, such as OTEL_TRACES_SAMPLER.
func (r settingReports) Handle(err error) { warn(r.log, badVariable, err.Error()) }

const badVariable = "an OTEL_ variable cannot be used"

func (settingReports) Init(logr.RuntimeInfo) {}

func (settingReports) Enabled(int) bool { return false }

func (settingReports) Info(int, string, ...any) {}

func (r settingReports) Error(_ error, message string, _ ...any) { warn(r.log, badVariable, message) }

func (r settingReports) WithValues(...any) logr.LogSink { return r }

func (r settingReports) WithName(string) logr.LogSink { return r }
