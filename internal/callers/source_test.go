package callers

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFetchIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"not found": {http.NotFound, "answers with status 404"},
		"redirect":  {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) }, "answers with status 302"},
		"huge": {func(w http.ResponseWriter, _ *http.Request) {
			for range 2000 {
				if _, err := w.Write([]byte(strings.Repeat(" ", 1024))); err != nil {
					return
				}
			}
		}, "has more than 1 MiB"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		}, "unexpected EOF"},
		"header without an end": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-More", strings.Repeat("x", 100<<10))
		}, "exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(c.answer)
			defer s.Close()
			_, err := fetched{s.URL, newClient(nil)}.read(t.Context())
			require.ErrorContains(t, err, c.want)
		})
	}
}

// What is not HTTP, and a certificate, have a say in errors: bounded, and nothing that a terminal would
// obey.
func TestWordsOfOthersInErrors(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if assert.NoError(t, err) {
			_, err = io.WriteString(connection, "No\x1b[31m\u202e"+strings.Repeat("_never", 5000)+"\r\n\r\n")
			assert.NoError(t, errors.Join(err, connection.Close()))
		}
	}))
	defer s.Close()
	_, err := fetched{s.URL, newClient(nil)}.read(t.Context())
	require.ErrorContains(t, err, s.URL)
	require.Less(t, len(err.Error()), 1000)
	require.NotContains(t, err.Error(), "\x1b")
	require.NotContains(t, err.Error(), "\u202e")

	unknown := httptest.NewUnstartedServer(http.NotFoundHandler())
	unknown.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	unknown.StartTLS()
	defer unknown.Close()
	_, err = fetched{unknown.URL, newClient(nil)}.read(t.Context())
	require.ErrorContains(t, err, "unknown authority")
}

func TestSetInAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "jwks.json")
	open := func() error {
		_, err := openIssuer(&Issuer{Name: "issuer", File: name, Algorithms: es256}, nil)
		return err
	}
	require.ErrorContains(t, open(), "no such file")
	for text, want := range map[string]string{
		"rubbish":                             "jwks.json is not a set of JSON web keys",
		secondSet:                             "",
		`{"keys":[]`:                          "is not a set",
		strings.Repeat(" ", maxKeySetBytes+1): "has more than 1 MiB",
	} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		if err := open(); want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, want)
		}
	}
}

// A pipe is not waited for, and a device not read.
func TestSetInNoFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, name := range []string{pipe, "/dev/zero"} {
		_, err := file(name).read(t.Context())
		require.ErrorContains(t, err, "it is not a regular file")
	}
}
