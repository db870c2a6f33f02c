package sandbox_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// standIn is what both stand-ins offer beside the vendor's API.
type standIn interface {
	http.Handler
	Rehearse(product, outcome string, times int) error
	Ledger() []sandbox.Entry
}

// product is one of all, with a request that is issued a token.
type product struct {
	name   string
	new    func() standIn
	valid  request
	failed func(message string) string // the product's answer that carries a code
}

func products(t *testing.T) []product {
	t.Helper()
	newMegvii := func() standIn { return sandbox.NewMegvii(options()) }
	newLinkface := func() standIn { return sandbox.NewLinkface(options()) }
	linkfaceFails := func(code string) string { return linkfaceFailed(code, "调用频率过高") }
	return []product{
		{"megvii.random-number", newMegvii, validRandomNumber(), failed},
		{"megvii.pc-web", newMegvii, validPCWeb(), failed},
		{"megvii.app-v5", newMegvii, validAppV5(), appV5Failed},
		{"megvii.h5-flash", newMegvii, validH5Flash(t), failed},
		{"linkface.app", newLinkface, validLinkface(), linkfaceFails},
		{"megvii.lite-page", newMegvii, validLitePage(), failed},
	}
}

// trial is a product with an outcome waiting for its next request.
type trial struct {
	t       *testing.T
	product product
	vendor  standIn
	server  *httptest.Server
}

// forEachProduct rehearses one request to each product, in turn at a stand-in of its
// own, and checks that the next one is served.
func forEachProduct(t *testing.T, outcome string, test func(trial)) {
	t.Helper()
	for _, p := range products(t) {
		t.Run(p.name, func(t *testing.T) {
			vendor := p.new()
			require.NoError(t, vendor.Rehearse(p.name, outcome, 1))
			server := serve(t, vendor)
			test(trial{t, p, vendor, server})

			again := p.valid.edited()
			if p.name == "megvii.pc-web" {
				again = again.edited(set("biz_no", "order-2"))
			}
			require.Equal(t, 200, post(t, server, again).status, "the outcome was for one request")
			entries := vendor.Ledger()
			require.Len(t, entries, 2)
			require.Equal(t, outcome, entries[0].Outcome)
			require.Empty(t, entries[1].Outcome)
		})
	}
}

// outgoing is r as a client sends it.
func outgoing(t *testing.T, server *httptest.Server, r request) *http.Request {
	t.Helper()
	h := httpRequest(t, r)
	h.RequestURI = ""
	target, err := url.Parse(server.URL + r.path)
	require.NoError(t, err)
	h.URL = target
	return h
}

// try sends a request whose answer may be none, and reads at most limit bytes of its
// body.
func (c trial) try(r request, limit int64) (reply, error) {
	c.t.Helper()
	client := *c.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(outgoing(c.t, c.server, r))
	if err != nil {
		return reply{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, limit))
	return reply{answer.StatusCode, string(body), answer.Header}, err
}

func TestAnswersInPlaceOfTheDocuments(t *testing.T) {
	const html, plain = "text/html; charset=utf-8", "text/plain"
	for outcome, want := range map[string]struct {
		status      int
		contentType string
		body        string
	}{
		"html":            {200, html, "<!DOCTYPE html>"},
		"html,status=502": {502, html, "<!DOCTYPE html>"},
		"status=200":      {200, "", ""},
		"status=503":      {503, "", ""},
		"status=429":      {429, "", ""},
		"too-large":       {413, plain, "Request Entity Too Large"},
		"redirect":        {307, "", ""},
	} {
		t.Run(outcome, func(t *testing.T) {
			forEachProduct(t, outcome, func(c trial) {
				got, err := c.try(c.product.valid.edited(drop("api_key"), drop("sign")), math.MaxInt64)
				require.NoError(c.t, err)
				require.Equal(c.t, want.status, got.status)
				require.Equal(c.t, want.contentType, got.header.Get("Content-Type"))
				require.True(c.t, strings.HasPrefix(got.body, want.body), got.body)
				require.Equal(c.t, time.Unix(serverTime, 0).UTC().Format(http.TimeFormat), got.header.Get("Date"))
				if path, _, _ := strings.Cut(c.product.valid.path, "?"); outcome == "redirect" {
					require.Equal(c.t, path, got.header.Get("Location"))
				}
				require.Equal(c.t, want.status, c.vendor.Ledger()[0].Status)
				require.Empty(c.t, c.vendor.Ledger()[0].Token)
			})
		})
	}
}

func TestEndless(t *testing.T) {
	forEachProduct(t, "endless", func(c trial) {
		got, err := c.try(c.product.valid, 1<<20)
		require.NoError(c.t, err)
		require.Equal(c.t, 200, got.status)
		require.Equal(c.t, "application/json", got.header.Get("Content-Type"))
		require.Equal(c.t, `{"endless":"`+strings.Repeat("x", 1<<20-12), got.body)
		require.Equal(c.t, 200, c.vendor.Ledger()[0].Status)
		require.Empty(c.t, c.vendor.Ledger()[0].Token)
	})
}

func TestEndlessHasAnEnd(t *testing.T) {
	got := post(t, serve(t, megvii()), validAppV5().edited(set("uuid", "sandbox:endless")))
	require.Len(t, got.body, 12+16<<20)
}

func TestCodesOfEachProduct(t *testing.T) {
	for _, p := range products(t) {
		code, status := "CONCURRENCY_LIMIT_EXCEEDED", 403
		if p.name == "linkface.app" {
			code, status = "1009", 200
		}
		t.Run(p.name, func(t *testing.T) {
			vendor := p.new()
			require.NoError(t, vendor.Rehearse(p.name, "code="+code, 1))
			require.NoError(t, vendor.Rehearse(p.name, "status=429,code="+code, 1))
			server := serve(t, vendor)
			for _, want := range []int{status, 429} {
				got := post(t, server, p.valid)
				require.Equal(t, want, got.status)
				require.Equal(t, p.failed(code)+"\n", got.body)
			}
			require.Equal(t, code, vendor.Ledger()[0].Code)
		})
	}
}

func TestCodesWithWhatFollows(t *testing.T) {
	all := products(t)
	randomNumber, pcWeb, appV5, h5Flash, app, litePage := all[0], all[1], all[2], all[3], all[4], all[5]
	older := func(status, reason string) string {
		return `{"request_id":"TID` + token + `","status":"` + status + `","reason":"` + reason + `"}`
	}
	for _, c := range []struct {
		product product
		outcome string
		status  int
		body    string
	}{
		{randomNumber, "code=AUTHORIZATION_ERROR:Denied.", 403, failed("AUTHORIZATION_ERROR:Denied.")},
		{randomNumber, "code=AUTHORIZATION_ERROR", 403, failed("AUTHORIZATION_ERROR")},
		{randomNumber, "code=API_NOT_FOUND", 404, failed("API_NOT_FOUND")},
		{pcWeb, "code=AUTHORIZATION_ERROR:No data source permission. ", 403, failed("AUTHORIZATION_ERROR:No data source permission.")},
		{pcWeb, "code=INVALID_ARGUMENTS:return_url", 400, failed("INVALID_ARGUMENTS: return_url")},
		{pcWeb, "code=INVALID_ARGUMENTS: return_url", 400, failed("INVALID_ARGUMENTS: return_url")},
		{pcWeb, "code=BAD_ARGUMENTS", 400, failed("BAD_ARGUMENTS")},
		{pcWeb, "status=400,code=LOW_QUALITY:image_ref1", 400, failed("LOW_QUALITY:image_ref1")},
		{appV5, "code=AUTHORIZATION_ERROR:LIMIT_REACHED", 403, appV5Failed("AUTHORIZATION_ERROR: LIMIT_REACHED")},
		{appV5, "code=AUTHORIZATION_ERROR:EXPIRED_SIGN", 403, appV5Failed("AUTHORIZATION_ERROR: EXPIRED_SIGN")},
		{appV5, "code=BAD_ARGUMENTS:sign_version", 400, appV5Failed("BAD_ARGUMENTS: sign_version")},
		{appV5, "code=MISSING_ARGUMENTS", 400, appV5Failed("MISSING_ARGUMENTS")},
		{h5Flash, "code=NO_FACE_FOUND:image_ref2", 400, failed("NO_FACE_FOUND:image_ref2")},
		{h5Flash, "code=MISSING_ARGUMENTS:uuid", 400, failed("MISSING_ARGUMENTS:uuid")},
		{litePage, "code=AUTHORIZATION_ERROR:Denied.", 403, failed("AUTHORIZATION_ERROR:Denied.")},
		{litePage, "code=MISSING_ARGUMENTS:idcard_name", 400, failed("MISSING_ARGUMENTS: idcard_name")},
		{litePage, "code=INVALID_IMAGE_SIZE:image_ref3", 400, failed("INVALID_IMAGE_SIZE:image_ref3")},
		{litePage, "code=NO_FACE_FOUND", 400, failed("NO_FACE_FOUND")},
		{app, "code=1011", 200, linkfaceFailed("1011", "服务无权限")},
		{app, "status=403,code=1011", 403, linkfaceFailed("1011", "服务无权限")},
		{app, "status=200,code=1003", 200, linkfaceFailed("1003", "")},
		{app, "code=OUT_OF_QUOTA", 403, older("OUT_OF_QUOTA", "out of quota")},
	} {
		t.Run(c.product.name+" "+c.outcome, func(t *testing.T) {
			vendor := c.product.new()
			require.NoError(t, vendor.Rehearse(c.product.name, c.outcome, 1))
			got := post(t, serve(t, vendor), c.product.valid)
			require.Equal(t, c.status, got.status)
			require.Equal(t, c.body+"\n", got.body)
		})
	}
}

// A connection that breaks hides an answer that was given: the request is checked, and
// its token issued.
func TestBrokenConnections(t *testing.T) {
	for outcome, check := range map[string]struct {
		err    func(error) bool
		status int
	}{
		"half-body": {func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }, 200},
		"garbage":   {func(err error) bool { return strings.Contains(err.Error(), "malformed HTTP") }, 0},
		"reset":     {func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }, 0},
	} {
		t.Run(outcome, func(t *testing.T) {
			forEachProduct(t, outcome, func(c trial) {
				_, err := c.try(c.product.valid, math.MaxInt64)
				require.Error(c.t, err)
				require.True(c.t, check.err(err), "%v", err)
				require.Equal(c.t, check.status, c.vendor.Ledger()[0].Status)
				require.Contains(c.t, c.vendor.Ledger()[0].Token, token[:8])
			})
		})
	}
}

func TestBrokenConnectionOfARefusedRequest(t *testing.T) {
	vendor := sandbox.NewMegvii(options())
	require.NoError(t, vendor.Rehearse("megvii.pc-web", "reset", 1))
	_, err := trial{t: t, server: serve(t, vendor)}.try(validPCWeb().edited(drop("notify_url")), math.MaxInt64)
	require.ErrorIs(t, err, syscall.ECONNRESET)
	require.Equal(t, "MISSING_ARGUMENTS: notify_url", vendor.Ledger()[0].Code)
	require.Empty(t, vendor.Ledger()[0].Token)
}

func TestHangUntilTheClientGoes(t *testing.T) {
	forEachProduct(t, "hang", func(c trial) {
		ctx, leave := context.WithCancel(c.t.Context())
		defer leave()
		request := outgoing(c.t, c.server, c.product.valid).WithContext(ctx)
		ended := make(chan error, 1)
		go func() {
			answer, err := c.server.Client().Do(request)
			if err == nil {
				err = answer.Body.Close()
			}
			ended <- err
		}()
		require.Eventually(c.t, func() bool { return len(c.vendor.Ledger()) == 1 }, 10*time.Second, time.Millisecond)
		leave()
		require.ErrorIs(c.t, <-ended, context.Canceled)
		require.Contains(c.t, c.vendor.Ledger()[0].Token, token[:8])
		require.Zero(c.t, c.vendor.Ledger()[0].Status)
	})
}

func TestHangHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := sandbox.NewMegvii(options())
		require.NoError(t, vendor.Rehearse("megvii.app-v5", "hang", 1))
		start := time.Now()
		vendor.ServeHTTP(httptest.NewRecorder(), httpRequest(t, validAppV5()))
		require.Equal(t, 30*time.Second, time.Since(start))
	})
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, p := range products(t) {
			vendor := p.new()
			require.NoError(t, vendor.Rehearse(p.name, "delay=1500ms", 1))
			start, recorder := time.Now(), httptest.NewRecorder()
			vendor.ServeHTTP(recorder, httpRequest(t, p.valid))
			require.Equal(t, 1500*time.Millisecond, time.Since(start))
			require.Equal(t, http.StatusOK, recorder.Code)
		}
	})
}

func TestDelayBeforeAnEnding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := sandbox.NewMegvii(options())
		require.NoError(t, vendor.Rehearse("megvii.app-v5", "delay=2s,code=INTERNAL_ERROR", 1))
		start, recorder := time.Now(), httptest.NewRecorder()
		vendor.ServeHTTP(recorder, httpRequest(t, validAppV5()))
		require.Equal(t, 2*time.Second, time.Since(start))
		require.Equal(t, appV5Failed("INTERNAL_ERROR")+"\n", recorder.Body.String())
	})
}

// A vendor issues the token whether or not the client waits for it.
func TestDelayThatTheClientDoesNotWaitFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := sandbox.NewMegvii(options())
		require.NoError(t, vendor.Rehearse("megvii.app-v5", "delay=30s", 1))
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		start := time.Now()
		vendor.ServeHTTP(httptest.NewRecorder(), httpRequest(t, validAppV5()).WithContext(ctx))
		require.Equal(t, time.Second, time.Since(start))
		require.Equal(t, requestID, vendor.Ledger()[0].Token)
	})
}

func TestSkew(t *testing.T) {
	const ahead = "1700000600,fbfbfbfb-fbfb-4bfb-bbfb-fbfbfbfbfbfb"
	for _, c := range []struct {
		product, outcome string
		valid            request
		date             string
		status           int
		body             string
	}{
		{"megvii.app-v5", "skew=10m", validAppV5(), "Tue, 14 Nov 2023 22:23:20 GMT", 403, "EXPIRED_SIGN"},
		{"megvii.app-v5", "skew=-10m", validAppV5(), "Tue, 14 Nov 2023 22:03:20 GMT", 403, "EXPIRED_SIGN"},
		{"megvii.app-v5", "skew=1m", validAppV5(), "Tue, 14 Nov 2023 22:14:20 GMT", 200, "biz_token"},
		{"megvii.random-number", "skew=10m", validRandomNumber(), "Tue, 14 Nov 2023 22:23:20 GMT", 200, ahead},
		{"megvii.pc-web", "skew=10m", validPCWeb(), "Tue, 14 Nov 2023 22:23:20 GMT", 200, `"expired_time":1700004200`},
		{"megvii.lite-page", "skew=10m", validLitePage(), "Tue, 14 Nov 2023 22:23:20 GMT", 200, `"expired_time":1700004200`},
		{"megvii.h5-flash", "skew=10m", validH5Flash(t), "Tue, 14 Nov 2023 22:23:20 GMT", 200, `"time_used":0,`},
		{"linkface.app", "skew=6m", validLinkface(), "Tue, 14 Nov 2023 22:19:20 GMT", 200, `"1000"`},
		{"linkface.app", "skew=-6m", validLinkface(), "Tue, 14 Nov 2023 22:07:20 GMT", 200, `"1000"`},
		{"linkface.app", "skew=5m", validLinkface(), "Tue, 14 Nov 2023 22:18:20 GMT", 200, `"0000"`},
	} {
		t.Run(c.product+" "+c.outcome, func(t *testing.T) {
			var vendor standIn = sandbox.NewMegvii(options())
			if c.product == "linkface.app" {
				vendor = sandbox.NewLinkface(options())
			}
			require.NoError(t, vendor.Rehearse(c.product, c.outcome, 1))
			got := post(t, serve(t, vendor), c.valid)
			require.Equal(t, c.status, got.status)
			require.Contains(t, got.body, c.body)
			require.Equal(t, c.date, got.header.Get("Date"))
			require.True(t, time.Unix(serverTime, 0).Equal(vendor.Ledger()[0].Time), "the ledger keeps the real time")
		})
	}
}
