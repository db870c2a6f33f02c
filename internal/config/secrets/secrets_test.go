package secrets

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/files"
)

// One rule holds for a secret in a variable and in a file.
func TestSecretRule(t *testing.T) {
	const secret = "s3cret-5127"
	largest := strings.Repeat("x", maxSecretBytes)
	tests := map[string]struct{ content, want, problem string }{
		"plain":                   {secret, secret, ""},
		"a line break at its end": {secret + "\n", secret, ""},
		"Windows' line break":     {secret + "\r\n", secret, ""},
		"a blank within":          {"two words", "two words", ""},
		"not ASCII":               {"gehéim-秘密", "gehéim-秘密", ""},
		"the largest":             {largest + "\n", largest, ""},
		"too large":               {largest + "y", "", "has more than 4096 bytes"},
		"much too large":          {strings.Repeat("x", 1<<16), "", "has more than 4096 bytes"},
		"empty":                   {"", "", "is empty"},
		"a line break alone":      {"\n", "", "is empty"},
		"two line breaks":         {secret + "\n\n", "", "holds a line break, at byte 12 of 12"},
		"line breaks reversed":    {secret + "\n\r", "", "holds a line break, at byte 12 of 13"},
		"a carriage return":       {secret + "\r", "", "holds a line break, at byte 12 of 12"},
		"a line break before":     {"\n" + secret, "", "holds a line break, at byte 1 of 12"},
		"a second line":           {secret + "\nmore\n", "", "holds a line break, at byte 12 of 16"},
		"a blank before":          {" " + secret, "", "holds a blank at an end, at byte 1 of 12"},
		"blanks behind":           {secret + "  ", "", "holds a blank at an end, at byte 12 of 13"},
		"a blank and line break":  {secret + " \n", "", "holds a blank at an end, at byte 12 of 12"},
		"blanks alone":            {"  ", "", "holds a blank at an end, at byte 1 of 2"},
		"a tab":                   {"s3\tcret", "", "holds a blank other than a space, at byte 3 of 7"},
		"a no-break space":        {"s3\u00a0cret", "", "holds a blank other than a space, at byte 3 of 8"},
		"an ideographic space":    {secret + "\u3000", "", "holds a blank other than a space, at byte 12 of 14"},
		"a byte order mark":       {"\ufeff" + secret, "", "holds a byte order mark, at byte 1 of 14"},
		"a zero-width space":      {"s3\u200bcret", "", "holds an invisible character, at byte 3 of 9"},
		"a soft hyphen":           {"s3\u00adcret", "", "holds an invisible character, at byte 3 of 8"},
		"a bidi control":          {"s3\u202ecret", "", "holds an invisible character, at byte 3 of 9"},
		"a Hangul filler":         {"s3\u3164cret", "", "holds an invisible character, at byte 3 of 9"},
		"a variation selector":    {"s3\ufe0fcret", "", "holds an invisible character, at byte 3 of 9"},
		"a DEL":                   {"s3\x7fcret", "", "holds an invisible character, at byte 3 of 7"},
		"an escape":               {"s3\x1b[0m", "", "holds an invisible character, at byte 3 of 6"},
		"not UTF-8":               {"s3\xffcret", "", "holds a byte that is not UTF-8, at byte 3 of 7"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "secret")
			require.NoError(t, os.WriteFile(file, []byte(test.content), 0o600))
			t.Setenv("A_SECRET", test.content)
			for _, ref := range []Reference{{File: file}, {Env: "A_SECRET"}} {
				got, problem := ref.read(&files.Reader{})
				require.Equal(t, test.problem, problem, ref)
				require.Equal(t, test.want, got.Reveal(), ref)
			}
		})
	}
	t.Run("a NUL, which no variable can hold", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "secret")
		require.NoError(t, os.WriteFile(file, []byte("s3\x00cret"), 0o600))
		_, problem := Reference{File: file}.read(&files.Reader{})
		require.Equal(t, "holds an invisible character, at byte 3 of 7", problem)
	})
}

// A device is no secret: reading it might never end.
func TestSecretsAreInRegularFiles(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, name := range []string{"/dev/zero", "/dev/null", pipe} {
		_, problem := Reference{File: name}.read(&files.Reader{})
		require.Equal(t, "cannot be read: it is not a regular file", problem, name)
	}
	// Kubernetes mounts secrets as symbolic links.
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte("s3cret"), 0o600))
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(file, link))
	got, problem := Reference{File: link}.read(&files.Reader{})
	require.Empty(t, problem)
	require.Equal(t, "s3cret", got.Reveal())
}
