package server_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// bodyOf returns a good body of that many bytes.
func bodyOf(size int) string { return strings.Repeat(" ", size-len(goodBody)) + goodBody }

func TestBodySizes(t *testing.T) {
	const limit = 28 << 20
	g := start(t, issues)
	require.NotNil(t, g.post(t, bodyOf(limit)).response)
	<-g.calls

	r := g.post(t, bodyOf(limit+1))
	require.Equal(t, http.StatusRequestEntityTooLarge, r.httpStatus)
	require.Equal(t, "REQUEST_TOO_LARGE", requireFailure(t, r).info.GetReason())
	require.Contains(t, r.status.GetMessage(), "at most 28 MiB")
	requireAnswerHeaders(t, r)
	require.Equal(t, 413, (<-g.calls).HTTPStatus)

	// Of no stated length.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+g.restAddress+"/v1/liveness-tokens",
		io.MultiReader(strings.NewReader(bodyOf(limit+1))))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := g.client.Do(request) //nolint:bodyclose // readReply closes it
	require.NoError(t, err)
	r = readReply(t, answer)
	require.Equal(t, "REQUEST_TOO_LARGE", requireFailure(t, r).info.GetReason())
	require.Contains(t, r.status.GetMessage(), "at most 28 MiB")
	require.Equal(t, 413, (<-g.calls).HTTPStatus)
}

// exchange writes a request as it stands, half-closes the connection and reads the
// answer.
func (g *gateway) exchange(t *testing.T, lines ...string) *reply {
	t.Helper()
	conn, err := net.Dial("tcp", g.restAddress)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = conn.Write([]byte(strings.Join(lines, "\r\n")))
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // readReply closes it
	require.NoError(t, err)
	return readReply(t, answer)
}

func TestBodyCutOff(t *testing.T) {
	g := start(t, unreachable(t))
	for name, lines := range map[string][]string{
		"before its length": {"Content-Length: " + strconv.Itoa(len(goodBody)+1), "", goodBody},
		"before it begins":  {"Content-Length: 24", "", ""},
		"inside a chunk":    {"Transfer-Encoding: chunked", "", "18", goodBody[:10]},
		"between chunks":    {"Transfer-Encoding: chunked", "", "18", goodBody, ""},
		"in a chunk's size": {"Transfer-Encoding: chunked", "", "zz", goodBody, "0", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := g.exchange(t, append([]string{
				"POST /v1/liveness-tokens HTTP/1.1", "Host: gateway", "Content-Type: application/json",
			}, lines...)...)
			require.Equal(t, http.StatusBadRequest, r.httpStatus)
			require.Equal(t, "INVALID_REQUEST", requireFailure(t, r).info.GetReason())
			require.Contains(t, r.status.GetMessage(), "did not arrive whole")
			require.Equal(t, providers.InvalidRequest, (<-g.calls).Reason)
		})
	}
}

func TestChunkedBody(t *testing.T) {
	g := start(t, issues)
	r := g.exchange(t, "POST /v1/liveness-tokens HTTP/1.1", "Host: gateway", "Content-Type: application/json",
		"Transfer-Encoding: chunked", "", "4", goodBody[:4], "14", goodBody[4:], "0", "", "")
	require.NotNil(t, r.response)
}
