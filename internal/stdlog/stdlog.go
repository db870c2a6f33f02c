// Package stdlog stands in for the loggers that libraries share: package log, slog,
// grpclog and OpenTelemetry's, and for the error log of net/http's servers. What they say
// can hold anything that a caller or a vendor sent, so that only its kind is logged. It
// must not know what a message is about beyond that, nor calls, vendors or configuration.
package stdlog

import (
	"log"
	"sync"
	"time"

	"go.uber.org/zap"
)

// interval is the least time between two lines of a kind: a vendor can provoke one with every
// answer.
const interval = time.Minute

// Reports logs only the kinds of the messages that are written to it, each at most once a minute.
// It is safe for concurrent use.
type Reports struct {
	mu   sync.Mutex
	log  *zap.Logger // nil drops all
	seen map[string]*seen
}

// seen is what is known of a kind.
type seen struct {
	next  time.Time // when it may be logged again
	times int       // since it was logged
}

// New returns reports to the logger; nil drops them until To names one.
func New(logger *zap.Logger) *Reports { return &Reports{log: logger, seen: map[string]*seen{}} }

// To sets the logger of the reports from now on.
func (r *Reports) To(logger *zap.Logger) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = logger
}

// Logger returns a logger whose messages are reported, for http.Server.ErrorLog.
func (r *Reports) Logger() *log.Logger { return log.New(r, "", 0) }

// Write reports one message of package log. It never fails.
func (r *Reports) Write(message []byte) (int, error) {
	r.report(string(message))
	return len(message), nil
}

// report logs the message's kind, unless it was in the last minute.
func (r *Reports) report(message string) {
	kind := kindOf(message)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.log == nil {
		return
	}
	s := r.seen[kind]
	if s == nil {
		s = &seen{}
		r.seen[kind] = s
	}
	s.times++
	if now := time.Now(); !now.Before(s.next) {
		r.log.Warn("a library reports", zap.String("kind", kind), zap.Int("times", s.times))
		s.next, s.times = now.Add(interval), 0
	}
}
