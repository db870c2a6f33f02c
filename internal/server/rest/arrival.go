package rest

import (
	"net/http"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/server"
)

// connection is a response writer of net/http that can end a read of the body.
type connection interface{ SetReadDeadline(t time.Time) error }

// arrivalLimit is server.ArrivalLimit for a body. A nil one does nothing: the server's own
// timeouts still hold.
type arrivalLimit struct {
	server.ArrivalLimit

	connection connection
	refuse     func()
}

// arrivalLimits is a pool of limits that no call is using.
type arrivalLimits struct{ sync.Pool }

// begin begins to limit the arrival of a body.
func (p *arrivalLimits) begin(w http.ResponseWriter) *arrivalLimit {
	conn, ok := w.(connection)
	if !ok {
		return nil
	}
	l, ok := p.Get().(*arrivalLimit)
	if !ok {
		l = &arrivalLimit{}
		l.refuse = l.endRead
	}
	l.connection = conn
	l.Begin(time.Now(), l.refuse)
	return l
}

func (l *arrivalLimit) expect(bytes int) {
	if l != nil {
		l.Expect(bytes)
	}
}

func (l *arrivalLimit) endRead() { _ = l.connection.SetReadDeadline(time.Unix(0, 1)) }

// end ends the limit, and reports whether the body was refused.
func (p *arrivalLimits) end(l *arrivalLimit) (late bool) {
	if l == nil {
		return false
	}
	late, reusable := l.End()
	if reusable {
		l.connection = nil
		p.Put(l)
	}
	return late
}
