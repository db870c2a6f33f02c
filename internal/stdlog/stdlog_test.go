package stdlog_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/stdlog"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
)

const canary = "tiger-lily-7781"

func TestOnlyTheKindIsLogged(t *testing.T) {
	for message, kind := range map[string]string{
		"Unsolicited response received on idle HTTP channel starting with \"" + canary + "\"; err=<nil>":  "Unsolicited response received on idle HTTP channel",
		"http: TLS handshake error from 192.0.2.1:7: " + canary:                                           "http: TLS handshake error",
		"http: panic serving 192.0.2.1:7: " + canary + "\ngoroutine 1 [running]:\n":                       "http: panic serving",
		"[transport] [server-transport 0x1] Failed to decode metadata header (\"a-bin\", " + canary + ")": "Failed to decode metadata header",
		"[" + canary + "] Encountered http2.StreamError: " + canary:                                       "Encountered http2.StreamError",
		"[" + canary:                           "other",
		canary + ": http: Accept error":        "other",
		"http: " + canary:                      "other",
		"":                                     "other",
		"panic: " + canary + "\n\nhttp: panic": "other",
	} {
		var log bytes.Buffer
		stdlog.New(accesslog.NewLogger(zapcore.AddSync(&log), zapcore.WarnLevel)).Logger().Print(message)
		require.NotContains(t, log.String(), canary)
		require.Contains(t, log.String(), fmt.Sprintf(`"msg":"a library reports","kind":%q,"times":1}`, kind))
		require.Equal(t, 1, strings.Count(log.String(), "\n"))
	}
}

func TestAKindIsLoggedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		reports := stdlog.New(nil)
		logger := reports.Logger()
		logger.Print("dropped, as nobody listens")
		reports.To(accesslog.NewLogger(zapcore.AddSync(&log), zapcore.WarnLevel))
		say := func() {
			logger.Print("http: Accept error: " + canary)
			logger.Print(canary)
		}
		for range 3 {
			say()
		}
		require.Equal(t, 2, strings.Count(log.String(), `"times":1`))
		time.Sleep(time.Minute)
		log.Reset()
		say()
		require.Equal(t, 2, strings.Count(log.String(), "\n"))
		require.Equal(t, 2, strings.Count(log.String(), `"times":3`))
	})
}
