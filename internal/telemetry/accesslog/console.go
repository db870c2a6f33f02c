package accesslog

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// NewConsoleLogger returns a logger that writes lines for somebody who watches a terminal: the
// time of day, the level, the message, and the fields behind it as JSON, in which nothing of
// another could pass for a line of the log.
func NewConsoleLogger(output zapcore.WriteSyncer, level zapcore.LevelEnabler) *zap.Logger {
	encoder := zap.NewDevelopmentEncoderConfig()
	encoder.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
	encoder.EncodeDuration = zapcore.StringDurationEncoder
	encoder.ConsoleSeparator = "  "
	encoder.CallerKey, encoder.StacktraceKey = "", ""
	return zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(encoder), output, level))
}
