package system

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/doctest"
	"github.com/liveness-gateway/gateway/internal/freeport"
)

const openAPI = checkout + "/gen/openapi/openapi.json"

// installOpenAPITools returns a folder that has programs which others use OpenAPI with.
func installOpenAPITools(t *testing.T) (folder string, tool func(name string, arguments ...string) *exec.Cmd) {
	t.Helper()
	program(t, "node", "nodejs")
	folder = installPackages(t, "testdata/openapi")
	return folder, func(name string, arguments ...string) *exec.Cmd {
		command := exec.Command(filepath.Join(folder, "node_modules", ".bin", name), arguments...)
		command.Dir = folder
		command.Env = append(command.Environ(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true", "NO_COLOR=1")
		return command
	}
}

// copyOpenAPI puts the document into the folder.
func copyOpenAPI(t *testing.T, folder string) {
	t.Helper()
	text, err := os.ReadFile(openAPI)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "openapi.json"), text, 0o600))
}

// Programs that others use OpenAPI with take the document: a linter, a validating proxy, and a
// generator of a client.
func TestOpenAPI(t *testing.T) {
	folder, tool := installOpenAPITools(t)
	copyOpenAPI(t, folder)

	t.Run("Redocly has nothing to say", func(t *testing.T) {
		output, err := tool("redocly", "lint", "openapi.json").CombinedOutput() // of its strict rules all are errors
		require.NoError(t, err, "%s", output)
	})
	t.Run("Prism agrees with the gateway", func(t *testing.T) { prismAgrees(t, tool) })
	t.Run("TypeScript", func(t *testing.T) { typeScriptClient(t, folder, tool) })
}

// prismAgrees makes the calls that both transports are tried with through Prism, which says in a
// header what it holds against a request or an answer.
func prismAgrees(t *testing.T, tool func(string, ...string) *exec.Cmd) {
	t.Helper()
	gateways, own := freeport.Address(freePort(t)), freePort(t)
	prism := &process{Cmd: tool("prism", "proxy", "openapi.json", "http://"+gateways, "--host=127.0.0.1", "--port="+strconv.Itoa(own))}
	prism.Stdout, prism.Stderr = &prism.output, &prism.output
	require.NoError(t, prism.Start())
	t.Cleanup(func() {
		_ = prism.Process.Kill() // it has no end of its own
		_ = prism.Wait()
	})
	prism.await(t, `Prism is (listening)`)
	parity := exec.Command("go", "test", "./cmd/gateway", "-run=^TestParity$", "-count=1", "-args", "-parity.rest="+gateways, "-parity.proxy=http://"+freeport.Address(own))
	parity.Dir = checkout
	output, err := parity.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// typeScriptClient compiles the page's program against the types that are made of the document,
// and runs it.
func typeScriptClient(t *testing.T, folder string, tool func(string, ...string) *exec.Cmd) {
	t.Helper()
	command := strings.Fields(doctest.Block(t, clientsPage, "types.sh"))
	require.Equal(t, []string{"npx", "openapi-typescript@7.13.0", "gen/openapi/openapi.json", "-o", "gateway.d.ts"}, command)
	output, err := tool("openapi-typescript", "openapi.json", "-o", "gateway.d.ts").CombinedOutput()
	require.NoError(t, err, "%s", output)
	file := filepath.Join(folder, "client.ts")
	runClientCases(t, func() *exec.Cmd {
		output, err := tool("tsc", "-p", ".").CombinedOutput()
		require.NoError(t, err, "%s", output)
		return exec.Command("node", filepath.Join(folder, "client.js"))
	}, file, "rest", "acceptedProducts")
}
