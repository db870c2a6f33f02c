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

const javaPackages = "default-jdk-headless protobuf-compiler libprotobuf-dev protobuf-compiler-grpc-java-plugin libgrpc-java " +
	"libprotobuf-java libgoogle-gson-java libguava-java libnetty-java libperfmark-java libgeronimo-annotation-1.3-spec-java"

// What Debian 12's protoc and gRPC plugin make of the contract compiles, and the page's program
// calls the gateway with it and with Debian's libraries.
func TestJavaClientOfTheDocs(t *testing.T) {
	javac, java := program(t, "javac", javaPackages), program(t, "java", javaPackages)
	folder := t.TempDir()
	classes := "CLASSPATH=" + compileForJava(t, folder)
	file := filepath.Join(folder, "Client.java")
	runClientCases(t, func() *exec.Cmd {
		compile := exec.Command(javac, "-nowarn", "-d", filepath.Join(folder, "java", "classes"), file)
		compile.Env = append(compile.Environ(), classes)
		output, err := compile.CombinedOutput()
		require.NoError(t, err, "%s", output)
		run := exec.Command(java, "Client")
		run.Env = append(run.Environ(), classes)
		return run
	}, file, "grpc", "accepted_products")
}

// compileForJava has the page's commands compile the contract in the folder, and returns where
// Java finds what comes of it and what it needs.
func compileForJava(t *testing.T, folder string) (classPath string) {
	t.Helper()
	bash := program(t, "bash", "bash")
	for _, name := range []string{"protoc", "grpc_java_plugin"} {
		program(t, name, javaPackages)
	}
	for _, name := range []string{"proto", "third_party"} {
		path, err := filepath.Abs(filepath.Join(checkout, name))
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(folder, name)))
	}
	commands := exec.Command(bash, "-ec", doctest.Block(t, clientsPage, "java.sh")+`printf %s "$CLASSPATH"`)
	commands.Dir = folder
	var stderr strings.Builder
	commands.Stderr = &stderr
	output, err := commands.Output()
	require.NoError(t, err, "%s", stderr.String())
	for jar := range strings.SplitSeq(strings.TrimPrefix(string(output), "java/classes:"), ":") {
		require.FileExistsf(t, jar, "this test needs Java's gRPC; install it with\n\n\tapt-get install --yes --no-install-recommends %s\n", javaPackages)
	}
	return filepath.Join(folder, string(output))
}
