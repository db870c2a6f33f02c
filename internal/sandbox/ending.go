package sandbox

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// hangLimit is when a request that hangs is given up; the gateway takes no call
	// that is longer.
	hangLimit = 30 * time.Second
	// endlessBytes is where a body without end ends after all.
	endlessBytes = 16 << 20
	// page is what a proxy or a captive portal may send.
	page = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>Please sign in</h1></body></html>\n"
)

// ending is how a request ends.
type ending struct {
	// answer makes the answer: serve does so by the document, the others without a
	// look at the request.
	answer func(*endpoint, call, outcome) reply
	// send sends it, whole or in part.
	send func(http.ResponseWriter, *http.Request, reply)
	// silent says that not even a status is sent.
	silent bool
	// takesStatus says that the answer may have another status.
	takesStatus bool
}

func serve(e *endpoint, c call, _ outcome) reply { return e.serve(c) }

// answerCode answers with a code of the document; any other code is written as the
// outcome spells it.
func answerCode(e *endpoint, c call, o outcome) reply {
	status, message, known := e.lookUp(o.code)
	if !known {
		message = o.code
	}
	return e.fail(c, o.or(status), message)
}

func answerStatus(_ *endpoint, _ call, o outcome) reply { return reply{status: o.status} }

func answerHTML(_ *endpoint, _ call, o outcome) reply {
	return reply{status: o.or(http.StatusOK), contentType: "text/html; charset=utf-8", body: []byte(page)}
}

// answerRedirect redirects to the same address, so that the ledger shows whether the
// client follows.
func answerRedirect(e *endpoint, _ call, _ outcome) reply {
	return reply{status: http.StatusTemporaryRedirect, location: e.path}
}

func answerTooLarge(*endpoint, call, outcome) reply { return tooLarge() }

func answerEndless(*endpoint, call, outcome) reply {
	return reply{status: http.StatusOK, contentType: "application/json", body: []byte(`{"endless":"`)}
}

func sendWhole(w http.ResponseWriter, _ *http.Request, a reply) { a.write(w) }

func sendEndless(w http.ResponseWriter, _ *http.Request, a reply) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(hangLimit)) // should the client not read
	a.write(w)
	more := strings.Repeat("x", 32<<10)
	for sent := 0; sent < endlessBytes; sent += len(more) {
		if _, err := io.WriteString(w, more); err != nil {
			return
		}
	}
}

// sendHalf promises the whole body; net/http ends the connection over what is missing.
func sendHalf(w http.ResponseWriter, _ *http.Request, a reply) {
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	a.body = a.body[:len(a.body)/2]
	a.write(w)
}

func sendGarbage(w http.ResponseWriter, _ *http.Request, _ reply) {
	hangUp(w, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "\x15\x03\x01\x00\x02\x02\x46 this is not HTTP\r\n\r\n")
	})
}

func sendReset(w http.ResponseWriter, _ *http.Request, _ reply) {
	hangUp(w, func(conn net.Conn) {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // what is not sent is thrown away, and RST ends the connection
		}
	})
}

func sendNothing(w http.ResponseWriter, r *http.Request, _ reply) {
	wait(r.Context(), hangLimit)
	hangUp(w, func(net.Conn) {})
}

// hangUp closes the connection without an HTTP answer, after calling last.
func hangUp(w http.ResponseWriter, last func(net.Conn)) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "this server cannot break a connection", http.StatusInternalServerError)
		return
	}
	last(conn)
	_ = conn.Close()
}

// wait returns after d or when the client has disconnected.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
