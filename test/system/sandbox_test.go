package system

import (
	"context"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sandbox is a running "gateway sandbox", by the addresses (host:port) of its listeners.
type sandbox struct {
	grpc, rest, admin string
}

func startSandbox(t *testing.T) sandbox {
	t.Helper()
	p := start(t, exec.Command(gateway, "sandbox"))
	return sandbox{
		admin: p.await(t, `curl -sS http://(\S+)/metrics\n`),
		rest:  p.await(t, `curl -sS http://(\S+)/v1/liveness-tokens `),
		grpc:  p.await(t, `grpcurl -plaintext .* (\S+) liveness\.v1\.`),
	}
}

// post sends a call over REST and returns the status and the body of its answer.
func (s sandbox) post(ctx context.Context, body string) (status int, answer string, err error) {
	url := "http://" + s.rest + "/v1/liveness-tokens"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	return do(request)
}

// get returns the body of an answer that must be a 200.
func get(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	status, body, err := do(request)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status, "%s: %s", url, body)
	return body
}

func do(request *http.Request) (status int, body string, err error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	return response.StatusCode, string(content), err
}
