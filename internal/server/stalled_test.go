package server_test

import (
	"bufio"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A caller who stops in the middle of a request is not waited for: after the header's
// time the connection is closed, in the body the call is refused.
func TestStalledRequest(t *testing.T) {
	const line = "POST /v1/liveness-tokens HTTP/1.1\r\nHost: gateway\r\n"
	for name, c := range map[string]struct {
		sent   string
		limit  time.Duration
		status int
	}{
		"in the header": {line, 5 * time.Second, 0},
		"in the body": {
			line + "Content-Type: application/json\r\nContent-Length: 24\r\n\r\n" + goodBody[:10],
			2 * time.Second, http.StatusBadRequest,
		},
	} {
		t.Run(name, func(t *testing.T) {
			rest := newREST(t)
			synctest.Test(t, func(t *testing.T) {
				listener := newPipes()
				go func() { _ = rest.Serve(listener) }()
				defer func() { _ = rest.Close() }()
				conn, err := listener.Dial(t.Context(), "", "")
				require.NoError(t, err)
				begun := time.Now()
				_, err = io.WriteString(conn, c.sent)
				require.NoError(t, err)

				answer, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // readReply closes it
				require.Equal(t, c.limit, time.Since(begun).Truncate(100*time.Millisecond))
				if c.status == 0 {
					require.ErrorIs(t, err, io.ErrUnexpectedEOF)
					return
				}
				require.NoError(t, err)
				r := readReply(t, answer)
				require.Equal(t, c.status, r.httpStatus)
				require.Contains(t, r.status.GetMessage(), "arrives too slowly")
				require.NoError(t, conn.Close())
			})
		})
	}
}
