package bodies_test

import (
	"bytes"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// recorded returns the bytes that posting the form puts on the wire.
func recorded(t *testing.T, form *bodies.Form) string {
	t.Helper()
	raw := make(chan string, 1)
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
		var all bytes.Buffer
		wiretest.ReadRequest(io.TeeReader(conn, &all))
		raw <- all.String()
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		wiretest.WaitForClient(conn)
	})
	target.RawQuery = "b=2&a=%2F"
	require.NoError(t, send(t.Context(), wiretest.NewTransport(t), target, form))
	return strings.ReplaceAll(<-raw, target.Host, "vendor.example")
}

// request is what a body must look like on the wire, "\n" for each line's end.
func request(body ...string) string {
	all := strings.ReplaceAll(strings.Join(body, ""), "\n", "\r\n")
	return "POST /v1/token?b=2&a=%2F HTTP/1.1\r\n" +
		"Host: vendor.example\r\n" +
		"User-Agent: Go-http-client/1.1\r\n" +
		"Content-Length: " + strconv.Itoa(len(all)) + "\r\n" +
		"Accept: application/json\r\n" +
		"Accept-Encoding: gzip\r\n" +
		"Content-Type: multipart/form-data; boundary=" + boundary + "\r\n\r\n" + all
}

func TestParametersOnTheWire(t *testing.T) {
	form := bodies.NewForm(countUp, 2)
	form.Add("first", "1")
	form.AddSensitive("second", sensitive.New("张三 & =%"))
	form.Hide(sensitive.New("not a parameter"))
	require.Equal(t, request(
		"--"+boundary+"\nContent-Disposition: form-data; name=\"first\"\n\n1\n",
		"--"+boundary+"\nContent-Disposition: form-data; name=\"second\"\n\n张三 & =%\n",
		"--"+boundary+"--\n",
	), recorded(t, form))
}

func TestFilesOnTheWire(t *testing.T) {
	large := strings.Repeat("\x00\xff photo", 100_000)
	form := bodies.NewForm(countUp, 2)
	form.Add("first", "1")
	form.AddFile("image_ref1", sensitive.NewBytes([]byte(large)))
	form.Add("second", "2")
	form.AddFile("image_ref2", sensitive.NewBytes([]byte("small")))
	form.AddFile("image_ref3", sensitive.Bytes{})
	file := func(name string) string {
		return "--" + boundary + "\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + name +
			"\"\nContent-Type: application/octet-stream\n\n"
	}
	got := recorded(t, form)
	want := request(
		"--"+boundary+"\nContent-Disposition: form-data; name=\"first\"\n\n1\n",
		file("image_ref1")+large+"\n",
		"--"+boundary+"\nContent-Disposition: form-data; name=\"second\"\n\n2\n",
		file("image_ref2")+"small\n",
		file("image_ref3")+"\n",
		"--"+boundary+"--\n",
	)
	if got != want { // too long to print
		t.Errorf("the %d bytes sent are not the %d wanted", len(got), len(want))
	}
}

func TestBoundaryIsRandom(t *testing.T) {
	next := byte(0)
	random := func(p []byte) {
		for i := range p {
			p[i] = next
		}
		next = 0xab
	}
	require.Equal(t, "00000000", bodies.RandomText(random, 8))
	require.Equal(t, "abababab", bodies.RandomText(random, 8))
	require.Contains(t, recorded(t, bodies.NewForm(random, 0)), "boundary="+strings.Repeat("ab", 16)+"\r\n")
}
