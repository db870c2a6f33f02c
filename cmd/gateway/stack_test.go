package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// The goroutine of a call over REST has 8 KiB of stack while its vendor is waited for. A stack grows by
// doubling: with a few functions more it has 16, which no other test sees. Clients and vendor have no
// goroutine for a connection, so only the gateway's are measured.
func TestStackOfACall(t *testing.T) {
	const calls, most = 256, 20 << 10
	vendor, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = vendor.Close() }()
	g, _ := startGateway(t, vendorConfig, "http://"+vendor.Addr().String(), io.Discard)
	const body = `{"flow": "FLOW_SPOKEN_DIGITS"}`
	request := fmt.Sprintf("POST /v1/liveness-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		len(body), body)

	hold := func() {
		client, err := net.Dial("tcp", g.REST)
		require.NoError(t, err)
		t.Cleanup(func() { _ = client.Close() })
		_, err = io.WriteString(client, request)
		require.NoError(t, err)
		held, err := vendor.Accept()
		require.NoError(t, err)
		t.Cleanup(func() { _ = held.Close() })
		for received := []byte(nil); !bytes.Contains(received, []byte("\r\n\r\n--")); { // the call has been sent
			part := make([]byte, 4<<10)
			n, err := held.Read(part)
			require.NoError(t, err)
			received = append(received, part[:n]...)
		}
	}
	hold() // the first call takes what is made once
	before := stacks()
	for range calls {
		hold()
	}
	each := (stacks() - before) / calls
	t.Logf("%d bytes of stack for each call", each)
	if !raceDetector { // whose frames are larger
		require.LessOrEqual(t, each, most)
	}
}

// stacks returns how many bytes all stacks take.
func stacks() int {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.StackInuse)
}
