package system

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/doctest"
)

const clientsPage = checkout + "/docs/clients.md"

// clientCase is what a program of the page shall print when other products and subjects
// replace its own. FIELD is the transport's name of accepted_products.
type clientCase struct {
	name, products, subject string
	want                    string
	// reason and calls are what the gateway counts of it.
	reason string
	calls  int
}

var clientCases = []clientCase{
	{
		"issued", `"megvii.app-v5", "linkface.app"`, "user-7f3a",
		`^token \S+ of megvii\.app-v5, until \S+Z\n$`, "OK", 1,
	},
	{
		"ruled out", `"acme.app"`, "user-7f3a", `^NO_ELIGIBLE_PRODUCT, request [A-Z2-7]{26}
field FIELD: does not name the product
ruled out megvii\.app-v5: FIELD does not name the product
(?:ruled out [a-z0-9.-]+: FIELD does not name the product
)+must not be sent again
$`, "NO_ELIGIBLE_PRODUCT", 1,
	},
	{
		"argument refused", `"megvii.app-v5"`, "sandbox:status=400,code=BAD_ARGUMENTS:uuid", `^ARGUMENT_REJECTED, request [A-Z2-7]{26}
field (subject_id|subjectId): refused by the vendor
tried megvii\.app-v5: ARGUMENT_REJECTED
(?:ruled out [a-z0-9.-]+: FIELD does not name the product
)+must not be sent again
$`, "ARGUMENT_REJECTED", 1,
	},
	{
		"vendor down", `"megvii.app-v5"`, "sandbox:code=INTERNAL_ERROR", `^(VENDOR_INTERNAL_ERROR|NO_TARGET_AVAILABLE), request [A-Z2-7]{26}
(?:tried megvii\.app-v5: VENDOR_INTERNAL_ERROR
)*(?:ruled out [a-z0-9.-]+: FIELD does not name the product
)+may be sent again in [0-9.]+(?:ms|s)
$`, "VENDOR_INTERNAL_ERROR|NO_TARGET_AVAILABLE", 3,
	},
}

// The programs of docs/clients.md, as they are there but for the gateway's address. Go's
// is here too: running it compiles it, which a busy machine takes minutes for.

func TestGoClientOfTheDocs(t *testing.T) {
	program := filepath.Join(t.TempDir(), "client")
	source := program + ".go"
	runClientCases(t, func() *exec.Cmd {
		output, err := exec.Command("go", "build", "-C", checkout, "-o", program, source).CombinedOutput()
		require.NoError(t, err, "%s", output)
		return exec.Command(program)
	}, source, "grpc", "accepted_products")
}

func TestNodeClientOfTheDocs(t *testing.T) {
	node := program(t, "node", "nodejs")
	file := filepath.Join(installNodePackages(t), "client.mjs")
	runClientCases(t, interpreted(node, file), file, "grpc", "accepted_products")
}

func TestCurlClientOfTheDocs(t *testing.T) {
	bash := program(t, "bash", "bash")
	program(t, "curl", "curl")
	program(t, "jq", "jq")
	file := filepath.Join(t.TempDir(), "client.sh")
	runClientCases(t, interpreted(bash, file), file, "rest", "acceptedProducts")
}

// interpreted returns the command that runs the file.
func interpreted(interpreter, file string) func() *exec.Cmd {
	return func() *exec.Cmd { return exec.Command(interpreter, file) }
}

// runClientCases writes the program of each case to the file, whose name is the block's,
// and has it run from the top of the checkout.
func runClientCases(t *testing.T, command func() *exec.Cmd, file, transport, field string) {
	t.Helper()
	s := startSandbox(t)
	page := doctest.Block(t, clientsPage, filepath.Base(file))
	for _, c := range clientCases {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(file, []byte(s.inPlace(page, c)), 0o600))
			before := s.counted(t, transport, c.reason)
			client := command()
			client.Dir = checkout
			var stderr strings.Builder
			client.Stderr = &stderr
			output, err := client.Output()
			require.Regexp(t, strings.ReplaceAll(c.want, "FIELD", field), string(output), stderr.String())
			require.Empty(t, stderr.String())
			require.Equal(t, c.reason == "OK", err == nil, err)
			require.Equal(t, c.calls, s.counted(t, transport, c.reason)-before)
		})
	}
}

// inPlace puts the sandbox's addresses and the case's values into a program.
func (s sandbox) inPlace(program string, c clientCase) string {
	return strings.NewReplacer(
		"127.0.0.1:9090", s.grpc, "127.0.0.1:8080", s.rest,
		`"megvii.app-v5", "linkface.app"`, c.products, "user-7f3a", c.subject,
	).Replace(program)
}

// counted returns how many calls have ended so, by the gateway's metrics.
func (s sandbox) counted(t *testing.T, transport, reason string) int {
	t.Helper()
	count := regexp.MustCompile(`liveness_gateway_requests_total\{.*flow="app_sdk",reason="(?:`+reason+`)",transport="`+transport+`"\} (\d+)`).
		FindAllStringSubmatch(get(t, "http://"+s.admin+"/metrics"), -1)
	sum := 0
	for _, series := range count {
		n, err := strconv.Atoi(series[1])
		require.NoError(t, err)
		sum += n
	}
	return sum
}

// installNodePackages returns a folder that has what the program imports.
func installNodePackages(t *testing.T) string {
	t.Helper()
	return installPackages(t, "testdata/node")
}

// installPackages returns a copy of a folder with the packages that its lock file names.
func installPackages(t *testing.T, from string) string {
	t.Helper()
	npm := program(t, "npm", "npm")
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(from)))
	install := exec.Command(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	install.Dir = folder
	output, err := install.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return folder
}
