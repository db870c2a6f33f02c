// Reverseproxy puts net/http/httputil.ReverseProxy in front of the vendor: the price
// of one more hop in Go that understands nothing of what it carries.
package main

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"

	"github.com/liveness-gateway/gateway/bench/internal/naive"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "reverseproxy:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags, err := naive.ParseFlags(args)
	if err != nil {
		return err
	}
	vendor, err := url.Parse(flags.Vendor)
	if err != nil {
		return err
	}
	transport, err := naive.NewTransport(flags)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: flags.REST, Handler: &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(vendor) },
		Transport: transport,
	}}
	return naive.Run(flags, server.ListenAndServe)
}
