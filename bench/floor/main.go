// Floor serves the naive handler over gRPC: what every other contender is a ratio of.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/liveness-gateway/gateway/bench/internal/naive"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags, err := naive.ParseFlags(args)
	if err != nil {
		return err
	}
	transport, err := naive.NewTransport(flags)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", flags.GRPC)
	if err != nil {
		return err
	}
	server := naive.NewServer(naive.NewService(&http.Client{Transport: transport}, flags.Vendor))
	return naive.Run(flags, func() error { return server.Serve(listener) })
}
