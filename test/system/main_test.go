package system

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// checkout is the top of the repository.
const (
	checkout = "../.."
	deploy   = checkout + "/deploy"
)

// gateway is the path of the built program, which TestMain sets before any test runs.
var gateway string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "gateway-system-test-")
	if err == nil {
		gateway = filepath.Join(folder, "gateway")
		err = build(gateway)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// build makes the program as deploy/Dockerfile does.
func build(path string) error {
	command := exec.Command("go", "build", "-C", checkout, "-trimpath", "-tags=grpcnotrace", "-ldflags=-s -w", "-o", path, "./cmd/gateway")
	command.Env = append(command.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("the gateway does not build: %w\n%s", err, output)
	}
	return nil
}

// program returns the path of a program that a Debian package has.
func program(t *testing.T, name, debianPackage string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	require.NoErrorf(t, err, "this test needs %s; install it with\n\n\tapt-get install --yes --no-install-recommends %s\n", name, debianPackage)
	return path
}
