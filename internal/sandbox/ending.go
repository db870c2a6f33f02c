package sandbox

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

const (
	// hangLimit is when a request that hangs is given up; the gateway takes no standin.Call
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
	answer func(*standin.Endpoint, standin.Call, outcome) standin.Reply
	// send sends it, whole or in part.
	send func(http.ResponseWriter, *http.Request, standin.Reply)
	// silent says that not even a status is sent.
	silent bool
	// takesStatus says that the answer may have another status.
	takesStatus bool
}

func serve(e *standin.Endpoint, c standin.Call, _ outcome) standin.Reply { return e.Serve(c) }

// answerCode answers with a code of the document; any other code is written as the
// outcome spells it.
func answerCode(e *standin.Endpoint, c standin.Call, o outcome) standin.Reply {
	status, message, known := e.LookUp(o.code)
	if !known {
		message = o.code
	}
	return e.Fail(c, o.or(status), message)
}

func answerStatus(_ *standin.Endpoint, _ standin.Call, o outcome) standin.Reply {
	return standin.Reply{Status: o.status}
}

func answerHTML(_ *standin.Endpoint, _ standin.Call, o outcome) standin.Reply {
	return standin.Reply{Status: o.or(http.StatusOK), ContentType: "text/html; charset=utf-8", Body: []byte(page)}
}

// answerRedirect redirects to the same address, so that the ledger shows whether the
// client follows.
func answerRedirect(e *standin.Endpoint, _ standin.Call, _ outcome) standin.Reply {
	return standin.Reply{Status: http.StatusTemporaryRedirect, Location: e.Path}
}

func answerTooLarge(*standin.Endpoint, standin.Call, outcome) standin.Reply {
	return standin.TooLarge()
}

func answerEndless(*standin.Endpoint, standin.Call, outcome) standin.Reply {
	return standin.Reply{Status: http.StatusOK, ContentType: "application/json", Body: []byte(`{"endless":"`)}
}

func sendWhole(w http.ResponseWriter, _ *http.Request, a standin.Reply) { a.Write(w) }

func sendEndless(w http.ResponseWriter, _ *http.Request, a standin.Reply) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(hangLimit)) // should the client not read
	a.Write(w)
	more := strings.Repeat("x", 32<<10)
	for sent := 0; sent < endlessBytes; sent += len(more) {
		if _, err := io.WriteString(w, more); err != nil {
			return
		}
	}
}

// sendHalf promises the whole body; net/http ends the connection over what is missing.
func sendHalf(w http.ResponseWriter, _ *http.Request, a standin.Reply) {
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	a.Body = a.Body[:len(a.Body)/2]
	a.Write(w)
}

func sendGarbage(w http.ResponseWriter, _ *http.Request, _ standin.Reply) {
	hangUp(w, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "\x15\x03\x01\x00\x02\x02\x46 this is not HTTP\r\n\r\n")
	})
}

func sendReset(w http.ResponseWriter, _ *http.Request, _ standin.Reply) {
	hangUp(w, func(conn net.Conn) {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // what is not sent is thrown away, and RST ends the connection
		}
	})
}

func sendNothing(w http.ResponseWriter, r *http.Request, _ standin.Reply) {
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
