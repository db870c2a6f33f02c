package stdlog

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"

	"github.com/go-logr/logr"
	goredis "github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel"
	"google.golang.org/grpc/grpclog"
)

// Redirect takes the place of the shared loggers. It comes before anything else, as grpclog
// wants it, and once in a process.
func (r *Reports) Redirect() {
	slog.SetDefault(slog.New(slogHandler{r})) // would put itself behind package log
	log.SetFlags(0)
	log.SetPrefix("")
	log.SetOutput(r)
	grpclog.SetLoggerV2(grpcLogger{r})
	goredis.SetLogger(redisLogger{r})
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { r.report(err.Error()) }))
	otel.SetLogger(logr.New(otelSink{r}))
}

// redisLogger is what go-redis's clients share.
type redisLogger struct{ to *Reports }

// Printf reports the text.
func (l redisLogger) Printf(_ context.Context, format string, v ...any) {
	l.to.report(fmt.Sprintf(format, v...))
}

type slogHandler struct{ to *Reports }

// Enabled leaves out what is no warning.
func (slogHandler) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle reports the message without its attributes.
func (h slogHandler) Handle(_ context.Context, record slog.Record) error {
	h.to.report(record.Message)
	return nil
}

// WithAttrs drops the attributes.
func (h slogHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup drops the group.
func (h slogHandler) WithGroup(string) slog.Handler { return h }

// grpcLogger is grpclog.LoggerV2: warnings and worse are reported, all else is dropped.
type grpcLogger struct{ to *Reports }

func (grpcLogger) Info(...any)                      {}
func (grpcLogger) Infoln(...any)                    {}
func (grpcLogger) Infof(string, ...any)             {}
func (l grpcLogger) Warning(args ...any)            { l.to.report(fmt.Sprint(args...)) }
func (l grpcLogger) Warningln(args ...any)          { l.to.report(fmt.Sprintln(args...)) }
func (l grpcLogger) Warningf(f string, args ...any) { l.to.report(fmt.Sprintf(f, args...)) }
func (l grpcLogger) Error(args ...any)              { l.to.report(fmt.Sprint(args...)) }
func (l grpcLogger) Errorln(args ...any)            { l.to.report(fmt.Sprintln(args...)) }
func (l grpcLogger) Errorf(f string, args ...any)   { l.to.report(fmt.Sprintf(f, args...)) }
func (l grpcLogger) Fatal(args ...any)              { l.end(fmt.Sprint(args...)) }
func (l grpcLogger) Fatalln(args ...any)            { l.end(fmt.Sprintln(args...)) }
func (l grpcLogger) Fatalf(f string, args ...any)   { l.end(fmt.Sprintf(f, args...)) }
func (grpcLogger) V(int) bool                       { return false }

// end ends the process, as grpclog promises its callers.
func (l grpcLogger) end(message string) {
	l.to.report(message)
	os.Exit(1)
}

// otelSink is where OpenTelemetry's global logger writes. The values beside a message are
// dropped: some are credentials.
type otelSink struct{ to *Reports }

func (otelSink) Init(logr.RuntimeInfo)                     {}
func (otelSink) Enabled(int) bool                          { return false }
func (otelSink) Info(int, string, ...any)                  {}
func (s otelSink) Error(_ error, message string, _ ...any) { s.to.report(message) }
func (s otelSink) WithValues(...any) logr.LogSink          { return s }
func (s otelSink) WithName(string) logr.LogSink            { return s }
