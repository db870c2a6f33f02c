package bodies_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// sentBy returns what a transport is given when the body is sent.
func sentBy(t *testing.T, body bodies.Body) *http.Request {
	t.Helper()
	request, _ := bodies.NewRequest(t.Context(), &url.URL{Scheme: "http", Host: "vendor.example"}, body)
	return request
}

// addresses records the address of every slice that is written to it.
type addresses []*byte

func (a *addresses) Write(p []byte) (int, error) {
	if len(p) > 0 {
		*a = append(*a, &p[0])
	}
	return len(p), nil
}

// The writer gets the photo's own bytes, in one piece.
func TestFilesAreNotCopied(t *testing.T) {
	photo := bytes.Repeat([]byte{0xff}, 3<<20)
	form := small()
	form.AddFile("image_ref1", sensitive.NewBytes(photo))

	var written addresses
	n, err := io.Copy(&written, sentBy(t, form).Body)
	require.NoError(t, err)
	require.Greater(t, n, int64(len(photo)))
	require.Len(t, written, 3)
	require.Same(t, &photo[0], written[1])
}

// The whole of a call with three photos of 3 MiB, both ends of the connection
// together, allocates less than a tenth of one photo.
func TestFilesAllocateNothing(t *testing.T) {
	photo := sensitive.NewBytes(bytes.Repeat([]byte{0xff}, 3<<20))
	target := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "{}")
	})
	transport := wiretest.NewTransport(t)
	call := func() {
		form := small()
		for _, name := range []string{"image_ref1", "image_ref2", "image_ref3"} {
			form.AddFile(name, photo)
		}
		require.NoError(t, send(t.Context(), transport, target, form))
	}
	const calls = 10
	call() // opens the connection
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		call()
	}
	runtime.ReadMemStats(&after)
	require.Less(t, (after.TotalAlloc-before.TotalAlloc)/calls, uint64(photo.Len()/10))
}

func TestBodyCanBeSentAgain(t *testing.T) {
	form := small()
	form.AddFile("image_ref1", sensitive.NewBytes([]byte("photo")))
	for name, form := range map[string]*bodies.Form{"without files": small(), "with files": form} {
		t.Run(name, func(t *testing.T) {
			sent := sentBy(t, form)
			first, err := io.ReadAll(sent.Body)
			require.NoError(t, err)
			require.Len(t, first, int(sent.ContentLength))
			for range 2 {
				body, err := sent.GetBody()
				require.NoError(t, err)
				again, err := io.ReadAll(body)
				require.NoError(t, err)
				require.Equal(t, first, again)
			}
		})
	}
}
