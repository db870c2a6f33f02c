package naive

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/liveness-gateway/gateway/bench/internal/memstats"
)

// idleConnections is more than any run has in flight at once.
const idleConnections = 20_000

// Flags are those of every program that is compared with the gateway.
type Flags struct {
	// GRPC, REST and Admin are addresses to listen on; a program uses those it has a
	// server for. Admin has /metrics.
	GRPC, REST, Admin string
	// Vendor is the base URL of the vendor, CAFile what its certificate is checked
	// with, "" for the system's.
	Vendor, CAFile string
}

// ParseFlags reads a command line.
func ParseFlags(args []string) (Flags, error) {
	var f Flags
	set := flag.NewFlagSet(args[0], flag.ContinueOnError)
	set.StringVar(&f.GRPC, "listen-grpc", "", "gRPC `ADDRESS`")
	set.StringVar(&f.REST, "listen-rest", "", "HTTP `ADDRESS`")
	set.StringVar(&f.Admin, "listen-admin", "", "`ADDRESS` of /metrics")
	set.StringVar(&f.Vendor, "vendor", "", "base `URL` of the vendor")
	set.StringVar(&f.CAFile, "ca", "", "PEM `FILE` that the vendor's certificate is checked with")
	return f, set.Parse(args[1:])
}

// NewTransport returns net/http's transport, but for the number of connections that
// it keeps.
func NewTransport(f Flags) (*http.Transport, error) {
	transport := &http.Transport{MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections}
	if f.CAFile == "" {
		return transport, nil
	}
	pem, err := os.ReadFile(f.CAFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in " + f.CAFile)
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return transport, nil
}

// Run runs the servers beside that of /metrics until SIGTERM, or until one fails.
func Run(f Flags, servers ...func() error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	admin := &http.Server{Addr: f.Admin, Handler: memstats.Handler()}
	ended := make(chan error, len(servers)+1)
	for _, serve := range append(servers, admin.ListenAndServe) {
		go func() { ended <- serve() }()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return err
	}
}
