package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/stdlog"
)

// each calls do with every command that users see, the root too.
func each(command *cobra.Command, do func(*cobra.Command)) {
	do(command)
	for _, subcommand := range command.Commands() {
		if subcommand.IsAvailableCommand() {
			each(subcommand, do)
		}
	}
}

var shell = regexp.MustCompile(`(?m)^  (?:.*\| )?(gateway [^#<>|\n]*?)\s*(?:[#<>].*)?$`)

// Every help has examples, of that command among them, and every example is one that is taken:
// the command is there, with those flags.
func TestEveryHelpHasExamples(t *testing.T) {
	each(newRoot(stdlog.New(nil)), func(command *cobra.Command) {
		if strings.HasPrefix(command.CommandPath(), "gateway completion") {
			return // cobra's own
		}
		require.NotEmpty(t, command.Example, command.CommandPath())
		lines := shell.FindAllStringSubmatch(command.Example, -1)
		require.NotEmpty(t, lines, command.CommandPath())
		own := false
		for _, line := range lines {
			words := strings.Fields(line[1])[1:]
			found, rest, err := newRoot(stdlog.New(nil)).Find(words)
			require.NoError(t, err, line[1])
			require.NoError(t, found.ParseFlags(rest), line[1])
			require.NoError(t, found.ValidateRequiredFlags(), line[1])
			require.NoError(t, found.ValidateArgs(found.Flags().Args()), line[1])
			require.False(t, found.HasSubCommands() && found.HasParent(), "%s does nothing", line[1])
			own = own || strings.HasPrefix(found.CommandPath(), command.CommandPath())
		}
		require.True(t, own, "%s has no example of its own", command.CommandPath())
	})
}

// A command that is not there fails and names the nearest that is, at every depth.
func TestUnknownCommandsNameTheNearest(t *testing.T) {
	each(newRoot(stdlog.New(nil)), func(command *cobra.Command) {
		if !command.HasAvailableSubCommands() || command.Name() == "completion" {
			return
		}
		path := strings.Fields(command.CommandPath())[1:]
		for _, subcommand := range command.Commands() {
			name := subcommand.Name()
			if !subcommand.IsAvailableCommand() || len(name) < 3 {
				continue
			}
			var output bytes.Buffer
			err := run(t.Context(), append(slices.Clip(path), name[:len(name)-1]), &output, &output)
			require.ErrorContains(t, err, `unknown command "`+name[:len(name)-1]+`", did you mean "`+name+`"?`)
			require.Empty(t, output.String())
		}
		err := run(t.Context(), append(slices.Clip(path), "something-else"), &bytes.Buffer{}, &bytes.Buffer{})
		require.ErrorContains(t, err, "expected ")
		require.NotContains(t, err.Error(), crashReportName)
		var help bytes.Buffer
		require.NoError(t, run(t.Context(), path, &help, &help))
		require.Contains(t, help.String(), "Usage:")
	})
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		var output bytes.Buffer
		require.NoError(t, run(t.Context(), []string{"completion", shell}, &output, nil))
		require.Contains(t, output.String(), "gateway")
	}
	for words, completed := range map[string]string{
		"con": "config", "config ch": "check", "serve --log-level w": "warn", "try --product megvii.h5": "megvii.h5-flash",
		"serve --log-format ": "console", "serve --config ": "yaml", "config check ": "yaml",
	} {
		var output bytes.Buffer
		require.NoError(t, run(t.Context(), append([]string{cobra.ShellCompRequestCmd}, strings.Split(words, " ")...), &output, &bytes.Buffer{}))
		require.Regexp(t, `(?m)^`+regexp.QuoteMeta(completed)+`\b`, output.String(), words)
	}
}

// All commands take the file in the same ways.
func TestEveryWayToNameTheFile(t *testing.T) {
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	text := strings.ReplaceAll(vendorConfig, "URL", "http://127.0.0.1:1")
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	ended, stop := context.WithCancel(t.Context())
	stop()
	for _, command := range [][]string{
		{"config", "check"}, {"config", "print"}, {"plan", "--request", "testdata/request.json"}, {"serve"}, {"sandbox"},
	} {
		for _, way := range [][]string{{file}, {"--config", file}, {"-"}, {"--config", "-"}} {
			root := newRoot(stdlog.New(nil))
			root.SetIn(strings.NewReader(text))
			err := execute(ended, root, append(slices.Clip(command), way...), &bytes.Buffer{}, &bytes.Buffer{})
			require.NoError(t, err, "%s %s", command, way)
		}
		if command[0] != "sandbox" { // which has a configuration of its own
			require.ErrorContains(t, run(ended, command, &bytes.Buffer{}, &bytes.Buffer{}), "name the configuration FILE, or - for standard input")
		}
		both := slices.Concat(command, []string{file, "--config", file})
		require.ErrorContains(t, run(ended, both, &bytes.Buffer{}, &bytes.Buffer{}), "named twice")
	}
	root := newRoot(stdlog.New(nil))
	root.SetIn(strings.NewReader("accounts: 1"))
	require.ErrorContains(t, execute(ended, root, []string{"config", "check", "-"}, &bytes.Buffer{}, &bytes.Buffer{}), "-:1:11: accounts")
	require.ErrorContains(t, run(ended, []string{"plan", "-", "--request", "-"}, &bytes.Buffer{}, &bytes.Buffer{}), "cannot both")
}

func TestLogFormat(t *testing.T) {
	for format, wanted := range map[logFormat]string{
		"json": `^\{"level":"info",.*"msg":"serving","grpc":"1\\n2"\}\n$`, "auto": `^\{`,
		"console": `^\d\d:\d\d:\d\d\.\d{3}  INFO  serving  \{"grpc": "1\\n2"\}\n$`,
	} {
		var output bytes.Buffer
		log, err := format.logger(zapcore.AddSync(&output), &output, zap.InfoLevel)
		require.NoError(t, err)
		log.Info("serving", zap.String("grpc", "1\n2"))
		require.Regexp(t, wanted, output.String())
	}
	_, err := logFormat("jsno").logger(nil, nil, zap.InfoLevel)
	require.ErrorContains(t, err, `did you mean "json"?`)
	device, err := os.Open(os.DevNull)
	require.NoError(t, err)
	require.True(t, isTerminal(device), "a device")
	require.NoError(t, device.Close())
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	require.False(t, isTerminal(file))
	require.NoError(t, file.Close())
}

// A second Ctrl-C ends at once what waits for its calls.
func TestSecondInterruptEndsAtOnce(t *testing.T) {
	vendor := startTroubledVendor(t)
	vendor.hold.Store(true)
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	text := strings.Replace(strings.ReplaceAll(vendorConfig, "URL", vendor.URL), "500ms", "1m", 1)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	gateway := exec.Command(os.Args[0], "serve", file)
	gateway.Env = append(gateway.Environ(), asGateway+"=1", "TEST_KEY=k", "TEST_SECRET=s")
	output := &lockedBuffer{}
	gateway.Stdout, gateway.Stderr = output, output
	require.NoError(t, gateway.Start())
	t.Cleanup(func() { _ = gateway.Process.Kill() })
	address := func() []string { return regexp.MustCompile(`"rest":"([^"]+)"`).FindStringSubmatch(output.String()) }
	require.Eventually(t, func() bool { return address() != nil }, time.Minute, 10*time.Millisecond)
	go func() {
		answer, err := (&http.Client{}).Post("http://"+address()[1]+"/v1/liveness-tokens", "application/json", strings.NewReader(`{"flow": "FLOW_SPOKEN_DIGITS"}`))
		if err == nil {
			_ = answer.Body.Close()
		}
	}()
	<-vendor.arrived
	defer close(vendor.release)
	require.NoError(t, gateway.Process.Signal(syscall.SIGINT))
	require.Eventually(t, func() bool { return strings.Contains(output.String(), "shutting down") }, time.Minute, 10*time.Millisecond)
	ended := make(chan error, 1)
	go func() { ended <- gateway.Wait() }()
	for {
		select {
		case err := <-ended:
			require.ErrorContains(t, err, "interrupt")
			return
		case <-time.After(10 * time.Millisecond): // one that comes at once may still count as the first
			_ = gateway.Process.Signal(syscall.SIGINT)
		}
	}
}

// One's own routes run against the stand-ins, with no secret, no Redis and no certificate of
// one's own.
func TestSandboxOfOwnRoutes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	text := strings.ReplaceAll(vendorConfig, "URL", "https://vendor.example") + "allow_unauthenticated: true\nallow_plaintext: true\n"
	text = strings.Replace(text, `grpc: "127.0.0.1:0"`, `grpc: "0.0.0.0:9090"`, 1)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	ctx, stop := context.WithCancel(t.Context())
	output, ended := &lockedBuffer{}, make(chan error, 1)
	go func() { ended <- run(ctx, []string{"sandbox", file, "--rest", "127.0.0.1:0"}, output, &lockedBuffer{}) }()
	require.Eventually(t, func() bool { return strings.Contains(output.String(), "/metrics\n") }, time.Minute, 10*time.Millisecond)
	url := regexp.MustCompile(`REST +(http://\S+)`).FindStringSubmatch(output.String())[1]
	for _, product := range []string{"megvii.app-v5", "linkface.app"} {
		status, answer := postBody(t, url, []byte(`{"flow": "FLOW_APP_SDK", "acceptedProducts": ["`+product+`"], "subjectId": "user-1"}`))
		require.Equal(t, http.StatusOK, status, string(answer))
	}
	for _, says := range []string{"demo-megvii-key", "demo-megvii-secret", "demo-linkface-id", "demo-linkface-secret", "/_sandbox/next", "operators  http://127.0.0.1:"} {
		require.Contains(t, output.String(), says)
	}
	stop()
	require.NoError(t, <-ended)

	require.ErrorContains(t, run(t.Context(), []string{"sandbox", file, "--once"}, &bytes.Buffer{}, &bytes.Buffer{}), "--once")
	require.ErrorContains(t, run(t.Context(), []string{"sandbox", "--rest", "0.0.0.0:0", "--once"}, &bytes.Buffer{}, &bytes.Buffer{}), "rest must be on loopback")
}

// With --whole everything but the vendors is the file's: its listeners, its callers, its secrets.
func TestSandboxOfAWholeFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	token, key := callers.NewAPIKey()
	text := strings.ReplaceAll(vendorConfig, "URL", "https://vendor.example") +
		fmt.Sprintf("callers: {shop: {api_keys: [{name: first, id: %q, sha256: \"%x\"}]}}\n", key.ID, key.Hash)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	try := func(ctx context.Context, output io.Writer, args ...string) error {
		return run(ctx, append([]string{"sandbox", "--whole"}, args...), output, &lockedBuffer{})
	}
	require.ErrorContains(t, try(t.Context(), io.Discard, file), "environment variable TEST_KEY is not set")
	require.ErrorContains(t, try(t.Context(), io.Discard), "--whole needs a FILE")
	require.ErrorContains(t, try(t.Context(), io.Discard, file, "--rest", "127.0.0.1:0"), "leave --grpc and --rest out")

	t.Setenv("TEST_KEY", "nobody's")
	t.Setenv("TEST_SECRET", "nobody's")
	ctx, stop := context.WithCancel(t.Context())
	output, ended := &lockedBuffer{}, make(chan error, 1)
	go func() { ended <- try(ctx, output, file) }()
	require.Eventually(t, func() bool { return strings.Contains(output.String(), "/metrics\n") }, time.Minute, 10*time.Millisecond)
	url := regexp.MustCompile(`REST +(http://\S+)`).FindStringSubmatch(output.String())[1]
	body := `{"flow": "FLOW_APP_SDK", "acceptedProducts": ["linkface.app"], "subjectId": "user-1"}`
	status, answer := postBody(t, url, []byte(body))
	require.Equal(t, http.StatusUnauthorized, status, string(answer))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	stop()
	require.NoError(t, <-ended)
}
