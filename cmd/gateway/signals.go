package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/liveness-gateway/gateway/internal/gateway"
)

// takeSignals returns a channel for SIGHUP, on which several at once count as one. It also ignores SIGPIPE,
// which would end the process at the next line when the reader of its log has gone.
func takeSignals() <-chan os.Signal {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE)
	return hangups
}

// reloadOn reloads the configuration at every SIGHUP until ctx ends. Mistakes in it are logged.
func reloadOn(ctx context.Context, hangups <-chan os.Signal, g *gateway.Gateway) {
	for {
		select {
		case <-hangups:
			_, _ = g.Reload("SIGHUP")
		case <-ctx.Done():
			return
		}
	}
}
