package system

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/doctest"
)

// Debian 12's protoc, the oldest that the page names, compiles the contract, and a program
// of its own packages calls the gateway with what comes out.
func TestPythonClientOfTheDocs(t *testing.T) {
	python := pythonWithGRPC(t)
	t.Setenv("PYTHONPATH", compileForPython(t))
	file := filepath.Join(t.TempDir(), "client.py")
	runClientCases(t, interpreted(python, file), file, "grpc", "accepted_products")
}

// compileForPython runs the page's protoc and returns the folder that it writes.
func compileForPython(t *testing.T) string {
	t.Helper()
	bash := program(t, "bash", "bash")
	program(t, "protoc", "protobuf-compiler libprotobuf-dev")
	folder := t.TempDir()
	script := strings.NewReplacer("mkdir -p pb", "mkdir -p "+folder, "--python_out=pb", "--python_out="+folder).
		Replace(doctest.Block(t, clientsPage, "protoc.sh"))
	compile := exec.Command(bash, "-ec", script)
	compile.Dir = checkout
	output, err := compile.CombinedOutput()
	require.NoError(t, err, "%s", output)
	require.Empty(t, string(output), "warnings")
	return folder
}

// pythonWithGRPC returns the path of Debian's own Python, which alone has Debian's gRPC:
// a search may find another.
func pythonWithGRPC(t *testing.T) string {
	t.Helper()
	const packages = "python3 python3-grpcio python3-protobuf"
	python := program(t, "/usr/bin/python3", packages)
	output, err := exec.Command(python, "-c", "import grpc, google.protobuf").CombinedOutput()
	require.NoErrorf(t, err, "%s\nthis test needs Python's gRPC; install it with\n\n\tapt-get install --yes --no-install-recommends %s\n", output, packages)
	return python
}

// A program that is generated anew finds the photos and documents of the contract where
// the page says.
func TestPythonSendsAPhoto(t *testing.T) {
	python := pythonWithGRPC(t)
	s := startSandbox(t)
	folder := compileForPython(t)
	file := filepath.Join(t.TempDir(), "photo.py")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(photoProgram, "ADDRESS", s.grpc)), 0o600))
	client := exec.Command(python, file)
	client.Env = append(client.Environ(), "PYTHONPATH="+folder)
	output, err := client.CombinedOutput()
	require.NoError(t, err, "%s", output)
	require.Equal(t, "megvii.h5-flash of megvii-sandbox, OK\n", string(output))
}

// photoProgram sends a photo of its own making: the smallest that is an image.
const photoProgram = `
import base64
import grpc
from liveness.v1 import liveness_service_pb2 as pb

photo = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAADElEQVR4nGNgoA4AAABIAAEuuDx+AAAAAElFTkSuQmCC")
with grpc.insecure_channel("ADDRESS") as channel:
    issue = channel.unary_unary(
        "/liveness.v1.LivenessService/IssueLivenessToken",
        pb.IssueLivenessTokenRequest.SerializeToString,
        pb.IssueLivenessTokenResponse.FromString,
    )
    answer = issue(pb.IssueLivenessTokenRequest(
        flow=pb.FLOW_JS_SDK,
        subject_id="user-7f3a",
        comparison=pb.Comparison(photos=[pb.Photo(content=photo)]),
    ), timeout=10)
print(f"{answer.product} of {answer.account}, {answer.attempts[-1].reason}")
`
