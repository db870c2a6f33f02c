package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"
)

// vendorClasses are attacks by a vendor, behind calls that are as they should be.
func vendorClasses() []*class {
	classes := []*class{
		{name: "gzip members without end", answer: gzipMembers},
		{name: "a bomb of gzip", answer: gzipBomb},
		{name: "bodies without end", answer: inTurn(
			endless("HTTP/1.1 200 OK\r\n\r\n", strings.Repeat(" ", 16<<10)),
			endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", strings.Repeat("1\r\n \r\n", 2<<10)),
			endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", strings.Repeat("x", 16<<10)),
			endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", strings.Repeat("x: y\r\n", 2<<10)),
		)},
		{name: "heads without end", answer: inTurn(
			endless("HTTP/1.1 200 OK\r\n", strings.Repeat("X-Header: value\r\n", 1<<10)),
			endless("HTTP/1.1 200 ", strings.Repeat("x", 16<<10)),
			endless("", strings.Repeat("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n", 512)),
			endless("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", strings.Repeat("x", 16<<10)),
		)},
		{name: "1,000 1xx before the answer", answer: func(conn io.Writer, usual []byte) {
			_, _ = io.WriteString(conn, strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 1000))
			_, _ = conn.Write(usual)
		}},
		{name: "a byte now and then", answer: slowAnswer},
		{name: "bytes after the answer", answer: func(conn io.Writer, usual []byte) {
			_, _ = conn.Write(append(usual, strings.Repeat("HTTP/1.1 200 OK\r\nX: name and number\r\n\r\n", 100)...))
			time.Sleep(100 * time.Millisecond)
		}},
		{name: "JSON in JSON", answer: nestedJSON},
	}
	for _, c := range classes {
		c.family, c.rate = "vendor", legalRate/2
		c.attack = sendMessages(func(t *target) [][]byte { return [][]byte{smallMessage(t)} })
	}
	return classes
}

// inTurn gives one of the answers after the other.
func inTurn(answers ...vendorAnswer) vendorAnswer {
	var given atomic.Int64
	return func(conn io.Writer, usual []byte) { answers[int(given.Add(1))%len(answers)](conn, usual) }
}

// endless writes the beginning and then the rest until nobody reads it, for two seconds
// at most.
func endless(begin, rest string) vendorAnswer {
	return func(conn io.Writer, _ []byte) {
		_, err := io.WriteString(conn, begin)
		for end := time.Now().Add(2 * time.Second); err == nil && time.Now().Before(end); {
			_, err = io.WriteString(conn, rest)
		}
	}
}

func zipped(content []byte) []byte {
	var all bytes.Buffer
	writer := gzip.NewWriter(&all)
	_, _ = writer.Write(content) // a buffer takes everything
	_ = writer.Close()
	return all.Bytes()
}

const gzipHead = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"

func gzipMembers(conn io.Writer, usual []byte) {
	endless(gzipHead+"\r\n", strings.Repeat(string(zipped(nil)), 512))(conn, usual)
}

func gzipBomb(conn io.Writer, _ []byte) {
	bomb := zipped(make([]byte, 16<<20))
	_, _ = fmt.Fprintf(conn, gzipHead+"Content-Length: %d\r\n\r\n%s", len(bomb), bomb)
}

// slowAnswer sends the usual answer, a byte every 50 ms.
func slowAnswer(conn io.Writer, usual []byte) {
	for i := range usual {
		if _, err := conn.Write(usual[i : i+1]); err != nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func nestedJSON(conn io.Writer, _ []byte) {
	body := strings.Repeat(`{"data":`, 7<<10)
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}
