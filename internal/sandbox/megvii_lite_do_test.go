package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

const liteDo = "/faceid/lite/do?token="

// open is what a browser does with the page's address.
func open(t *testing.T, server *httptest.Server, path string) reply {
	t.Helper()
	return send(t, server, http.MethodGet, path, "", nil)
}

func TestLitePageOpensOnce(t *testing.T) {
	vendor := sandbox.NewMegvii(options())
	server := serve(t, vendor)
	refused := failed("BAD_ARGUMENTS:token") + "\n"

	require.Equal(t, refused, open(t, server, liteDo+token).body, "it is not issued yet")
	require.Equal(t, 200, post(t, server, validLitePage()).status)
	opened := open(t, server, liteDo+token)
	require.Equal(t, 200, opened.status)
	require.Equal(t, "text/html; charset=utf-8", opened.header.Get("Content-Type"))
	require.Contains(t, opened.body, "</html>")

	again := open(t, server, liteDo+token)
	require.Equal(t, 400, again.status)
	require.Equal(t, refused, again.body)
	require.Equal(t, failed("MISSING_ARGUMENTS: token")+"\n", open(t, server, liteDo).body)
	require.Equal(t, 404, post(t, server, request{path: liteDo + token}).status)

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
	vendor := sandbox.NewMegvii(options())
	require.NoError(t, vendor.Rehearse("megvii.lite-page", "half-body", 1))
	vendor.ServeHTTP(nobody{}, httpRequest(t, validLitePage()))
	require.Equal(t, 200, open(t, serve(t, vendor), liteDo+token).status)
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
				o := options()
				o.Now = func() time.Time { return time.Unix(serverTime, passed.Load()) }
				vendor := sandbox.NewMegvii(o)
				if skew != "" {
					require.NoError(t, vendor.Rehearse("megvii.lite-page", skew, 1))
				}
				server := serve(t, vendor)
				require.Equal(t, 200, post(t, server, validLitePage()).status)
				passed.Store(int64(age))
				require.Equal(t, status, open(t, server, liteDo+token).status)
			})
		}
	}
}

func TestLitePageOpensBelowAnotherPrefix(t *testing.T) {
	o := options()
	o.PathPrefix = "/finauth"
	server := serve(t, sandbox.NewMegvii(o))
	require.Equal(t, 200, post(t, server, validLitePage().edited(at("/finauth/lite/get_token"))).status)
	require.Equal(t, 404, open(t, server, liteDo+token).status)
	require.Equal(t, 200, open(t, server, "/finauth/lite/do?token="+token).status)
}

func TestLitePageOpensAtOnceForOne(t *testing.T) {
	vendor := sandbox.NewMegvii(options())
	vendor.ServeHTTP(httptest.NewRecorder(), httpRequest(t, validLitePage()))
	var visits []*http.Request
	for range 64 {
		visits = append(visits, httptest.NewRequestWithContext(t.Context(), http.MethodGet, liteDo+token, http.NoBody))
	}
	_, statuses := together(t, vendor, visits)
	require.Equal(t, map[int]int{200: 1, 400: 63}, statuses)
}

func TestLitePageWithBrokenRandomness(t *testing.T) {
	o := options()
	o.Rand = brokenRand{}
	got := open(t, serve(t, sandbox.NewMegvii(o)), liteDo+token)
	require.Equal(t, 500, got.status)
	require.Contains(t, got.body, `"INTERNAL_ERROR"`)
}
