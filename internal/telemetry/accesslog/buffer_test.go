package accesslog_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
)

func TestLogBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		output := &outage{}
		buffer := accesslog.NewBuffer(output)
		logger := accesslog.NewLogger(buffer, zap.InfoLevel)
		inTime := func(what string) {
			logger.Info(what)
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
		}
		inTime("first")
		require.Contains(t, output.String(), "first")

		output.broken = true
		inTime("second")
		output.broken = false
		inTime("third")
		require.NotContains(t, output.String(), "second")
		require.Contains(t, output.String(), "third")

		logger.Info("last")
		require.NoError(t, buffer.Stop())
		require.Contains(t, output.String(), "last")
		require.Equal(t, 3, strings.Count(output.String(), "\n"))
	})
}

// outage is an output that may be broken for a time.
type outage struct {
	strings.Builder

	broken bool
}

func (o *outage) Write(lines []byte) (int, error) {
	if o.broken {
		return 0, errors.New("no space left")
	}
	return o.Builder.Write(lines)
}

// Lines that cannot be written are dropped and counted, of a chunk that was written in part
// only the rest.
func TestDroppedLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		output := &outage{broken: true}
		buffer := accesslog.NewBuffer(output)
		for range 3 {
			_, err := buffer.Write([]byte("a line\n"))
			require.NoError(t, err)
		}
		time.Sleep(time.Second)
		require.Equal(t, int64(3), buffer.Dropped())
		output.broken = false
		_, _ = buffer.Write([]byte("another\n"))
		require.NoError(t, buffer.Stop())
		require.Equal(t, "another\n", output.String())
		require.Equal(t, int64(3), buffer.Dropped())
	})
}

// A reader that does not read delays nobody and takes no memory without bound. When it
// reads again, lines come again.
func TestStalledLogReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		output := &stalled{resume: make(chan struct{})}
		buffer := accesslog.NewBuffer(output)
		line := []byte(strings.Repeat("x", 1023) + "\n")
		begun := time.Now()
		for range 10_000 {
			_, err := buffer.Write(line)
			require.NoError(t, err)
			synctest.Wait()
		}
		require.Zero(t, time.Since(begun), "a call waited for the reader")
		require.Greater(t, buffer.Dropped(), int64(5000))
		require.NoError(t, buffer.Sync())
		require.Equal(t, time.Second, time.Since(begun), "the end of the process waits no longer")
		close(output.resume)
		time.Sleep(time.Second)
		require.Equal(t, int64(10_000), buffer.Dropped()+output.lines.Load())
		_, _ = buffer.Write(line)
		time.Sleep(time.Second)
		require.Equal(t, int64(10_001), buffer.Dropped()+output.lines.Load())
	})
}

// stalled is an output that takes nothing before it resumes.
type stalled struct {
	resume chan struct{}
	lines  atomic.Int64
}

func (s *stalled) Write(lines []byte) (int, error) {
	<-s.resume
	s.lines.Add(int64(strings.Count(string(lines), "\n")))
	return len(lines), nil
}
