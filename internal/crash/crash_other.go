//go:build !linux

package crash

import (
	"io"
	"os"
)

// NoCore does nothing.
func NoCore() error { return nil }

// Stderr returns standard error.
func Stderr() *os.File { return os.Stderr }

// Start does nothing.
func Start(*os.File, ...string) error { return nil }

// RunReporter is the reporter.
func RunReporter(crash io.Reader, output io.Writer) error { return Report(crash, output) }
