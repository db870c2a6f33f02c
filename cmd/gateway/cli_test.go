package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/certtest"
	"github.com/liveness-gateway/gateway/internal/demo"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

func TestMistakesAreOneClearLine(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	good := strings.ReplaceAll(vendorConfig, "URL", "http://127.0.0.1:1")

	for _, c := range []struct {
		name string
		text string
		args []string
		want string
	}{
		{"taken port", good, []string{"--listen-rest", taken.Addr().String()}, `^cannot listen for rest: listen tcp ` + taken.Addr().String() + `: bind: address already in use\n$`},
		{"unreadable file", "", nil, `^FILE: cannot be read: no such file or directory\n$`},
		{"unknown key", strings.Replace(good, "region", "regoin", 1), nil, `^FILE:7:5: unknown key "regoin", did you mean "region"\?\n$`},
		{"missing secret", strings.Replace(good, "TEST_SECRET", "TEST_NOWHERE", 1), nil, `^FILE:9:\d+: api_secret: environment variable TEST_NOWHERE is not set\n$`},
		{"off loopback", strings.Replace(good, "127.0.0.1:0", "0.0.0.0:0", 1), nil, `^FILE:2:16: grpc must be on loopback: callers are not authenticated; [^\n]*allow_unauthenticated: true lets in everybody\nFILE:2:16: grpc must be on loopback: it is in plaintext; [^\n]*\n$`},
		{"off loopback by flag", good, []string{"--listen-grpc", ":9090"}, `^grpc must be on loopback: callers are not authenticated; .*\ngrpc must be on loopback: it is in plaintext; .*\n$`},
		{"bad log level", good, []string{"--log-level", "loud"}, `^.*"loud".*\n$`},
		{"no such flag", good, []string{"--port", "1"}, `^unknown flag: --port\n$`},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "gateway.yaml")
			if c.text != "" {
				require.NoError(t, os.WriteFile(file, []byte(c.text), 0o600))
			}
			gateway := exec.Command(os.Args[0], append([]string{"serve", "--config", file}, c.args...)...)
			gateway.Env = append(gateway.Environ(), asGateway+"=1", "TEST_KEY=k", "TEST_SECRET=s")
			var stdout, stderr bytes.Buffer
			gateway.Stdout, gateway.Stderr = &stdout, &stderr
			var exit *exec.ExitError
			require.ErrorAs(t, gateway.Run(), &exit)
			require.Equal(t, 1, exit.ExitCode())
			require.Empty(t, stdout.String())
			require.Regexp(t, c.want, strings.ReplaceAll(stderr.String(), file, "FILE"))
		})
	}
}

// What never ends is not read to its end.
func TestEndlessFiles(t *testing.T) {
	for says, args := range map[string][]string{
		"/dev/zero: cannot be read: it is larger than 2 MiB": {"config", "check", "/dev/zero"},
		"it is larger than 28 MiB":                           {"plan", "--no-secrets", "--request", "/dev/zero", "testdata/plan/config.yaml"},
	} {
		require.ErrorContains(t, run(t.Context(), args, io.Discard, io.Discard), says)
	}
}

// A timeout that leaves a caller no time for another vendor is told, and no mistake.
func TestConfigCheckWarnsOfTimeouts(t *testing.T) {
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	for timeout, warned := range map[time.Duration]bool{call.DefaultDeadline / 2: false, call.DefaultDeadline/2 + time.Millisecond: true} {
		file := filepath.Join(t.TempDir(), "gateway.yaml")
		text := strings.ReplaceAll(vendorConfig, "base_url: URL", "base_url: http://127.0.0.1:1\n    timeout: "+timeout.String())
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		var output, warnings bytes.Buffer
		require.NoError(t, run(t.Context(), []string{"config", "check", file}, &output, &warnings))
		require.Equal(t, file+": ok ("+sizeOf(vendorConfig)+", callers: anybody)\n", output.String())
		require.Equal(t, warned, strings.Contains(warnings.String(), "more than half of the default deadline"), warnings.String())
	}
}

// Who may call is said, and what of callers is no mistake and hardly meant.
func TestConfigCheckTellsOfCallers(t *testing.T) {
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	server := certtest.New(t)
	folder := t.TempDir()
	for name, content := range server.SecretFiles(server.Issue(t, certtest.Leaf{})) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), content, 0o600))
	}
	const (
		encrypted = "tls: {certificate: tls.crt, key: tls.key, client_ca: ca.crt, client_certificates: optional}, "
		both      = "callers: {shop: {certificates: [{dns: shop.example}], rate: 5}, bank: {certificates: [{dns: bank.example}], max_calls: 5}}\n"
		unasked   = "warning: no client is asked for a certificate, by which shop, bank would be known: set client_ca in listen.tls\n"
	)
	for _, c := range []struct{ tls, text, callers, warnings string }{
		{"", "", "anybody", ""},
		{encrypted, "", "anybody", ""},
		{strings.Replace(encrypted, "optional", "required", 1), "", "whoever has a certificate of client_ca, as one without a name", ""},
		{encrypted, both, "2", ""},
		{"", both, "2", unasked},
		{encrypted, strings.Replace(both, ", rate: 5", "", 1), "2", "warning: shop may slow the other callers down: set rate or max_calls\n"},
		{encrypted, "callers: {shop: {certificates: [{dns: shop.example}]}}\n", "1", ""},
	} {
		file := filepath.Join(folder, "gateway.yaml")
		require.NoError(t, os.WriteFile(file, []byte(c.text+strings.NewReplacer("URL", "http://127.0.0.1:1", "listen: {", "listen: {"+c.tls).Replace(vendorConfig)), 0o600))
		var output, warnings bytes.Buffer
		require.NoError(t, run(t.Context(), []string{"config", "check", file}, &output, &warnings))
		require.Equal(t, file+": ok ("+sizeOf(vendorConfig)+", callers: "+c.callers+")\n", output.String())
		require.Equal(t, c.warnings, warnings.String())
	}
}

func TestConfigCheckAndPrint(t *testing.T) {
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	text := strings.ReplaceAll(vendorConfig, "URL", "http://127.0.0.1:1")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))

	var output bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"config", "check", file}, &output, nil))
	require.Equal(t, file+": ok ("+sizeOf(vendorConfig)+", callers: anybody)\n", output.String())

	output.Reset()
	require.NoError(t, run(t.Context(), []string{"config", "print", file}, &output, nil))
	require.Contains(t, output.String(), `path_prefix: /faceid`)
	require.NotContains(t, output.String(), "-5127")
}

// A pipeline has no secrets, and checks all else.
func TestNoSecrets(t *testing.T) {
	var output bytes.Buffer
	for _, command := range [][]string{
		{"config", "check", exampleConfig},
		{"config", "print", exampleConfig},
		{"plan", "--config", exampleConfig, "--request", "testdata/request.json"},
	} {
		require.ErrorContains(t, run(t.Context(), command, &output, &output), "environment variable MEGVII_API_KEY is not set")
		output.Reset()
		require.NoError(t, run(t.Context(), append(command, "--no-secrets"), &output, &output), command)
		require.NotEmpty(t, output.String())
	}
	file := filepath.Join(t.TempDir(), "wrong.yaml")
	require.NoError(t, os.WriteFile(file, []byte("accounts: {a: {provider: nobody}}"), 0o600))
	require.ErrorContains(t, run(t.Context(), []string{"config", "check", "--no-secrets", file}, &output, &output), `unknown provider "nobody"`)
}

func TestConfigSchema(t *testing.T) {
	shipped, err := os.ReadFile("../../deploy/config.schema.json")
	require.NoError(t, err)
	var output bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"config", "schema"}, &output, nil))
	require.Equal(t, string(shipped), output.String())
	require.True(t, json.Valid(output.Bytes()))
}

func TestVersion(t *testing.T) {
	var output bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"version"}, &output, nil))
	require.Regexp(t, `^gateway .*, commit .*, go1\.\d+.*\n$`, output.String())
}

func TestSandboxOnceIssuesTokensAndLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var output bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"sandbox", "--once"}, &output, &output))
	rows := regexp.MustCompile(`(?m)^[a-z]+\.\S+ +(gRPC|REST) +[0-9a-zA-Z,._-]{20,} +\S+ +\S+$`)
	require.Len(t, rows.FindAllString(output.String(), -1), 2*len(demo.Examples()), output.String())
}

// The sandbox issues a token of every product that the gateway has.
func TestEveryProductHasAnExample(t *testing.T) {
	var examples, products []string
	for _, e := range demo.Examples() {
		examples = append(examples, e.Product)
	}
	for _, provider := range vendors.All() {
		for _, product := range provider.Products {
			products = append(products, product.ID)
		}
	}
	require.ElementsMatch(t, products, examples)
}

// The printed curl lines are run as a shell would read them, without a shell.
func TestSandboxPrintsLinesThatWork(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	output, ended := &lockedBuffer{}, make(chan error, 1)
	go func() { ended <- run(ctx, []string{"sandbox"}, output, &lockedBuffer{}) }()
	require.Eventually(t, func() bool { return strings.Contains(output.String(), "/metrics\n") }, 10*time.Second, time.Millisecond)

	lines := regexp.MustCompile(`(?m)^curl -sS (\S+) -H 'Content-Type: application/json' -d '([^']+)'$`).FindAllStringSubmatch(output.String(), -1)
	require.Len(t, lines, len(demo.Examples()))
	for _, line := range lines {
		status, _ := postBody(t, line[1], []byte(line[2]))
		require.Equal(t, http.StatusOK, status, line[2])
	}
	require.Len(t, regexp.MustCompile(`(?m)^grpcurl -plaintext -d '`).FindAllString(output.String(), -1), len(demo.Examples()))
	stop()
	require.NoError(t, <-ended)
}
