package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// A copy compiles at once, and what it is a copy of conforms. Nothing is written into
// the checkout.
func TestCopyConforms(t *testing.T) {
	files, err := copied(root, "fidelo")
	require.NoError(t, err)
	checkout, err := filepath.Abs(root)
	require.NoError(t, err)
	folder := t.TempDir()
	overlay := struct{ Replace map[string]string }{make(map[string]string)}
	for path, text := range files {
		file := filepath.Join(folder, filepath.Base(path))
		require.NoError(t, os.WriteFile(file, text, 0o600))
		overlay.Replace[filepath.Join(checkout, path)] = file
	}
	encoded, err := json.Marshal(overlay)
	require.NoError(t, err)
	overlayFile, binary := filepath.Join(folder, "overlay.json"), filepath.Join(folder, "tests")
	require.NoError(t, os.WriteFile(overlayFile, encoded, 0o600))

	runIn(t, checkout, "go", "test", "-c", "-vet=off", "-overlay", overlayFile, "-o", binary, "./internal/providers/fidelo")
	require.Contains(t, runIn(t, folder, binary, "-test.v", "-test.run", "Conformance"), "--- PASS: TestConformancePage ")
}

func runIn(t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir = folder
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	return string(output)
}

// The program writes what copied returns, and nothing over an adapter that there is.
func TestRun(t *testing.T) {
	checkout := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(checkout, example), os.DirFS(filepath.Join(root, example))))
	files, err := copied(root, "fidelo")
	require.NoError(t, err)
	t.Chdir(checkout)
	require.NoError(t, run([]string{"fidelo"}))
	for path, text := range files {
		written, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(text), string(written), path)
	}
	require.ErrorIs(t, run([]string{"fidelo"}), fs.ErrExist)
}

// What is left of Acme in a copy can be found.
func TestCopyNamesAcmeInCapitalsAlone(t *testing.T) {
	files, err := copied(root, "fidelo")
	require.NoError(t, err)
	for path, text := range files {
		require.NotContains(t, path, "acme")
		require.NotContains(t, string(text), "acme", path)
	}
	require.Contains(t, string(files["internal/providers/fidelo/fidelo.go"]), `const Name = "fidelo"`)
	require.Contains(t, string(files["internal/providers/fidelo/page.go"]), `document = "Acme: Open Session"`)
}

// An adapter takes no more than 200 lines, comments counted, blank lines not.
func TestExampleIsSmall(t *testing.T) {
	const most = 200
	files, err := copied(root, "fidelo")
	require.NoError(t, err)
	lines := 0
	for path, text := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if strings.TrimSpace(line) != "" {
				lines++
			}
		}
	}
	require.NotZero(t, lines)
	require.LessOrEqual(t, lines, most)
}

func TestNames(t *testing.T) {
	for _, args := range [][]string{nil, {""}, {"Fidelo"}, {"fide-lo"}, {"../fidelo"}, {"1fidelo"}, {"fidelo", "page"}} {
		require.ErrorContains(t, run(args), "usage: newvendor NAME", args)
	}
}

func TestVendorThatThereIs(t *testing.T) {
	t.Chdir(root)
	require.ErrorIs(t, run([]string{"linkface"}), fs.ErrExist)
}
