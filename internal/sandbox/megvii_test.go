package sandbox_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

const apiNotFound = `{"error_message":"API_NOT_FOUND"}` + "\n"

func TestMegviiPathAndMethod(t *testing.T) {
	server := serve(t, megvii())
	for _, path := range []string{"/", "/faceid", "/faceid/lite/raw/get_token/", "/finauth/lite/raw/get_token", "/faceid/v5/sdk/verify"} {
		got := post(t, server, validH5Flash(t).edited(at(path)))
		require.Equal(t, 404, got.status, path)
		require.Equal(t, apiNotFound, got.body, path)
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		got := send(t, server, method, validPCWeb().path, "", nil)
		require.Equal(t, 404, got.status, method)
		require.Equal(t, apiNotFound, got.body, method)
	}
}

func TestMegviiPathPrefix(t *testing.T) {
	o := options()
	o.PathPrefix = "/finauth/"
	server := serve(t, sandbox.NewMegvii(o))
	require.Equal(t, 200, post(t, server, validPCWeb().edited(at("/finauth/liveness/v2/get_token"))).status)
	require.Equal(t, 404, post(t, server, validPCWeb()).status)
}

func TestMegviiClock(t *testing.T) {
	var calls atomic.Int64
	o := options()
	o.Now = func() time.Time {
		return time.Unix(serverTime, 0).Add(time.Duration(calls.Add(1)-1) * 34 * time.Millisecond)
	}
	got := post(t, serve(t, sandbox.NewMegvii(o)), validPCWeb())
	require.Equal(t, "Tue, 14 Nov 2023 22:13:20 GMT", got.header.Get("Date"))
	require.Contains(t, got.body, `"time_used":34,`)
}

func TestMegviiBrokenRandomness(t *testing.T) {
	o := options()
	o.Rand = brokenRand{}
	server := serve(t, sandbox.NewMegvii(o))
	for _, r := range []request{validRandomNumber(), validPCWeb(), validAppV5(), validH5Flash(t), validLitePage()} {
		got := post(t, server, r)
		require.Equal(t, 500, got.status, r.path)
		require.Contains(t, got.body, `"INTERNAL_ERROR"`, r.path)
	}
}
