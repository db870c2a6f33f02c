package config

import (
	"errors"
	"slices"
)

// Log says what is logged.
type Log struct {
	// Level is debug, info, warn or error.
	Level string
}

// Check returns an error if the level is none of debug, info, warn and error.
func (l Log) Check() error {
	if !slices.Contains(logLevels(), l.Level) {
		return errors.New(Unknown("log level", l.Level, logLevels()))
	}
	return nil
}

func (r *reader) log(v value) Log {
	level := r.object(v, "level").optional("level")
	if !level.given() {
		return Log{Level: DefaultLogLevel}
	}
	return Log{Level: r.choice(level, logLevels()...)}
}

func logLevels() []string { return []string{"debug", "info", "warn", "error"} }
