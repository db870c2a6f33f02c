package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/liveness-gateway/gateway/internal/gateway"
)

// takeSignals keeps the process alive when the reader of its log goes, for SIGPIPE would end it
// at the next line, and returns where SIGHUP comes: several at once are one.
func takeSignals() <-chan os.Signal {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE)
	return hangups
}

// reloadOn reloads the configuration at every SIGHUP until ctx ends. What is wrong with it is
// in the log.
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
