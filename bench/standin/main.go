// Standin answers as Megvii's server does, with as little work as possible: it reads
// the body, counts, waits if it is told to, and issues a token. It checks nothing; the
// sandbox of the gateway is the one that does. Control calls come on a listener of
// their own.
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "standin:", err)
		os.Exit(1) //nolint:gocritic // the process ends, and with it the signal handler
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("standin", flag.ContinueOnError)
	plain := flags.String("listen", "", "`ADDRESS` for HTTP")
	secure := flags.String("listen-tls", "", "`ADDRESS` for HTTPS")
	control := flags.String("listen-control", "", "`ADDRESS` for control calls")
	certificate := flags.String("certificate", "", "PEM `FILE` for HTTPS")
	key := flags.String("key", "", "PEM `FILE` for HTTPS")
	if err := flags.Parse(args); err != nil {
		return err
	}
	vendor := newVendor()
	plainServer := &http.Server{Addr: *plain, Handler: vendor}
	// HTTP/1.1 only: neither gateway nor floor speaks HTTP/2 to a vendor.
	secureServer := &http.Server{
		Addr: *secure, Handler: vendor, TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	controlServer := &http.Server{Addr: *control, Handler: vendor.control()}

	ended := make(chan error, 3)
	go func() { ended <- plainServer.ListenAndServe() }()
	go func() { ended <- secureServer.ListenAndServeTLS(*certificate, *key) }()
	go func() { ended <- controlServer.ListenAndServe() }()
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return err
	}
}
