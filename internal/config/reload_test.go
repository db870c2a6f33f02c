package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
)

// What only a restart can change is named, with its place, and all of it at once.
func TestWhatNeedsARestart(t *testing.T) {
	text := readFile(t, "testdata/good/full.yaml")
	running, err := load(t, "testdata/good/full.yaml")
	require.NoError(t, err)
	again := func(text string) error {
		_, err := newReader(t).Parse("testdata/good/full.yaml", []byte(text), config.Replacing(running))
		return err
	}
	require.NoError(t, again(text))

	changed := strings.NewReplacer(
		`max_connections: 700`, `max_connections: 701`,
		`max_calls: 500`, `max_calls: 501`,
	).Replace(text)
	require.NotEqual(t, text, changed)
	changed = strings.Replace(changed, "listen:\n", "listen:\n  # moved\n", 1)
	changed = strings.Replace(changed, "reflection: true", "reflection: false", 1)
	changed = strings.Replace(changed, "docs: true", "docs: false", 1)
	err = again(changed)
	require.Error(t, err)
	require.Regexp(t, `full\.yaml:\d+:\d+: reflection cannot change while the gateway runs`, err)
	require.Regexp(t, `full\.yaml:\d+:\d+: max_connections cannot change while the gateway runs`, err)
	require.Regexp(t, `full\.yaml:\d+:\d+: docs cannot change while the gateway runs`, err)
	require.NotContains(t, err.Error(), "max_calls")
	require.Len(t, strings.Split(err.Error(), "\n"), 3)
}

// Flags that replaced what the file says are no change of the file.
func TestFlagsAreNoChange(t *testing.T) {
	running, err := load(t, "testdata/good/minimal.yaml")
	require.NoError(t, err)
	running.Listen.GRPC = "127.0.0.1:0"
	_, err = load(t, "testdata/good/minimal.yaml", config.Replacing(running))
	require.NoError(t, err)
}

// A secret's value counts, not where it is read from.
func TestSecretsThatNeedARestart(t *testing.T) {
	running, err := load(t, "testdata/good/full.yaml")
	require.NoError(t, err)
	t.Setenv("NAMING_KEY", "another-key-of-32-random-characters")
	_, err = newReader(t).Parse("testdata/good/full.yaml", []byte(readFile(t, "testdata/good/full.yaml")), config.Replacing(running))
	require.ErrorContains(t, err, "naming_key cannot change while the gateway runs")
	require.NotContains(t, err.Error(), "random-characters")
	t.Setenv("NAMING_KEY", "naming-key-of-32-random-characters")
	t.Setenv("SEALING_KEY", "another-key-of-32-random-characters")
	_, err = newReader(t).Parse("testdata/good/full.yaml", []byte(readFile(t, "testdata/good/full.yaml")), config.Replacing(running))
	require.NoError(t, err, "sealing keys are rotated while the gateway runs")
}

// Every file that is read is known, so that a change of it is seen.
func TestFilesOfAConfiguration(t *testing.T) {
	for _, name := range []string{"full", "callers"} {
		c, err := load(t, "testdata/good/"+name+".yaml")
		require.NoError(t, err)
		files := c.Files()
		require.Equal(t, absolute(t, "testdata/good/"+name+".yaml"), files[0])
		require.Equal(t, config.SHA256([]byte(readFile(t, files[0]))), c.SHA256())
		printed := printConfig(t, c)
		for _, file := range files[1:] {
			require.FileExists(t, file)
			require.Contains(t, printed, file)
		}
		// Whatever is printed as an absolute path is one of them.
		for field := range strings.FieldsFuncSeq(printed, func(r rune) bool { return strings.ContainsRune(" \n\"{},", r) }) {
			listeners := strings.Contains(field, "/tls/")
			if info, err := os.Stat(field); !listeners && filepath.IsAbs(field) && err == nil && info.Mode().IsRegular() {
				require.Contains(t, files, field)
			}
		}
	}
}
