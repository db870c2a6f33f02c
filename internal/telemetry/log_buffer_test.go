package telemetry_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/telemetry"
)

func TestLogBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		output := &outage{}
		buffer := telemetry.NewLogBuffer(output)
		logger := telemetry.NewLogger(buffer, zap.InfoLevel)
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
