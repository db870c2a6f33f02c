package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

const (
	next       = "/_sandbox/next"
	ledgerPath = "/_sandbox/ledger"
)

func TestNext(t *testing.T) {
	server := requests.Serve(t, samples.Megvii())
	ask := func(method, body string) string {
		got := requests.Send(t, server, method, next, "application/x-www-form-urlencoded", []byte(body)) // as curl -d does
		require.Equal(t, 200, got.Status, got.Body)
		require.Equal(t, "application/json", got.Header.Get("Content-Type"))
		return strings.TrimSpace(got.Body)
	}
	const one = `{"product":"megvii.app-v5","outcome":"code=INTERNAL_ERROR","times":1}`
	const two = `{"product":"megvii.h5-flash","outcome":"delay=1ms,html#slow page","times":2}`
	require.Equal(t, `{"next":[]}`, ask(http.MethodGet, ""))
	require.Equal(t, `{"next":[`+one+`]}`, ask(http.MethodPost, `{"product": "megvii.app-v5", "outcome": "code=INTERNAL_ERROR"}`))
	require.Equal(t, `{"next":[`+one+`,`+two+`]}`, ask(http.MethodPost, two))
	require.Equal(t, `{"next":[`+one+`,`+two+`]}`, ask(http.MethodGet, ""))

	require.Equal(t, 200, requests.Post(t, server, samples.PCWeb()).Status, "nothing is rehearsed for another product")
	require.Equal(t, 404, requests.Post(t, server, samples.H5Flash(t).Edited(requests.At("/other"))).Status)
	require.Equal(t, `<!DO`, requests.Post(t, server, samples.H5Flash(t)).Body[:4])
	require.Equal(t, `{"next":[`+one+`,`+strings.Replace(two, `"times":2`, `"times":1`, 1)+`]}`, ask(http.MethodGet, ""))
	require.Equal(t, 500, requests.Post(t, server, samples.AppV5()).Status)
	require.Equal(t, 200, requests.Post(t, server, samples.AppV5()).Status)
	require.Equal(t, `{"next":[]}`, ask(http.MethodDelete, ""))
	require.Equal(t, 200, requests.Post(t, server, samples.H5Flash(t)).Status)
}

func TestNextRefused(t *testing.T) {
	const app = `{"product":"megvii.app-v5","outcome":`
	for _, c := range []struct{ body, want string }{
		{``, `wanted {"product": …, "outcome": …, "times": 1}: EOF`},
		{`[]`, `wanted {"product": …`},
		{app + `"hang","time":2}`, `unknown field "time"`},
		{app + `"hang","times":"2"}`, `wanted {"product": …`},
		{app + `"hang","times":0}`, `times is a number from 1 to 1000000`},
		{app + `"hang","times":-1}`, `times is a number`},
		{app + `"hang","times":1000001}`, `times is a number`},
		{`{"outcome":"hang"}`, `no product "" at this stand-in`},
		{`{"product":"linkface.app","outcome":"hang"}`, `no product "linkface.app" at this stand-in`},
		{app + `""}`, `no outcome ""`},
		{app + `"explode"}`, `no outcome "explode"`},
		{app + `"sandbox:hang"}`, `no outcome "sandbox:hang"`},
		{app + `"hang "}`, `no outcome "hang "`},
		{app + `"hang,"}`, `no outcome ""`},
		{app + `"hang=5s"}`, `hang takes no value`},
		{app + `"hang,reset"}`, `a request ends in one way only`},
		{app + `"hang,hang"}`, `a request ends in one way only`},
		{app + `"delay=1s,delay=1s"}`, `delay stands twice`},
		{app + `"delay"}`, `delay needs a value, such as delay=500ms`},
		{app + `"delay="}`, `delay needs a value`},
		{app + `"delay=5"}`, `delay is a time up to 30s, such as delay=500ms`},
		{app + `"delay=-1s"}`, `delay is a time`},
		{app + `"delay=31s"}`, `delay is a time`},
		{app + `"skew=0"}`, `skew is a time up to 24h0m0s either way`},
		{app + `"skew=25h"}`, `skew is a time`},
		{app + `"status=99"}`, `status is a number from 200 to 599`},
		{app + `"status=101"}`, `status is a number`},
		{app + `"status=ok"}`, `status is a number`},
		{app + `"status=500,hang"}`, `status goes with code or html, or alone`},
		{app + `"status=500,too-large"}`, `status goes with code or html, or alone`},
		{app + `"code=EXPLODED"}`, `megvii.app-v5 has no code "EXPLODED"; with a status, such as status=400,code=EXPLODED, it may be any`},
		{app + `"code=internal_error"}`, `has no code "internal_error"`},
		{app + `"code=INTERNAL_ERROR:x"}`, `has no code "INTERNAL_ERROR:x"`},
		{app + `"code=NO_FACE_FOUND:image_ref1"}`, `has no code`},
		{app + `"delay=1ms#` + strings.Repeat("x", 250) + `"}`, `an outcome has at most 256 bytes`},
		{`{"product":"` + strings.Repeat("x", 70_000) + `"}`, `request body too large`},
	} {
		t.Run(c.want, func(t *testing.T) {
			got := requests.Send(t, requests.Serve(t, samples.Megvii()), http.MethodPost, next, "application/json", []byte(c.body))
			require.Equal(t, 400, got.Status)
			require.Equal(t, "application/json", got.Header.Get("Content-Type"))
			var refused struct {
				Error                     string
				Products, Outcomes, Codes []string
			}
			require.NoError(t, json.Unmarshal([]byte(got.Body), &refused))
			require.Contains(t, refused.Error, c.want)
			require.Equal(t, []string{"megvii.app-v3", "megvii.app-v5", "megvii.h5-flash", "megvii.lite-page", "megvii.pc-web", "megvii.random-number"}, refused.Products)
			require.Contains(t, refused.Outcomes, "delay=500ms")
			require.Contains(t, refused.Outcomes, "hang")
			if strings.Contains(c.body, "app-v5") {
				require.Contains(t, refused.Codes, "AUTHORIZATION_ERROR:<reason>")
			}
		})
	}
}

func TestNextIsBounded(t *testing.T) {
	vendor := sandbox.NewMegvii(samples.Options())
	for range 1000 {
		require.NoError(t, vendor.Rehearse("megvii.app-v5", "code=INTERNAL_ERROR", 1))
	}
	require.EqualError(t, vendor.Rehearse("megvii.app-v5", "hang", 1), "1000 outcomes are waiting already")
}

func TestNextIsSpentOnce(t *testing.T) {
	const n = 64
	vendor := sandbox.NewMegvii(samples.Options())
	require.NoError(t, vendor.Rehearse("megvii.app-v5", "code=INTERNAL_ERROR", 20))
	require.NoError(t, vendor.Rehearse("megvii.app-v5", "code=CONCURRENCY_LIMIT_EXCEEDED", 10))
	var all []*http.Request
	for range n {
		all = append(all, requests.HTTP(t, samples.AppV5()))
	}
	_, statuses := requests.Together(t, vendor, all)
	require.Equal(t, map[int]int{500: 20, 403: 10, 200: n - 30}, statuses)
	require.Len(t, vendor.Ledger(), n)
}

func TestControlPaths(t *testing.T) {
	server := requests.Serve(t, samples.Linkface())
	require.Equal(t, 404, requests.Send(t, server, http.MethodGet, "/_sandbox/", "", nil).Status)
	require.Equal(t, 404, requests.Send(t, server, http.MethodGet, "/_sandbox/other", "", nil).Status)
	require.Equal(t, 405, requests.Send(t, server, http.MethodPut, next, "", nil).Status)
	require.Equal(t, 405, requests.Send(t, server, http.MethodPost, ledgerPath, "", nil).Status)
	require.Equal(t, `{"entries":[],"dropped":0}`+"\n", requests.Send(t, server, http.MethodGet, ledgerPath, "", nil).Body)
}
