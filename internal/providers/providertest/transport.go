package providertest

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

func transportChecks() []check {
	return []check{
		{"transport/redirect", redirect},
		{"transport/slow-header", slowHeader},
		{"transport/slow-body", slowBody},
		{"transport/endless-body", endlessBody},
		{"transport/gzip-bomb", gzipBomb},
		{"transport/cut-body", cutBody},
		{"transport/lost", lost},
		{"transport/refused", refused},
		{"transport/not-http", notHTTP},
		{"transport/cancelled-before", cancelledBefore},
		{"transport/cancelled-during", cancelledDuring},
	}
}

// A redirect is not followed: one call is one request.
func redirect(t *trial) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{"http://elsewhere.example/", "/elsewhere", ""} {
			t.vendor.answer = answering(status, "", "Location", location)
			t.refuse(t.Context(), outcome{status, providers.VendorResponseInvalid, true, "", false})
		}
	}
}

// An attempt ends at its deadline, however far the vendor has come.
func slowHeader(t *trial) {
	ctx := wiretest.NewExpiring(t.Context())
	t.vendor.answer = func(w http.ResponseWriter, r *http.Request) {
		ctx.Expire()
		hang(w, r)
	}
	t.refuse(ctx, outcome{0, providers.VendorTimeout, true, "", false})
}

func slowBody(t *trial) {
	ctx := wiretest.NewExpiring(t.Context())
	t.transport.answered = ctx.Expire
	t.vendor.answer = func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, t.Success.Body[:len(t.Success.Body)/2])
		_ = http.NewResponseController(w).Flush()
		hang(w, r)
	}
	t.refuse(ctx, outcome{http.StatusOK, providers.VendorTimeout, true, "", false})
}

// endless writes the body of Success followed by more blanks than a client should read.
func (t *trial) endless(w io.Writer) {
	_, err := io.WriteString(w, t.Success.Body)
	blanks := strings.Repeat(" ", maxAnswerBytes)
	for sent := 0; err == nil && sent < 64<<20; sent += len(blanks) {
		_, err = io.WriteString(w, blanks)
	}
}

// No more than 64 KiB of an answer are read, and a longer one is not used.
func endlessBody(t *trial) {
	t.vendor.answer = func(w http.ResponseWriter, _ *http.Request) {
		t.endless(w)
		panic(http.ErrAbortHandler) // a client that reads on sees the connection break
	}
	t.refuse(t.Context(), outcome{http.StatusOK, providers.VendorResponseInvalid, true, "", false})
}

func gzipBomb(t *trial) {
	t.vendor.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		t.endless(gzip.NewWriter(w))
		panic(http.ErrAbortHandler)
	}
	t.refuse(t.Context(), outcome{http.StatusOK, providers.VendorResponseInvalid, true, "", false})
}

// A truncated answer is not used, even if the part that came is valid JSON.
func cutBody(t *trial) {
	t.vendor.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(t.Success.Body)+1))
		_, _ = io.WriteString(w, t.Success.Body)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	t.refuse(t.Context(), outcome{http.StatusOK, providers.VendorConnectionLost, true, "", false})
}

func lost(t *trial) {
	t.vendor.answer = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	t.refuse(t.Context(), outcome{0, providers.VendorConnectionLost, true, "", false})
}

func refused(t *trial) {
	t.vendor.Close()
	t.refuse(t.Context(), outcome{0, providers.VendorUnreachable, false, "", false})
}

func notHTTP(t *trial) {
	t.vendor.answer = func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, strings.Join(t.private, " ")+"\r\n\r\n")
			_ = conn.Close()
		}
	}
	t.refuse(t.Context(), outcome{0, providers.VendorResponseInvalid, true, "", false})
}

func cancelledBefore(t *trial) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	t.refuse(ctx, outcome{0, providers.CallerCancelled, false, "", false})
	require.Empty(t, t.vendor.received())
}

func cancelledDuring(t *trial) {
	ctx, cancel := context.WithCancel(t.Context())
	t.vendor.answer = func(w http.ResponseWriter, r *http.Request) {
		cancel()
		hang(w, r)
	}
	t.refuse(ctx, outcome{0, providers.CallerCancelled, true, "", false})
}
