package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"go.uber.org/zap"
)

// ignored are signals that do not end a server.
type ignored struct{ hangups chan os.Signal }

// ignoreSignals keeps the process alive when its terminal or the reader of its log goes:
// SIGPIPE would end it at the next line.
func ignoreSignals() ignored {
	i := ignored{make(chan os.Signal, 1)}
	signal.Notify(i.hangups, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE)
	return i
}

// say logs every SIGHUP until ctx ends: who sends one expects something of it.
func (i ignored) say(ctx context.Context, log *zap.Logger) {
	for {
		select {
		case <-i.hangups:
			log.Warn("SIGHUP is ignored: a change of the configuration needs a restart")
		case <-ctx.Done():
			return
		}
	}
}
