package config

import (
	"errors"
	"slices"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
)

// Log says what is logged.
type Log struct {
	// Level is debug, info, warn or error.
	Level string
}

// Check returns an error if the level is none of debug, info, warn and error.
func (l Log) Check() error {
	if !slices.Contains(logLevels(), l.Level) {
		return errors.New(suggest.Unknown("log level", l.Level, logLevels()))
	}
	return nil
}

func readLog(v document.Value) Log {
	level := v.Object("level").Optional("level")
	if !level.Given() {
		return Log{Level: DefaultLogLevel}
	}
	return Log{Level: level.Choice(logLevels()...)}
}

func logLevels() []string { return []string{"debug", "info", "warn", "error"} }
