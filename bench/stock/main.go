// Stock serves the naive handler behind grpc-gateway as its documentation shows it:
// over a connection to the program's own gRPC server if it has an address for one, by
// calling the handler directly if not.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/liveness-gateway/gateway/bench/internal/naive"
	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "stock:", err)
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
	service := naive.NewService(&http.Client{Transport: transport}, flags.Vendor)
	if flags.GRPC == "" {
		return inProcess(flags, service)
	}
	return overTCP(flags, service)
}

// inProcess calls the handler without gRPC.
func inProcess(flags naive.Flags, service *naive.Service) error {
	mux := runtime.NewServeMux()
	if err := livenessv1.RegisterLivenessServiceHandlerServer(context.Background(), mux, service); err != nil {
		return err
	}
	rest := &http.Server{Addr: flags.REST, Handler: mux}
	return naive.Run(flags, rest.ListenAndServe)
}

// overTCP dials the program's own gRPC server.
func overTCP(flags naive.Flags, service *naive.Service) error {
	listener, err := net.Listen("tcp", flags.GRPC)
	if err != nil {
		return err
	}
	server := naive.NewServer(service)
	mux := runtime.NewServeMux()
	if err := livenessv1.RegisterLivenessServiceHandlerFromEndpoint(context.Background(), mux, flags.GRPC, []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
	}); err != nil {
		return err
	}
	rest := &http.Server{Addr: flags.REST, Handler: mux}
	return naive.Run(flags, rest.ListenAndServe, func() error { return server.Serve(listener) })
}
