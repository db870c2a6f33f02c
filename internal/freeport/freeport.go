// Package freeport finds ports for the programs of tests and benchmarks that cannot choose one
// themselves and say which.
package freeport

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
)

// The ports end before those that Linux gives to connections and to listeners that ask for any, of
// which net.ipv4.ip_local_port_range is 32768 to 60999: so nobody comes by one before its program
// starts, nor while it restarts.
const first, count = 20_000, 12_768

var (
	// begin differs from process to process.
	begin = rand.Int64N(count)
	taken atomic.Int64
)

// Take returns a port of 127.0.0.1 at which nobody listens, and the same one only after thousands
// of others. It is safe for concurrent use.
func Take() (int, error) {
	for range count {
		port := first + int((begin+taken.Add(1))%count)
		listener, err := net.Listen("tcp", Address(port))
		if err == nil {
			return port, listener.Close()
		}
	}
	return 0, errors.New("freeport: there is a listener at every port of 127.0.0.1 from 20000 to 32767")
}

// TakeAddress returns the address of such a port.
func TakeAddress() (string, error) {
	port, err := Take()
	return Address(port), err
}

// Address returns the address of a port of 127.0.0.1.
func Address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
