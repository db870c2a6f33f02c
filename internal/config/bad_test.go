package config_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/config/document"
)

// TestBadFiles loads every file of testdata/bad and compares its errors with those
// in the text file beside it, where $PWD stands for the package's folder.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	folder, err := os.Getwd()
	require.NoError(t, err)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".txt")
			require.NoError(t, err)
			c, err := load(t, file)
			require.Nil(t, c)
			var mistakes document.Errors
			require.ErrorAs(t, err, &mistakes)
			got := strings.ReplaceAll(err.Error(), folder, "$PWD") + "\n"
			require.Equal(t, string(want), got)
		})
	}
}

// TestErrorsShowNoSecret relies on the files in which hunter2 is where a secret
// must not.
func TestErrorsShowNoSecret(t *testing.T) {
	for _, file := range []string{"secrets", "syntax-secret", "base-url", "proxy"} {
		path := "testdata/bad/" + file + ".yaml"
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(text), "hunter2")
		_, err = load(t, path)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hunter2")
	}
}

func TestUnreadableFile(t *testing.T) {
	_, err := config.Load("testdata/none.yaml", vendors())
	require.Equal(t, document.Errors{{File: "testdata/none.yaml", Message: "cannot be read: no such file or directory"}}, err)
	require.EqualError(t, err, "testdata/none.yaml: cannot be read: no such file or directory")
}

// A file that is named is not waited for, nor read without an end.
func TestFilesThatAreNone(t *testing.T) {
	setEnvironment(t)
	text := readFile(t, "testdata/good/full.yaml")
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, file := range []string{"../ca.pem", "../client.pem", "../client.key", "../secret.txt"} {
		for _, other := range []string{pipe, "/dev/zero"} {
			_, err := newReader(t).Parse("testdata/good/full.yaml", []byte(strings.ReplaceAll(text, file, other)))
			require.ErrorContains(t, err, "cannot be read: it is not a regular file", file)
		}
	}
}

func TestErrorsAreByPosition(t *testing.T) {
	_, err := load(t, "testdata/bad/keys.yaml")
	var mistakes document.Errors
	require.ErrorAs(t, err, &mistakes)
	require.True(t, slices.IsSortedFunc(mistakes, func(a, b document.Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	}))
	require.Equal(t, document.Error{
		File: "testdata/bad/keys.yaml", Line: 3, Column: 1, Message: `unknown key "acounts", did you mean "accounts"?`,
	}, mistakes[2])
}
