package accesslog

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// NewConsoleLogger returns a logger for somebody who watches a terminal. Its lines have the time of
// day, the level, the message, and then the fields as JSON, so that no text of others can pass for
// a line of the log.
func NewConsoleLogger(output zapcore.WriteSyncer, level zapcore.LevelEnabler) *zap.Logger {
	encoder := zap.NewDevelopmentEncoderConfig()
	encoder.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
	encoder.EncodeDuration = zapcore.StringDurationEncoder
	encoder.ConsoleSeparator = "  "
	encoder.CallerKey, encoder.StacktraceKey = "", ""
	return zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(encoder), output, level))
}
