package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

const restPath = "/v1/liveness-tokens"

// legalRate is that of whole calls, which everybody may make.
const legalRate = 400

// http1Classes are attacks on the REST listener by the form of HTTP/1, and on the gRPC
// listener by what is not HTTP/2.
func http1Classes() []*class {
	return []*class{
		{family: "HTTP/1", name: "slow heads", attack: slowHead, connections: 300},
		{family: "HTTP/1", name: "slow bodies that claim 20 MiB", attack: slowBody, connections: 100},
		{family: "HTTP/1", name: "idle connections", attack: idle(rest, ""), connections: 1500},
		{family: "HTTP/1", name: "idle connections after a request", attack: idle(rest, "GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n"), connections: 1500},
		{family: "HTTP/1", name: "idle connections, gRPC port", attack: idle(grpcPort, ""), connections: 1500},
		{family: "HTTP/1", name: "requests to the gRPC port", attack: strayRequests, rate: 2000},
		{family: "HTTP/1", name: "smuggling", attack: smuggle, rate: 1000},
		{family: "HTTP/1", name: "unread answers", attack: unreadAnswers},
		{family: "HTTP/1", name: "pipelined calls", attack: pipeline, rate: legalRate},
		{family: "HTTP/1", name: "heads of 1 MiB and of 10,000 headers", attack: hugeHeads, rate: 500},
	}
}

func rest(t *target) string     { return t.rest }
func grpcPort(t *target) string { return t.grpc }

// drip writes a byte now and then until the connection is closed.
func drip(ctx context.Context, conn net.Conn, of string) {
	const often = 20 * time.Millisecond
	for i := 0; ctx.Err() == nil; i++ {
		if _, err := conn.Write([]byte{of[i%len(of)]}); err != nil {
			return
		}
		sleep(ctx, often)
	}
}

func slowHead(ctx context.Context, t *target) error {
	conn, end := t.dial(ctx, t.rest)
	defer end()
	if conn == nil || !t.next(ctx) {
		return nil
	}
	_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: gateway\r\n", restPath)
	drip(ctx, conn, "x: y\r\n")
	return nil
}

func slowBody(ctx context.Context, t *target) error {
	conn, end := t.dial(ctx, t.rest)
	defer end()
	if conn == nil || !t.next(ctx) {
		return nil
	}
	_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{", restPath, 20<<20)
	drip(ctx, conn, " ")
	return nil
}

// idle opens a connection, makes one request at most and keeps it until it is closed.
func idle(port func(*target) string, request string) attack {
	return func(ctx context.Context, t *target) error {
		conn, end := t.dial(ctx, port(t))
		defer end()
		if conn == nil || !t.next(ctx) {
			return nil
		}
		_, _ = io.WriteString(conn, request)
		_, _ = io.Copy(io.Discard, conn)
		return nil
	}
}

func strayRequests(ctx context.Context, t *target) error {
	for t.next(ctx) {
		conn, end := t.dial(ctx, t.grpc)
		if conn == nil {
			return nil
		}
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: gateway\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
		t.answered()
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
func smuggle(ctx context.Context, t *target) error {
	for _, shape := range shapes {
		if !t.next(ctx) {
			return nil
		}
		conn, end := t.dial(ctx, t.rest)
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
			t.answered()
		}
		if n > 1 && err == nil {
			return fmt.Errorf("two requests are answered where one was sent: %q", shape[:min(len(shape), 80)])
		}
	}
	return nil
}

// unreadAnswers asks for the largest page over and over and reads none of it.
func unreadAnswers(ctx context.Context, t *target) error {
	conn, end := t.dial(ctx, t.rest)
	defer end()
	if conn == nil {
		return nil
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(4 << 10)
	}
	for t.next(ctx) {
		if _, err := io.WriteString(conn, "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: gateway\r\n\r\n"); err != nil {
			return nil
		}
	}
	return nil
}

// pipeline makes calls without waiting for their answers.
func pipeline(ctx context.Context, t *target) error {
	conn, end := t.dial(ctx, t.rest)
	defer end()
	if conn == nil {
		return nil
	}
	go func() {
		for in := bufio.NewReader(conn); ; t.answered() {
			if _, _, err := readAnswer(in); err != nil {
				return
			}
		}
	}()
	body := smallJSON(t)
	call := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", restPath, len(body), body)
	for t.next(ctx) {
		if _, err := io.WriteString(conn, call); err != nil {
			return nil
		}
	}
	return nil
}

// smallJSON is a call to the attackers' vendor.
func smallJSON(t *target) string {
	return `{"flow":"FLOW_APP_SDK","scenario":"` + t.scenario + `"}`
}

// readAnswer reads one answer and drops its body but for its beginning.
func readAnswer(in *bufio.Reader) (status int, begins string, err error) {
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	_, more := io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, string(text), errors.Join(err, more)
}

// hugeHeads sends one long header, or many short ones, in turn.
func hugeHeads(ctx context.Context, t *target) error {
	heads := []string{
		"GET /healthz HTTP/1.1\r\nHost: gateway\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n",
		"GET /healthz HTTP/1.1\r\nHost: gateway\r\n" + strings.Repeat("x:\r\n", 10_000) + "\r\n",
		"GET /" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\nHost: gateway\r\n\r\n",
	}
	for t.next(ctx) {
		conn, end := t.dial(ctx, t.rest)
		if conn == nil {
			return nil
		}
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			_, _ = io.WriteString(conn, turn(t, heads))
		}()
		if _, _, err := readAnswer(bufio.NewReader(conn)); err == nil {
			t.answered()
		}
		end()
		<-sent
	}
	return nil
}
