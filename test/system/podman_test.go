package system

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// podman builds and runs images that nobody else sees.
type podman struct {
	path    string
	options []string
}

func newPodman(t *testing.T) podman {
	t.Helper()
	return podman{program(t, "podman", "podman"), []string{
		"--root", t.TempDir(), "--runroot", t.TempDir(), "--tmpdir", t.TempDir(), "--storage-driver", "vfs",
		"--runtime", program(t, "runc", "runc"), "--cgroup-manager", "cgroupfs", "--network-config-dir", t.TempDir(),
	}}
}

func (p podman) command(args ...string) *exec.Cmd {
	return exec.Command(p.path, append(slices.Clip(p.options), args...)...)
}

// run returns what the command prints.
func (p podman) run(t *testing.T, args ...string) string {
	t.Helper()
	command := p.command(args...)
	var complaints strings.Builder
	command.Stderr = &complaints
	output, err := command.Output()
	require.NoError(t, err, "podman %s\n%s%s", strings.Join(args, " "), output, complaints.String())
	return strings.TrimSpace(string(output))
}

// confined are the options of build and run on a machine that may not raise limits, as
// podman by default does.
func confined() []string {
	return []string{"--network", "host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"}
}

// buildImage builds deploy/Dockerfile, all of it, without a registry: an empty image
// with this machine's Go stands in for golang's.
func (p podman) buildImage(t *testing.T, name string) {
	t.Helper()
	base := t.TempDir()
	const certificates = "/etc/ssl/certs/ca-certificates.crt"
	_ = program(t, "update-ca-certificates", "ca-certificates")
	content, err := os.ReadFile(certificates)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(base, "ca-certificates.crt"), content, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(base, "tmp"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(base, "Dockerfile"), []byte(
		"FROM scratch\nCOPY ca-certificates.crt "+certificates+"\nCOPY tmp /tmp\n"+
			"ENV PATH=/usr/local/go/bin HOME=/root GOPROXY=off GOTOOLCHAIN=local\n"), 0o600))
	p.run(t, "build", "--tag", "localhost/golang", base)

	output, err := exec.Command("go", "mod", "download", "-C", checkout).CombinedOutput()
	require.NoError(t, err, "%s", output)
	args := []string{
		"build", "--isolation", "oci", "--file", deploy + "/Dockerfile", "--tag", name,
		"--build-arg", "BUILDER=localhost/golang",
	}
	for variable, place := range map[string]string{
		"GOROOT": "/usr/local/go", "GOMODCACHE": "/root/go/pkg/mod", "GOCACHE": "/root/.cache/go-build",
	} {
		folder, err := exec.Command("go", "env", variable).Output()
		require.NoError(t, err)
		args = append(args, "--volume", strings.TrimSpace(string(folder))+":"+place)
	}
	p.run(t, append(append(args, confined()...), checkout)...)
}
