package sandbox_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

// trial is a product with an outcome waiting for its next request.
type trial struct {
	t       *testing.T
	product samples.Product
	vendor  *sandbox.StandIn
	server  *httptest.Server
}

// forEachProduct rehearses one request to each product, in turn at a stand-in of its
// own, and checks that the next one is served.
func forEachProduct(t *testing.T, outcome string, test func(trial)) {
	t.Helper()
	for _, p := range samples.Products(t) {
		t.Run(p.Name, func(t *testing.T) {
			vendor := p.New()
			require.NoError(t, vendor.Rehearse(p.Name, outcome, 1))
			server := requests.Serve(t, vendor)
			test(trial{t, p, vendor, server})

			again := p.Valid.Edited()
			if p.Name == "megvii.pc-web" {
				again = again.Edited(requests.Set("biz_no", "order-2"))
			}
			require.Equal(t, 200, requests.Post(t, server, again).Status, "the outcome was for one request")
			entries := vendor.Ledger()
			require.Len(t, entries, 2)
			require.Equal(t, outcome, entries[0].Outcome)
			require.Empty(t, entries[1].Outcome)
		})
	}
}

// try sends a request whose answer may be none, and reads at most limit bytes of its
// body.
func (c trial) try(r requests.Request, limit int64) (requests.Reply, error) {
	c.t.Helper()
	client := *c.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(requests.Outgoing(c.t, c.server, r))
	if err != nil {
		return requests.Reply{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, limit))
	return requests.Reply{Status: answer.StatusCode, Body: string(body), Header: answer.Header}, err
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
				got, err := c.try(c.product.Valid.Edited(requests.Drop("api_key"), requests.Drop("sign")), math.MaxInt64)
				require.NoError(c.t, err)
				require.Equal(c.t, want.status, got.Status)
				require.Equal(c.t, want.contentType, got.Header.Get("Content-Type"))
				require.True(c.t, strings.HasPrefix(got.Body, want.body), got.Body)
				require.Equal(c.t, time.Unix(samples.ServerTime, 0).UTC().Format(http.TimeFormat), got.Header.Get("Date"))
				if path, _, _ := strings.Cut(c.product.Valid.Path, "?"); outcome == "redirect" {
					require.Equal(c.t, path, got.Header.Get("Location"))
				}
				require.Equal(c.t, want.status, c.vendor.Ledger()[0].Status)
				require.Empty(c.t, c.vendor.Ledger()[0].Token)
			})
		})
	}
}

func TestEndless(t *testing.T) {
	forEachProduct(t, "endless", func(c trial) {
		got, err := c.try(c.product.Valid, 1<<20)
		require.NoError(c.t, err)
		require.Equal(c.t, 200, got.Status)
		require.Equal(c.t, "application/json", got.Header.Get("Content-Type"))
		require.Equal(c.t, `{"endless":"`+strings.Repeat("x", 1<<20-12), got.Body)
		require.Equal(c.t, 200, c.vendor.Ledger()[0].Status)
		require.Empty(c.t, c.vendor.Ledger()[0].Token)
	})
}

func TestEndlessHasAnEnd(t *testing.T) {
	got := requests.Post(t, requests.Serve(t, samples.Megvii()), samples.AppV5().Edited(requests.Set("uuid", "sandbox:endless")))
	require.Len(t, got.Body, 12+16<<20)
}

func TestCodesOfEachProduct(t *testing.T) {
	for _, p := range samples.Products(t) {
		t.Run(p.Name, func(t *testing.T) {
			vendor := p.New()
			require.NoError(t, vendor.Rehearse(p.Name, "code="+p.Code, 1))
			require.NoError(t, vendor.Rehearse(p.Name, "status=429,code="+p.Code, 1))
			server := requests.Serve(t, vendor)
			for _, want := range []int{p.Status, 429} {
				got := requests.Post(t, server, p.Valid)
				require.Equal(t, want, got.Status)
				require.Equal(t, p.Failed(p.Code)+"\n", got.Body)
			}
			require.Equal(t, p.Code, vendor.Ledger()[0].Code)
		})
	}
}

func TestCodesWithWhatFollows(t *testing.T) {
	all := samples.Products(t)
	of := func(name string) samples.Product {
		i := slices.IndexFunc(all, func(p samples.Product) bool { return p.Name == name })
		require.GreaterOrEqual(t, i, 0, name)
		return all[i]
	}
	randomNumber, pcWeb, appV5, h5Flash := of("megvii.random-number"), of("megvii.pc-web"), of("megvii.app-v5"), of("megvii.h5-flash")
	app, litePage, appV3 := of("linkface.app"), of("megvii.lite-page"), of("megvii.app-v3")
	older := func(status, reason string) string {
		return `{"request_id":"TID` + samples.Hex + `","status":"` + status + `","reason":"` + reason + `"}`
	}
	for _, c := range []struct {
		product samples.Product
		outcome string
		status  int
		body    string
	}{
		{randomNumber, "code=AUTHORIZATION_ERROR:Denied.", 403, samples.MegviiFailed("AUTHORIZATION_ERROR:Denied.")},
		{randomNumber, "code=AUTHORIZATION_ERROR", 403, samples.MegviiFailed("AUTHORIZATION_ERROR")},
		{randomNumber, "code=API_NOT_FOUND", 404, samples.MegviiFailed("API_NOT_FOUND")},
		{pcWeb, "code=AUTHORIZATION_ERROR:No data source permission. ", 403, samples.MegviiFailed("AUTHORIZATION_ERROR:No data source permission.")},
		{pcWeb, "code=INVALID_ARGUMENTS:return_url", 400, samples.MegviiFailed("INVALID_ARGUMENTS: return_url")},
		{pcWeb, "code=INVALID_ARGUMENTS: return_url", 400, samples.MegviiFailed("INVALID_ARGUMENTS: return_url")},
		{pcWeb, "code=BAD_ARGUMENTS", 400, samples.MegviiFailed("BAD_ARGUMENTS")},
		{pcWeb, "status=400,code=LOW_QUALITY:image_ref1", 400, samples.MegviiFailed("LOW_QUALITY:image_ref1")},
		{appV5, "code=AUTHORIZATION_ERROR:LIMIT_REACHED", 403, samples.AppV5Failed("AUTHORIZATION_ERROR: LIMIT_REACHED")},
		{appV5, "code=AUTHORIZATION_ERROR:EXPIRED_SIGN", 403, samples.AppV5Failed("AUTHORIZATION_ERROR: EXPIRED_SIGN")},
		{appV5, "code=BAD_ARGUMENTS:sign_version", 400, samples.AppV5Failed("BAD_ARGUMENTS: sign_version")},
		{appV5, "code=MISSING_ARGUMENTS", 400, samples.AppV5Failed("MISSING_ARGUMENTS")},
		{h5Flash, "code=NO_FACE_FOUND:image_ref2", 400, samples.MegviiFailed("NO_FACE_FOUND:image_ref2")},
		{h5Flash, "code=MISSING_ARGUMENTS:uuid", 400, samples.MegviiFailed("MISSING_ARGUMENTS:uuid")},
		{litePage, "code=AUTHORIZATION_ERROR:Denied.", 403, samples.MegviiFailed("AUTHORIZATION_ERROR:Denied.")},
		{litePage, "code=MISSING_ARGUMENTS:idcard_name", 400, samples.MegviiFailed("MISSING_ARGUMENTS: idcard_name")},
		{litePage, "code=INVALID_IMAGE_SIZE:image_ref3", 400, samples.MegviiFailed("INVALID_IMAGE_SIZE:image_ref3")},
		{litePage, "code=NO_FACE_FOUND", 400, samples.MegviiFailed("NO_FACE_FOUND")},
		{appV3, "code=INVALID_IMAGE_SIZE:image_ref1", 400, samples.AppV5Failed("INVALID_IMAGE_SIZEimage_ref1")},
		{appV3, "code=INVALID_IMAGE_SIZE", 400, samples.AppV5Failed("INVALID_IMAGE_SIZE")},
		{appV3, "code=AUTHORIZATION_ERROR:NO_DATA_SOURCE_PERMISSION", 403, samples.AppV5Failed("AUTHORIZATION_ERROR: NO_DATA_SOURCE_PERMISSION")},
		{appV3, "code=MULTIPLE_FACES", 400, samples.AppV5Failed("MULTIPLE_FACES")},
		{app, "code=1011", 200, samples.LinkfaceFailed("1011")},
		{app, "status=403,code=1011", 403, samples.LinkfaceFailed("1011")},
		{app, "status=200,code=1003", 200, samples.LinkfaceFailed("1003")},
		{app, "code=OUT_OF_QUOTA", 403, older("OUT_OF_QUOTA", "out of quota")},
	} {
		t.Run(c.product.Name+" "+c.outcome, func(t *testing.T) {
			vendor := c.product.New()
			require.NoError(t, vendor.Rehearse(c.product.Name, c.outcome, 1))
			got := requests.Post(t, requests.Serve(t, vendor), c.product.Valid)
			require.Equal(t, c.status, got.Status)
			require.Equal(t, c.body+"\n", got.Body)
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
				_, err := c.try(c.product.Valid, math.MaxInt64)
				require.Error(c.t, err)
				require.True(c.t, check.err(err), "%v", err)
				require.Equal(c.t, check.status, c.vendor.Ledger()[0].Status)
				require.Contains(c.t, strings.ToLower(c.vendor.Ledger()[0].Token), samples.Hex[:8])
			})
		})
	}
}

func TestBrokenConnectionOfARefusedRequest(t *testing.T) {
	vendor := sandbox.NewMegvii(samples.Options())
	require.NoError(t, vendor.Rehearse("megvii.pc-web", "reset", 1))
	_, err := trial{t: t, server: requests.Serve(t, vendor)}.try(samples.PCWeb().Edited(requests.Drop("notify_url")), math.MaxInt64)
	require.ErrorIs(t, err, syscall.ECONNRESET)
	require.Equal(t, "MISSING_ARGUMENTS: notify_url", vendor.Ledger()[0].Code)
	require.Empty(t, vendor.Ledger()[0].Token)
}

func TestHangUntilTheClientGoes(t *testing.T) {
	forEachProduct(t, "hang", func(c trial) {
		ctx, leave := context.WithCancel(c.t.Context())
		defer leave()
		request := requests.Outgoing(c.t, c.server, c.product.Valid).WithContext(ctx)
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
		require.Contains(c.t, strings.ToLower(c.vendor.Ledger()[0].Token), samples.Hex[:8])
		require.Zero(c.t, c.vendor.Ledger()[0].Status)
	})
}

func TestHangHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := sandbox.NewMegvii(samples.Options())
		require.NoError(t, vendor.Rehearse("megvii.app-v5", "hang", 1))
		start := time.Now()
		vendor.ServeHTTP(httptest.NewRecorder(), requests.HTTP(t, samples.AppV5()))
		require.Equal(t, 30*time.Second, time.Since(start))
	})
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, p := range samples.Products(t) {
			vendor := p.New()
			require.NoError(t, vendor.Rehearse(p.Name, "delay=1500ms", 1))
			start, recorder := time.Now(), httptest.NewRecorder()
			vendor.ServeHTTP(recorder, requests.HTTP(t, p.Valid))
			require.Equal(t, 1500*time.Millisecond, time.Since(start))
			require.Equal(t, http.StatusOK, recorder.Code)
		}
	})
}

func TestDelayBeforeAnEnding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := sandbox.NewMegvii(samples.Options())
		require.NoError(t, vendor.Rehearse("megvii.app-v5", "delay=2s,code=INTERNAL_ERROR", 1))
		start, recorder := time.Now(), httptest.NewRecorder()
		vendor.ServeHTTP(recorder, requests.HTTP(t, samples.AppV5()))
		require.Equal(t, 2*time.Second, time.Since(start))
		require.Equal(t, samples.AppV5Failed("INTERNAL_ERROR")+"\n", recorder.Body.String())
	})
}

// A vendor issues the token whether or not the client waits for it.
func TestDelayThatTheClientDoesNotWaitFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := sandbox.NewMegvii(samples.Options())
		require.NoError(t, vendor.Rehearse("megvii.app-v5", "delay=30s", 1))
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		start := time.Now()
		vendor.ServeHTTP(httptest.NewRecorder(), requests.HTTP(t, samples.AppV5()).WithContext(ctx))
		require.Equal(t, time.Second, time.Since(start))
		require.Equal(t, samples.MegviiID, vendor.Ledger()[0].Token)
	})
}

func TestSkew(t *testing.T) {
	const ahead = "1700000600,fbfbfbfb-fbfb-4bfb-bbfb-fbfbfbfbfbfb"
	for _, c := range []struct {
		product, outcome string
		valid            requests.Request
		date             string
		status           int
		body             string
	}{
		{"megvii.app-v5", "skew=10m", samples.AppV5(), "Tue, 14 Nov 2023 22:23:20 GMT", 403, "EXPIRED_SIGN"},
		{"megvii.app-v5", "skew=-10m", samples.AppV5(), "Tue, 14 Nov 2023 22:03:20 GMT", 403, "EXPIRED_SIGN"},
		{"megvii.app-v5", "skew=1m", samples.AppV5(), "Tue, 14 Nov 2023 22:14:20 GMT", 200, "biz_token"},
		{"megvii.random-number", "skew=10m", samples.RandomNumber(), "Tue, 14 Nov 2023 22:23:20 GMT", 200, ahead},
		{"megvii.pc-web", "skew=10m", samples.PCWeb(), "Tue, 14 Nov 2023 22:23:20 GMT", 200, `"expired_time":1700004200`},
		{"megvii.lite-page", "skew=10m", samples.LitePage(), "Tue, 14 Nov 2023 22:23:20 GMT", 200, `"expired_time":1700004200`},
		{"megvii.h5-flash", "skew=10m", samples.H5Flash(t), "Tue, 14 Nov 2023 22:23:20 GMT", 200, `"time_used":0,`},
		{"linkface.app", "skew=6m", samples.LinkfaceApp(), "Tue, 14 Nov 2023 22:19:20 GMT", 200, `"1000"`},
		{"linkface.app", "skew=-6m", samples.LinkfaceApp(), "Tue, 14 Nov 2023 22:07:20 GMT", 200, `"1000"`},
		{"linkface.app", "skew=5m", samples.LinkfaceApp(), "Tue, 14 Nov 2023 22:18:20 GMT", 200, `"0000"`},
	} {
		t.Run(c.product+" "+c.outcome, func(t *testing.T) {
			vendor := sandbox.NewMegvii(samples.Options())
			if c.product == "linkface.app" {
				vendor = sandbox.NewLinkface(samples.Options())
			}
			require.NoError(t, vendor.Rehearse(c.product, c.outcome, 1))
			got := requests.Post(t, requests.Serve(t, vendor), c.valid)
			require.Equal(t, c.status, got.Status)
			require.Contains(t, got.Body, c.body)
			require.Equal(t, c.date, got.Header.Get("Date"))
			require.True(t, time.Unix(samples.ServerTime, 0).Equal(vendor.Ledger()[0].Time), "the ledger keeps the real time")
		})
	}
}

// Without randomness every product fails in its own words.
func TestBrokenRandomness(t *testing.T) {
	o := samples.Options()
	o.Rand = samples.BrokenRand{}
	for _, p := range samples.Products(t) {
		t.Run(p.Name, func(t *testing.T) {
			broken := p.With(o)
			requests.Post(t, requests.Serve(t, broken), p.Valid)
			require.Len(t, broken.Ledger(), 1)
			require.NotEmpty(t, broken.Ledger()[0].Code)
			require.Empty(t, broken.Ledger()[0].Token)
		})
	}
}
