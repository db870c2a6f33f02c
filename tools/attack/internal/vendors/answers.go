package vendors

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"
)

// InTurn gives one of the answers after the other.
func InTurn(answers ...Answer) Answer {
	var given atomic.Int64
	return func(conn io.Writer, usual []byte) { answers[int(given.Add(1))%len(answers)](conn, usual) }
}

// Endless writes the beginning and then the rest until nobody reads it, for two seconds
// at most.
func Endless(begin, rest string) Answer {
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

// GzipHead begins an answer that is gzip. It lacks the end of the head.
const GzipHead = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"

// GzipMembers begins one empty member of gzip after another.
func GzipMembers(conn io.Writer, usual []byte) {
	Endless(GzipHead+"\r\n", strings.Repeat(string(zipped(nil)), 512))(conn, usual)
}

// GzipBomb sends 16 MiB of zeroes in some KiB of gzip.
func GzipBomb(conn io.Writer, _ []byte) {
	bomb := zipped(make([]byte, 16<<20))
	_, _ = fmt.Fprintf(conn, GzipHead+"Content-Length: %d\r\n\r\n%s", len(bomb), bomb)
}

// Slow sends the usual answer, a byte every 50 ms.
func Slow(conn io.Writer, usual []byte) {
	for i := range usual {
		if _, err := conn.Write(usual[i : i+1]); err != nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// NestedJSON sends thousands of objects, each in the one before.
func NestedJSON(conn io.Writer, _ []byte) {
	body := strings.Repeat(`{"data":`, 7<<10)
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}
