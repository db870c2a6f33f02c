package system

import (
	"archive/tar"
	"bytes"
	"crypto/tls"
	"debug/elf"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/liveness-gateway/gateway/internal/certtest"
)

const image = "localhost/liveness-gateway"

// user is a user without a name and without rights.
const user = "65532"

func TestImage(t *testing.T) {
	p := newPodman(t)
	p.buildImage(t, image)
	t.Run("holds the gateway and nothing else", func(t *testing.T) { checkContent(t, p) })
	t.Run("says how it is run", func(t *testing.T) { checkMetadata(t, p) })
	t.Run("serves and ends on SIGTERM", func(t *testing.T) { checkService(t, p) })
}

func checkContent(t *testing.T, p podman) {
	t.Helper()
	container := p.run(t, "create", "--network", "none", image)
	archive := tar.NewReader(bytes.NewReader([]byte(p.run(t, "export", container))))
	files := map[string][]byte{}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if header.Typeflag == tar.TypeReg {
			files[header.Name], err = io.ReadAll(archive)
			require.NoError(t, err)
		}
	}
	require.NotEmpty(t, files["etc/ssl/certs/ca-certificates.crt"])
	binary, err := elf.NewFile(bytes.NewReader(files["gateway"]))
	require.NoError(t, err)
	for _, segment := range binary.Progs {
		require.NotEqual(t, elf.PT_INTERP, segment.Type, "the binary is not static")
	}
	require.NotContains(t, string(files["gateway"]), "/src/cmd/gateway", "paths of the build are left")
	require.Len(t, files, 2)
	p.run(t, "rm", container)
}

func checkMetadata(t *testing.T, p podman) {
	t.Helper()
	var described []struct {
		Config struct {
			User            string
			Entrypoint, Cmd []string
			ExposedPorts    map[string]struct{}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(p.run(t, "inspect", "--type", "image", image)), &described))
	c := described[0].Config
	require.Equal(t, user+":"+user, c.User)
	require.Equal(t, []string{"/gateway"}, c.Entrypoint)
	require.Equal(t, []string{"serve", "--config", "/etc/gateway/gateway.yaml"}, c.Cmd)
	require.Len(t, c.ExposedPorts, 2)
}

// checkService runs the example configuration in a container that may do nothing.
func checkService(t *testing.T, p podman) {
	t.Helper()
	example, err := filepath.Abs(deploy + "/config.example.yaml")
	require.NoError(t, err)
	args := append([]string{"run", "--read-only", "--cap-drop", "ALL", "--name", "gateway"}, confined()...)
	ca, folder := certtest.New(t), filepath.Join(t.TempDir(), "tls")
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755)) // the container's user reads it
	writeCertificates(t, folder, ca)
	args = append(args, "--volume", example+":/etc/gateway/gateway.yaml:ro", "--volume", folder+":/etc/gateway/tls:ro")
	for _, variable := range secretsOf(t, example) {
		args = append(args, "--env", variable+"=a-secret")
	}
	args = append(args, image, "serve", "--config", "/etc/gateway/gateway.yaml")
	for _, listener := range []string{"grpc", "rest", "admin", "operator"} {
		args = append(args, "--listen-"+listener, "127.0.0.1:0")
	}
	gateway := start(t, p.command(args...))
	require.Equal(t, "ok\n", get(t, "http://"+gateway.await(t, `"serving".*"admin":"([^"]+)"`)+"/readyz"))
	client := &tls.Config{RootCAs: ca.Pool(), Certificates: []tls.Certificate{ca.Issue(t, certtest.Leaf{Client: true}).TLS(t)}}
	requireServing(t, gateway.await(t, `"serving".*"grpc":"([^"]+)"`), client)
	rest := gateway.await(t, `"serving".*"rest":"([^"]+)"`)
	conn, err := tls.Dial("tcp", rest, client)
	require.NoError(t, err)
	require.NoError(t, conn.Close())

	status, err := os.ReadFile("/proc/" + p.run(t, "inspect", "--format", "{{.State.Pid}}", "gateway") + "/status")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^Uid:\t`+user+`\t`+user+`\t`+user+`\t`+user+`$`, string(status))
	require.Regexp(t, `(?m)^CapEff:\t0+$`, string(status))

	gateway.stop(t)
	require.Contains(t, gateway.output.String(), `"stopped"`)
	require.Equal(t, "0", p.run(t, "inspect", "--format", "{{.State.ExitCode}}", "gateway"))
	p.run(t, "rm", "gateway")
}

// secretsOf returns the names of the variables that a configuration refers to.
func secretsOf(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var names []string
	for _, match := range regexp.MustCompile(`: \{env: (\w+)\}`).FindAllStringSubmatch(string(text), -1) {
		names = append(names, match[1])
	}
	return names
}

func requireServing(t *testing.T, address string, client *tls.Config) {
	t.Helper()
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(credentials.NewTLS(client)))
	require.NoError(t, err)
	defer func() { _ = connection.Close() }()
	answer, err := healthpb.NewHealthClient(connection).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, answer.GetStatus())
}
