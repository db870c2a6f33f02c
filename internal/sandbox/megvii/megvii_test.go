package megvii_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

const apiNotFound = `{"error_message":"API_NOT_FOUND"}` + "\n"

func TestMegviiPathAndMethod(t *testing.T) {
	server := requests.Serve(t, samples.Megvii())
	for _, path := range []string{"/", "/faceid", "/faceid/lite/raw/get_token/", "/finauth/lite/raw/get_token", "/faceid/v5/sdk/verify"} {
		got := requests.Post(t, server, samples.H5Flash(t).Edited(requests.At(path)))
		require.Equal(t, 404, got.Status, path)
		require.Equal(t, apiNotFound, got.Body, path)
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		got := requests.Send(t, server, method, samples.PCWeb().Path, "", nil)
		require.Equal(t, 404, got.Status, method)
		require.Equal(t, apiNotFound, got.Body, method)
	}
}

func TestMegviiPathPrefix(t *testing.T) {
	o := samples.Options()
	o.PathPrefix = "/finauth/"
	server := requests.Serve(t, sandbox.NewMegvii(o))
	require.Equal(t, 200, requests.Post(t, server, samples.PCWeb().Edited(requests.At("/finauth/liveness/v2/get_token"))).Status)
	require.Equal(t, 404, requests.Post(t, server, samples.PCWeb()).Status)
}

func TestMegviiClock(t *testing.T) {
	var calls atomic.Int64
	o := samples.Options()
	o.Now = func() time.Time {
		return time.Unix(samples.ServerTime, 0).Add(time.Duration(calls.Add(1)-1) * 34 * time.Millisecond)
	}
	got := requests.Post(t, requests.Serve(t, sandbox.NewMegvii(o)), samples.PCWeb())
	require.Equal(t, "Tue, 14 Nov 2023 22:13:20 GMT", got.Header.Get("Date"))
	require.Contains(t, got.Body, `"time_used":34,`)
}

func TestMegviiBrokenRandomness(t *testing.T) {
	o := samples.Options()
	o.Rand = samples.BrokenRand{}
	server := requests.Serve(t, sandbox.NewMegvii(o))
	for _, r := range []requests.Request{samples.RandomNumber(), samples.PCWeb(), samples.AppV5(), samples.H5Flash(t), samples.LitePage()} {
		got := requests.Post(t, server, r)
		require.Equal(t, 500, got.Status, r.Path)
		require.Contains(t, got.Body, `"INTERNAL_ERROR"`, r.Path)
	}
}
