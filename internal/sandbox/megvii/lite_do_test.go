package megvii_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

const liteDo = "/faceid/lite/do?token="

// open is what a browser does with the page's address.
func open(t *testing.T, server *httptest.Server, path string) requests.Reply {
	t.Helper()
	return requests.Send(t, server, http.MethodGet, path, "", nil)
}

func TestLitePageOpensOnce(t *testing.T) {
	vendor := sandbox.NewMegvii(samples.Options())
	server := requests.Serve(t, vendor)
	refused := samples.MegviiFailed("BAD_ARGUMENTS:token") + "\n"

	require.Equal(t, refused, open(t, server, liteDo+samples.Hex).Body, "it is not issued yet")
	require.Equal(t, 200, requests.Post(t, server, samples.LitePage()).Status)
	opened := open(t, server, liteDo+samples.Hex)
	require.Equal(t, 200, opened.Status)
	require.Equal(t, "text/html; charset=utf-8", opened.Header.Get("Content-Type"))
	require.Contains(t, opened.Body, "</html>")

	again := open(t, server, liteDo+samples.Hex)
	require.Equal(t, 400, again.Status)
	require.Equal(t, refused, again.Body)
	require.Equal(t, samples.MegviiFailed("MISSING_ARGUMENTS: token")+"\n", open(t, server, liteDo).Body)
	require.Equal(t, 404, requests.Post(t, server, requests.Request{Path: liteDo + samples.Hex}).Status)

	visits := 0
	for _, e := range vendor.Ledger() {
		if e.Product == "megvii.lite-page" && e.Token == "" {
			visits++
		}
	}
	require.Equal(t, 4, visits, "the ledger has them, without the token")
}

// A token whose answer was lost opens its page all the same.
func TestLitePageOpensForALostAnswer(t *testing.T) {
	vendor := sandbox.NewMegvii(samples.Options())
	require.NoError(t, vendor.Rehearse("megvii.lite-page", "half-body", 1))
	vendor.ServeHTTP(requests.Nobody{}, requests.HTTP(t, samples.LitePage()))
	require.Equal(t, 200, open(t, requests.Serve(t, vendor), liteDo+samples.Hex).Status)
}

func TestLitePageOpensInTime(t *testing.T) {
	for age, status := range map[time.Duration]int{
		time.Hour - time.Second: 200,
		time.Hour:               400,
		2 * time.Hour:           400,
	} {
		for _, skew := range []string{"", "skew=10m", "skew=-10m"} {
			t.Run(age.String()+" "+skew, func(t *testing.T) {
				var passed atomic.Int64
				o := samples.Options()
				o.Now = func() time.Time { return time.Unix(samples.ServerTime, passed.Load()) }
				vendor := sandbox.NewMegvii(o)
				if skew != "" {
					require.NoError(t, vendor.Rehearse("megvii.lite-page", skew, 1))
				}
				server := requests.Serve(t, vendor)
				require.Equal(t, 200, requests.Post(t, server, samples.LitePage()).Status)
				passed.Store(int64(age))
				require.Equal(t, status, open(t, server, liteDo+samples.Hex).Status)
			})
		}
	}
}

func TestLitePageOpensBelowAnotherPrefix(t *testing.T) {
	o := samples.Options()
	o.PathPrefix = "/finauth"
	server := requests.Serve(t, sandbox.NewMegvii(o))
	require.Equal(t, 200, requests.Post(t, server, samples.LitePage().Edited(requests.At("/finauth/lite/get_token"))).Status)
	require.Equal(t, 404, open(t, server, liteDo+samples.Hex).Status)
	require.Equal(t, 200, open(t, server, "/finauth/lite/do?token="+samples.Hex).Status)
}

func TestLitePageOpensAtOnceForOne(t *testing.T) {
	vendor := sandbox.NewMegvii(samples.Options())
	vendor.ServeHTTP(httptest.NewRecorder(), requests.HTTP(t, samples.LitePage()))
	var visits []*http.Request
	for range 64 {
		visits = append(visits, httptest.NewRequestWithContext(t.Context(), http.MethodGet, liteDo+samples.Hex, http.NoBody))
	}
	_, statuses := requests.Together(t, vendor, visits)
	require.Equal(t, map[int]int{200: 1, 400: 63}, statuses)
}

func TestLitePageWithBrokenRandomness(t *testing.T) {
	o := samples.Options()
	o.Rand = samples.BrokenRand{}
	got := open(t, requests.Serve(t, sandbox.NewMegvii(o)), liteDo+samples.Hex)
	require.Equal(t, 500, got.Status)
	require.Contains(t, got.Body, `"INTERNAL_ERROR"`)
}
