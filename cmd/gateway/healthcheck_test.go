package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/certtest"
)

// The probe says what /readyz says, to whoever knows the configuration alone: no secret of it
// is there.
func TestHealthcheck(t *testing.T) {
	gateway := startChildWith(t, strings.ReplaceAll("shutdown_delay: 2s"+vendorConfig, "URL", "http://127.0.0.1:1"), os.Args[0])
	admin := gateway.serving["admin"].(string)
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(vendorConfig, "URL", "http://127.0.0.1:1")), 0o600))
	check := func(address string) error {
		return healthcheck(t, "--config", file, "--listen-admin", address)
	}
	_, port, _ := strings.Cut(admin, ":")
	require.NoError(t, check(admin))
	require.NoError(t, check("0.0.0.0:"+port))
	require.NoError(t, check(":"+port))
	for _, args := range [][]string{
		{admin}, {":" + port}, {"http://" + admin}, {"--listen-admin", admin}, {file, "--listen-admin", admin}, {file, "--listen-admin", "http://" + admin},
	} {
		require.NoError(t, healthcheck(t, args...), args)
	}
	for says, args := range map[string][]string{
		"name the configuration FILE":                               nil,
		"the admin ADDRESS is named twice":                          {admin, "--listen-admin", admin},
		"is named twice, as an argument and by --config":            {file, "--config", file},
		"./localhost:80: cannot be read: no such file or directory": {"./localhost:80"},
		"the gateway does not answer: ":                             {"https://" + admin},
		"the admin address must be host:port":                       {"--listen-admin", "localhost"},
	} {
		require.ErrorContains(t, healthcheck(t, args...), says, args)
	}
	require.NoError(t, gateway.Process.Signal(syscall.SIGTERM))
	gateway.await(t, "not ready, calls are still taken")
	require.EqualError(t, check(admin), "the gateway is not ready: 503 Service Unavailable")
	require.NoError(t, gateway.Wait())
	require.ErrorContains(t, check(admin), "the gateway does not answer: ")
	require.ErrorContains(t, check("nowhere"), "the admin address must be host:port")
}

// healthcheck runs the command, which says nothing but by its error.
func healthcheck(t *testing.T, args ...string) error {
	t.Helper()
	var output bytes.Buffer
	defer func() { require.Empty(t, output.String()) }()
	return run(t.Context(), append([]string{"healthcheck"}, args...), &output, &output)
}

// Over TLS too, whatever names the certificate is for.
func TestHealthcheckOverTLS(t *testing.T) {
	folder := t.TempDir()
	leaf := certtest.New(t).Issue(t, certtest.Leaf{Names: []string{"gateway.example"}})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{leaf.TLS(t)}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	text := strings.Replace(strings.ReplaceAll(vendorConfig, "URL", "http://127.0.0.1:1"), `admin: "127.0.0.1:0"`,
		fmt.Sprintf("admin: %q, admin_tls: {certificate: tls.crt, key: tls.key}", server.Listener.Addr()), 1)
	file := filepath.Join(folder, "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	require.NoError(t, healthcheck(t, "--config", file))
	require.NoError(t, healthcheck(t, "https://"+server.Listener.Addr().String()))
	require.ErrorContains(t, healthcheck(t, server.Listener.Addr().String()), "the gateway is not ready: 400 Bad Request")
}

func TestVersionFlag(t *testing.T) {
	var flag, command bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"--version"}, &flag, &flag))
	require.NoError(t, run(t.Context(), []string{"version"}, &command, &command))
	require.Equal(t, command.String(), flag.String())
	require.Regexp(t, `^gateway \S+, commit \S+, go1\.\S+\n$`, flag.String())
}
