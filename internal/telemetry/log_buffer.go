package telemetry

import (
	"io"
	"time"

	"go.uber.org/zap/zapcore"
)

// logDelay is how long a line may wait for others to be written with.
const logDelay = 100 * time.Millisecond

// NewLogBuffer returns a buffer that writes lines to output many at a time: a system call
// for each is a fifteenth of what a small call costs. A line waits 100 ms at most; those
// that wait when the process is killed are lost. Stop writes the rest.
func NewLogBuffer(output io.Writer) *zapcore.BufferedWriteSyncer {
	return &zapcore.BufferedWriteSyncer{WS: zapcore.AddSync(lossy{output}), FlushInterval: logDelay}
}

// lossy is an output that drops what cannot be written, for example on a full disk: after
// an error the buffer would never write again. It is not synced: that is up to the system.
type lossy struct {
	output io.Writer
}

// Write never fails.
func (l lossy) Write(lines []byte) (int, error) {
	_, _ = l.output.Write(lines)
	return len(lines), nil
}
