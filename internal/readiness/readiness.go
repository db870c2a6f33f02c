// Package readiness asks a gateway whether it is ready. It must not know how a gateway is made, nor
// where its address is written.
package readiness

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// Ask returns nil if the gateway whose admin listener has that address, on this machine, is ready:
// its /readyz answers 200. It ends with ctx at the latest. Encrypted, or an address that begins with
// https://, is for a listener with TLS, of which any certificate is taken.
func Ask(ctx context.Context, address string, encrypted bool) error {
	address, https := withoutScheme(address)
	address, err := onThisMachine(address)
	if err != nil {
		return err
	}
	url := "http://" + address + "/readyz"
	// Certificates are for the names that others use, and nothing secret is sent.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // as the kubelet's probes
	if encrypted || https {
		url = "https://" + address + "/readyz"
	}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return fmt.Errorf("the gateway does not answer: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the gateway is not ready: %s", answer.Status)
	}
	return nil
}

// IsAddress reports whether an argument is an address and no file.
func IsAddress(arg string) bool {
	address, _ := withoutScheme(arg)
	_, _, err := net.SplitHostPort(address)
	return err == nil && !strings.ContainsAny(address, `/\`)
}

// withoutScheme returns an address, and whether it is to be asked over TLS.
func withoutScheme(address string) (rest string, encrypted bool) {
	if rest, found := strings.CutPrefix(address, "https://"); found {
		return rest, true
	}
	return strings.TrimPrefix(address, "http://"), false
}

// onThisMachine returns the address at which a listener is reached from this machine.
func onThisMachine(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("the admin address must be host:port: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port), nil
}
