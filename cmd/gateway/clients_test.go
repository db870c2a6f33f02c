package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/doctest"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// The Go program of docs/clients.md, with other products and subjects in the place of
// its own. The other languages' are run in test/system.
func TestGoClientOfTheDocs(t *testing.T) {
	program := doctest.Block(t, "../../docs/clients.md", "client.go")
	vendor := httptest.NewServer(sandbox.NewMegvii(sandbox.Options{
		Credentials: sandbox.NewCredentials(map[string]string{"test-key-5127": "test-secret-5127"}),
	}))
	t.Cleanup(vendor.Close)

	for _, c := range []struct {
		name, products, subject string
		// want is what the program prints, calls how many the gateway gets.
		want  string
		calls int
	}{
		{
			"issued", `"megvii.app-v5", "linkface.app"`, "user-7f3a",
			`^token \S+ of megvii\.app-v5, until \S+Z\n$`, 1,
		},
		{
			"ruled out", `"acme.app"`, "user-7f3a", `^NO_ELIGIBLE_PRODUCT, request [A-Z2-7]{26}
field accepted_products: does not name the product
ruled out megvii\.app-v5: accepted_products does not name the product
ruled out linkface\.app: accepted_products does not name the product
must not be sent again
$`, 1,
		},
		{
			"argument refused", `"megvii.app-v5"`, "sandbox:status=400,code=BAD_ARGUMENTS:uuid", `^ARGUMENT_REJECTED, request [A-Z2-7]{26}
field (subject_id|subjectId): refused by the vendor
tried megvii\.app-v5: ARGUMENT_REJECTED
ruled out linkface\.app: accepted_products does not name the product
must not be sent again
$`, 1,
		},
		{
			"vendor down", `"megvii.app-v5"`, "sandbox:code=INTERNAL_ERROR", `^VENDOR_INTERNAL_ERROR, request [A-Z2-7]{26}
tried megvii\.app-v5: VENDOR_INTERNAL_ERROR
ruled out linkface\.app: accepted_products does not name the product
may be sent again in 1s
$`, 3,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := &lockedBuffer{}
			g, _ := startGateway(t, vendorConfig, vendor.URL, log)
			output := goRun(t, strings.NewReplacer(
				"127.0.0.1:9090", g.GRPC,
				`"megvii.app-v5", "linkface.app"`, c.products, "user-7f3a", c.subject,
			).Replace(program))
			require.Regexp(t, c.want, output)
			require.Equal(t, c.calls, strings.Count(log.String(), `"transport":"grpc"`), log.String())
		})
	}
}

// goRun runs a program from the top of the checkout, as the page says, and returns what
// it prints, whether or not it fails.
func goRun(t *testing.T, program string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "client.go")
	require.NoError(t, os.WriteFile(file, []byte(program), 0o600))
	command := exec.Command("go", "run", file)
	command.Dir = "../.."
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		require.Equal(t, "exit status 1\n", stderr.String())
	}
	return string(output)
}
