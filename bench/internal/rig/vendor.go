package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/liveness-gateway/gateway/internal/freeport"
)

// Vendor is the running stand-in of the vendor's server.
type Vendor struct {
	*Process

	// Plain and Secure are its base URLs, CAFile what the latter's certificate is
	// checked with.
	Plain, Secure, CAFile string

	control string
}

// VendorStats is what the vendor has seen since it began.
type VendorStats struct {
	// Calls were received whole, Bytes were their bodies together.
	Calls, Bytes int64
	// Waiting is how many of the calls are not answered yet.
	Waiting int64
}

// StartVendor runs the stand-in; program is its path.
func StartVendor(ctx context.Context, folder, program string) (*Vendor, error) {
	certificate, key := filepath.Join(folder, "vendor.pem"), filepath.Join(folder, "vendor-key.pem")
	if err := WriteCertificate(certificate, key); err != nil {
		return nil, err
	}
	addresses := make([]string, 3)
	for i := range addresses {
		address, err := freeport.TakeAddress()
		if err != nil {
			return nil, err
		}
		addresses[i] = address
	}
	plain, secure, control := addresses[0], addresses[1], addresses[2]
	process, err := Start(ctx, folder, Command{
		Name: "vendor", Listens: addresses,
		Args: []string{
			program, "-listen", plain, "-listen-tls", secure, "-listen-control", control,
			"-certificate", certificate, "-key", key,
		},
		// It allocates little that lives; collecting it less often leaves the machine to
		// what is measured.
		Env: []string{"GOGC=400"},
	})
	if err != nil {
		return nil, err
	}
	return &Vendor{process, "http://" + plain, "https://" + secure, certificate, "http://" + control}, nil
}

// Stats returns what the vendor has seen.
func (v *Vendor) Stats(ctx context.Context) (VendorStats, error) {
	var stats VendorStats
	response, err := v.call(ctx, http.MethodGet, "/stats")
	if err != nil {
		return stats, err
	}
	defer func() { _ = response.Body.Close() }()
	return stats, json.NewDecoder(response.Body).Decode(&stats)
}

// SetLatency makes the vendor take that long for every answer.
func (v *Vendor) SetLatency(ctx context.Context, latency time.Duration) error {
	return v.order(ctx, "/latency/"+latency.String())
}

// Hold makes the vendor receive calls and answer none until Release.
func (v *Vendor) Hold(ctx context.Context) error { return v.order(ctx, "/hold") }

// Release ends Hold; what waits is answered.
func (v *Vendor) Release(ctx context.Context) error { return v.order(ctx, "/release") }

// TraceEndpoint takes trace exports and drops them.
func (v *Vendor) TraceEndpoint() string { return v.control }

func (v *Vendor) order(ctx context.Context, path string) error {
	response, err := v.call(ctx, http.MethodPost, path)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func (v *Vendor) call(ctx context.Context, method, path string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, v.control+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err == nil && response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		err = fmt.Errorf("vendor %s: %s", path, response.Status)
	}
	return response, err
}
