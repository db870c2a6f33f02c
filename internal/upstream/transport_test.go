package upstream

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
)

// vendor is a server, the requests of which it counts by the client's address: each
// connection has another.
type vendor struct {
	*httptest.Server
	connections map[string]int
}

func startVendor(t *testing.T) *vendor {
	t.Helper()
	v := &vendor{connections: map[string]int{}}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.connections[r.RemoteAddr]++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	t.Cleanup(v.Close)
	return v
}

// ask makes one request after the other.
func (v *vendor) ask(t *testing.T, over *Transport, times int) {
	t.Helper()
	for range times {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.URL, http.NoBody)
		require.NoError(t, err)
		answer, err := over.RoundTrip(request)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusFound, answer.StatusCode, "a redirect was followed")
	}
}

func TestConnectionsAreReused(t *testing.T) {
	v := startVendor(t)
	over := NewTransport(&config.Account{MaxConnectionAge: time.Hour})
	t.Cleanup(over.Close)
	v.ask(t, over, 3)
	require.Len(t, v.connections, 1)
}

func TestConnectionsAreReplacedAtTheirMaximumAge(t *testing.T) {
	v := startVendor(t)
	over := NewTransport(&config.Account{}) // whose age is over at once
	t.Cleanup(over.Close)
	v.ask(t, over, 3)
	require.Len(t, v.connections, 3)
}
