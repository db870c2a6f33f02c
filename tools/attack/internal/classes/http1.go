package classes

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
	"github.com/liveness-gateway/gateway/tools/attack/internal/wire"
)

// legalRate is that of whole calls, which everybody may make.
const legalRate = 400

// http1Classes are attacks on the REST listener by the form of HTTP/1, and on the gRPC
// listener by what is not HTTP/2.
func http1Classes() []*Class {
	return []*Class{
		{Family: "HTTP/1", Name: "slow heads", Attack: slowHead, connections: 300},
		{Family: "HTTP/1", Name: "slow bodies that claim 20 MiB", Attack: slowBody, connections: 100},
		{Family: "HTTP/1", Name: "idle connections", Attack: idle(rest, ""), connections: 1500},
		{Family: "HTTP/1", Name: "idle connections after a request", Attack: idle(rest, "GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n"), connections: 1500},
		{Family: "HTTP/1", Name: "idle connections, gRPC port", Attack: idle(grpcPort, ""), connections: 1500},
		{Family: "HTTP/1", Name: "requests to the gRPC port", Attack: strayRequests, Rate: 2000},
		{Family: "HTTP/1", Name: "smuggling", Attack: smuggle, Rate: 1000},
		{Family: "HTTP/1", Name: "unread answers", Attack: unreadAnswers},
		{Family: "HTTP/1", Name: "pipelined calls", Attack: pipeline, Rate: legalRate},
		{Family: "HTTP/1", Name: "heads of 1 MiB and of 10,000 headers", Attack: hugeHeads, Rate: 500},
	}
}

func rest(t *wire.Target) string     { return t.REST }
func grpcPort(t *wire.Target) string { return t.GRPC }

// drip writes a byte now and then until the connection is closed.
func drip(ctx context.Context, conn net.Conn, of string) {
	const often = 20 * time.Millisecond
	for i := 0; ctx.Err() == nil; i++ {
		if _, err := conn.Write([]byte{of[i%len(of)]}); err != nil {
			return
		}
		timing.Pause(ctx, often)
	}
}

func slowHead(ctx context.Context, t *wire.Target) error {
	conn, end := t.Dial(ctx, t.REST)
	defer end()
	if conn == nil || !t.Next(ctx) {
		return nil
	}
	_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: gateway\r\n", restPath)
	drip(ctx, conn, "x: y\r\n")
	return nil
}

func slowBody(ctx context.Context, t *wire.Target) error {
	conn, end := t.Dial(ctx, t.REST)
	defer end()
	if conn == nil || !t.Next(ctx) {
		return nil
	}
	_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{", restPath, 20<<20)
	drip(ctx, conn, " ")
	return nil
}

// idle opens a connection, makes one request at most and keeps it until it is closed.
func idle(port func(*wire.Target) string, request string) Attack {
	return func(ctx context.Context, t *wire.Target) error {
		conn, end := t.Dial(ctx, port(t))
		defer end()
		if conn == nil || !t.Next(ctx) {
			return nil
		}
		_, _ = io.WriteString(conn, request)
		_, _ = io.Copy(io.Discard, conn)
		return nil
	}
}

func strayRequests(ctx context.Context, t *wire.Target) error {
	for t.Next(ctx) {
		conn, end := t.Dial(ctx, t.GRPC)
		if conn == nil {
			return nil
		}
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: gateway\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
		t.Answered()
		end()
	}
	return nil
}

// smuggled is what would be answered if the gateway and a proxy before it disagreed about
// where a request ends.
const smuggled = "GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"

// shapes are heads and bodies about whose end two servers may disagree. What is not refused
// must at least end the connection.
var shapes = []string{
	"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
	"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
	"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
	"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
	"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
	"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
	"Content-Length: 0\r\nContent-Length: 43\r\n\r\n",
	"Content-Length: +0\r\n\r\n",
	"Content-Length: 0x0\r\n\r\n",
	"Content-Length: -1\r\n\r\n",
	"Content-Length: 0, 43\r\n\r\n",
	"Content-Length: 99999999999999999999\r\n\r\n",
	"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
	"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
	"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n\r\n",
	"Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n",
	"Transfer-Encoding: chunked\r\n\r\n0;" + strings.Repeat("x", 64<<10) + "\r\n\r\n",
	"X-A: b\x00c\r\nContent-Length: 0\r\n\r\n",
	"X-A: b\rX-B: c\r\nContent-Length: 0\r\n\r\n",
	"Host: other\r\nContent-Length: 0\r\n\r\n",
	"X-A: b\r\n folded\r\nTransfer-Encoding: chunked\nContent-Length: 5\r\n\r\n0\r\n\r\n",
}

// smuggle sends each shape, and after it a request that must not be answered.
func smuggle(ctx context.Context, t *wire.Target) error {
	for _, shape := range shapes {
		if !t.Next(ctx) {
			return nil
		}
		conn, end := t.Dial(ctx, t.REST)
		if conn == nil {
			return nil
		}
		_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n%s%s", restPath, shape, smuggled)
		if half, ok := conn.(*net.TCPConn); ok {
			_ = half.CloseWrite()
		}
		answers, err := io.ReadAll(io.LimitReader(conn, 1<<20))
		end()
		n := strings.Count(string(answers), "HTTP/1.1 ")
		if n > 0 {
			t.Answered()
		}
		if n > 1 && err == nil {
			return fmt.Errorf("two requests are answered where one was sent: %q", shape[:min(len(shape), 80)])
		}
	}
	return nil
}

// unreadAnswers asks for the largest page over and over and reads none of it.
func unreadAnswers(ctx context.Context, t *wire.Target) error {
	conn, end := t.Dial(ctx, t.REST)
	defer end()
	if conn == nil {
		return nil
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(4 << 10)
	}
	for t.Next(ctx) {
		if _, err := io.WriteString(conn, "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: gateway\r\n\r\n"); err != nil {
			return nil
		}
	}
	return nil
}

// pipeline makes calls without waiting for their answers.
func pipeline(ctx context.Context, t *wire.Target) error {
	conn, end := t.Dial(ctx, t.REST)
	defer end()
	if conn == nil {
		return nil
	}
	go func() {
		for in := bufio.NewReader(conn); ; t.Answered() {
			if _, _, err := wire.ReadAnswer(in); err != nil {
				return
			}
		}
	}()
	body := smallJSON(t)
	call := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", restPath, len(body), body)
	for t.Next(ctx) {
		if _, err := io.WriteString(conn, call); err != nil {
			return nil
		}
	}
	return nil
}

// hugeHeads sends one long header, or many short ones, in turn.
func hugeHeads(ctx context.Context, t *wire.Target) error {
	heads := []string{
		"GET /healthz HTTP/1.1\r\nHost: gateway\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n",
		"GET /healthz HTTP/1.1\r\nHost: gateway\r\n" + strings.Repeat("x:\r\n", 10_000) + "\r\n",
		"GET /" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\nHost: gateway\r\n\r\n",
	}
	for t.Next(ctx) {
		conn, end := t.Dial(ctx, t.REST)
		if conn == nil {
			return nil
		}
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			_, _ = io.WriteString(conn, wire.Turn(t, heads))
		}()
		if _, _, err := wire.ReadAnswer(bufio.NewReader(conn)); err == nil {
			t.Answered()
		}
		end()
		<-sent
	}
	return nil
}
