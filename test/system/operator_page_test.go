package system

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	vendorsandbox "github.com/liveness-gateway/gateway/internal/sandbox"
)

var (
	pictures    = flag.String("pictures", "", "a folder: keep pictures of the operators' page there")
	pictureTime = flag.Duration("picture-time", 0, "how long calls are made before pictures are taken; the page shows five minutes")
)

// operated is the built program in front of stand-ins: one account has a credential that its
// vendor refuses, the configuration has a product out of service.
type operated struct {
	sandbox

	operator string
}

const operatedConfig = `
listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0"}
accounts:
  megvii-cn:
    provider: megvii
    region: cn
    base_url: MEGVII
    max_in_flight: 200
    credentials:
      - {name: march, api_key: {env: TEST_WRONG}, api_secret: {env: TEST_WRONG}}
      - {name: april, api_key: {env: TEST_MEGVII_KEY}, api_secret: {env: TEST_MEGVII_SECRET}}
  megvii-sgp:
    provider: megvii
    region: sgp
    base_url: MEGVII
    max_in_flight: 50
    credentials: [{name: main, api_key: {env: TEST_MEGVII_KEY}, api_secret: {env: TEST_MEGVII_SECRET}}]
  linkface-cn:
    provider: linkface
    region: cn
    base_url: LINKFACE
    credentials: [{name: main, api_id: {env: TEST_LINKFACE_ID}, api_secret: {env: TEST_LINKFACE_SECRET}}]
routes:
  - flow: app_sdk
    targets:
      - {account: megvii-cn, product: megvii.app-v5, parameters: {liveness_id: "1"}}
      - {account: linkface-cn, product: linkface.app}
  - flow: app_sdk
    scenario: login
    order: weighted
    accepted_products: [megvii.app-v5, linkface.app]
    targets:
      - {account: megvii-cn, product: megvii.app-v5, weight: 60, parameters: {liveness_id: "1"}}
      - {account: megvii-sgp, product: megvii.app-v5, weight: 25, parameters: {liveness_id: "1"}}
      - {account: linkface-cn, product: linkface.app, weight: 15}
  - flow: hosted_page
    accepted_products: [megvii.pc-web, megvii.lite-page]
    targets:
      - {account: megvii-cn, product: megvii.pc-web}
      - {account: megvii-cn, product: megvii.lite-page}
  - flow: spoken_digits
    targets:
      - {account: megvii-cn, product: megvii.random-number}
      - {account: megvii-sgp, product: megvii.random-number}
out_of_service:
  - {account: megvii-cn, product: megvii.lite-page, reason: contract ends in March}
`

func startOperated(t *testing.T) operated {
	t.Helper()
	megvii, linkface := httptest.NewServer(vendorsandbox.NewMegvii(vendorsandbox.Options{})), httptest.NewServer(vendorsandbox.NewLinkface(vendorsandbox.Options{}))
	t.Cleanup(megvii.Close)
	t.Cleanup(linkface.Close)
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	text := strings.NewReplacer("MEGVII\n", megvii.URL+"\n", "LINKFACE\n", linkface.URL+"\n").Replace(operatedConfig)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	serve := exec.Command(gateway, "serve", "--config", file)
	serve.Env = append(serve.Environ(), "TEST_WRONG=wrong",
		"TEST_MEGVII_KEY="+vendorsandbox.DemoMegviiAPIKey, "TEST_MEGVII_SECRET="+vendorsandbox.DemoMegviiAPISecret,
		"TEST_LINKFACE_ID="+vendorsandbox.DemoLinkfaceAPIID, "TEST_LINKFACE_SECRET="+vendorsandbox.DemoLinkfaceAPISecret)
	p := start(t, serve)
	return operated{
		sandbox{p.await(t, `"grpc":"([^"]+)"`), p.await(t, `"rest":"([^"]+)"`), p.await(t, `"admin":"([^"]+)"`)},
		p.await(t, `"operator":"([^"]+)"`),
	}
}

// call makes one call of those that the page is to tell apart. What the stand-ins are to do is
// in a field that they are sent.
func (o operated) call(ctx context.Context) {
	scripted := func(script string) string { return fmt.Sprintf("sandbox:%s#%d", script, rand.Int64()) }
	slow := scripted(fmt.Sprintf("delay=%dms", 20+rand.IntN(120)))
	var body string
	switch n := rand.IntN(100); {
	case n < 45:
		body = `{"flow": "FLOW_APP_SDK", "scenario": "login", "subjectId": "` + slow + `"}`
	case n < 60:
		body = `{"flow": "FLOW_APP_SDK", "acceptedProducts": ["megvii.app-v5", "linkface.app"], "subjectId": "` + slow + `"}`
	case n < 75:
		body = `{"flow": "FLOW_SPOKEN_DIGITS", "reference": "` + slow + `"}`
	case n < 90:
		body = `{"flow": "FLOW_HOSTED_PAGE", "reference": "` + slow + `", "callback": {"returnUrl": "https://shop.example/r", "notifyUrl": "https://shop.example/n"}}`
	case n < 94:
		body = `{"flow": "FLOW_APP_SDK", "scenario": "login", "subjectId": "` + scripted("code=INTERNAL_ERROR") + `"}`
	case n < 97:
		body = `{"flow": "FLOW_SPOKEN_DIGITS", "reference": "` + scripted("code=API_NOT_FOUND") + `"}`
	default:
		body = `{"flow": "FLOW_APP_SDK", "scenario": "no-such-one"}`
	}
	_, _, _ = o.post(ctx, body) // the end of the test may cut it
}

// makeCalls makes ten calls a second until the test ends.
func (o operated) makeCalls(t *testing.T) {
	t.Helper()
	var running sync.WaitGroup
	running.Go(func() {
		every := time.NewTicker(100 * time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-t.Context().Done():
				return
			case <-every.C:
				running.Go(func() { o.call(t.Context()) })
			}
		}
	})
	t.Cleanup(running.Wait)
}

// status is what of /routes the tests compare the page with.
func (o operated) status(t *testing.T) (status struct {
	Routes []struct {
		Targets []struct {
			Account, Product string
			OutOfService     string `json:"out_of_service"`
		}
	}
	OutOfService []struct{ Account, Product, Reason string } `json:"out_of_service"`
},
) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(get(t, "http://"+o.operator+"/routes")), &status))
	return status
}

// eventually waits until a script of the page is true.
func eventually(ctx context.Context, t *testing.T, script string) {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Poll[bool](script, chromedp.WithPollingTimeout(pageLimit)))
	require.NoError(t, err, script)
	require.True(t, value)
}

func text(ctx context.Context, t *testing.T, script string) string {
	t.Helper()
	return browse(ctx, t, chromedp.Evaluate[string](script))
}

func press(ctx context.Context, t *testing.T, keys ...string) {
	t.Helper()
	for _, key := range keys {
		browse(ctx, t, chromedp.KeyEvent(key))
	}
}

func view(ctx context.Context, t *testing.T, width, height int64, scheme string) {
	t.Helper()
	browse(ctx, t, chromedp.EmulateViewport(width, height))
	browse(ctx, t, chromedp.Action[cdp.Empty](func(ctx context.Context, target *chromedp.Target) (cdp.Empty, error) {
		return cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
	}))
}

// picture keeps what the browser shows, if pictures are wanted.
func picture(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	if *pictures == "" {
		return
	}
	image := browse(ctx, t, chromedp.CaptureScreenshot())
	require.NoError(t, os.WriteFile(filepath.Join(*pictures, name+".png"), image, 0o600))
}

// openPage opens the page and waits until it shows what the gateway knows.
func openPage(t *testing.T, o operated) (context.Context, *observed) {
	t.Helper()
	seen := &observed{}
	ctx := newBrowser(t, seen)
	view(ctx, t, 1280, 1180, "light")
	browse(ctx, t, chromedp.Navigate("http://"+o.operator+"/"))
	eventually(ctx, t, `document.body.dataset.ready === "true"`)
	return ctx, seen
}

// requireQuiet wants nothing loaded from elsewhere, and no complaint of the browser's.
func requireQuiet(t *testing.T, o operated, seen *observed) {
	t.Helper()
	requests, complaints := seen.read()
	require.Empty(t, complaints)
	for _, url := range requests {
		require.Regexp(t, `^http://`+o.operator+`/`, url)
	}
}

// An operator sees what is wrong, in light and dark, on a desk and on a phone.
func TestOperatorPageShowsTrouble(t *testing.T) {
	o := startOperated(t)
	o.makeCalls(t)
	time.Sleep(*pictureTime)
	ctx, seen := openPage(t, o)
	for _, says := range []string{
		"megvii-cn / march", "credential ejected", "VENDOR_CREDENTIALS_REJECTED", "contract ends in March",
		"VENDOR_INTERNAL_ERROR", "VENDOR_ENDPOINT_NOT_FOUND", "INVALID_REQUEST", "closed", "60 %",
	} {
		eventually(ctx, t, fmt.Sprintf(`document.body.innerText.includes(%q)`, says))
	}
	eventually(ctx, t, `[...document.querySelectorAll("#overview .rates rect.ok")].length > 0 && document.querySelector("#overview .times path.p95").getAttribute("d") !== ""`)
	picture(ctx, t, "operator-page")
	view(ctx, t, 1280, 1180, "dark")
	picture(ctx, t, "operator-page-dark")
	view(ctx, t, 390, 844, "light")
	require.LessOrEqual(t, browse(ctx, t, chromedp.Evaluate[int](`document.scrollingElement.scrollWidth`)), 390, "wider than a phone")
	picture(ctx, t, "operator-page-phone")
	requireQuiet(t, o, seen)
}

// Somebody without a mouse takes a target out of service and puts it back.
func TestOperatorPageByKeyboard(t *testing.T) {
	o := startOperated(t)
	ctx, seen := openPage(t, o)
	until := func(says string) {
		t.Helper()
		for range 200 {
			if strings.Contains(text(ctx, t, `document.activeElement.tagName === "BUTTON" ? document.activeElement.textContent : ""`), says) {
				return
			}
			press(ctx, t, kb.Tab)
		}
		t.Fatalf("no Tab comes to %q", says)
	}
	until("Take out… linkface-cn / linkface.app")
	press(ctx, t, kb.Enter)
	press(ctx, t, strings.Split("vendor asks for it <b>", "")...)
	require.Contains(t, text(ctx, t, `document.getElementById("take-out").innerText`), "linkface.app on every account")
	press(ctx, t, kb.Enter)
	eventually(ctx, t, `document.getElementById("attention").innerText.includes("vendor asks for it <b>")`)

	status := o.status(t)
	require.Len(t, status.OutOfService, 1)
	require.Equal(t, "linkface-cn", status.OutOfService[0].Account)
	for _, target := range append(status.Routes[0].Targets, status.Routes[1].Targets...) {
		if target.Account == "linkface-cn" {
			require.Equal(t, "vendor asks for it <b>", target.OutOfService)
		}
	}
	code, answer, err := o.post(t.Context(), `{"flow": "FLOW_APP_SDK", "acceptedProducts": ["linkface.app"]}`)
	require.NoError(t, err)
	require.Equal(t, 503, code, answer)
	require.Contains(t, answer, "out_of_service")
	require.NotContains(t, answer, "vendor asks")
	require.Contains(t, get(t, "http://"+o.admin+"/metrics"), `liveness_gateway_out_of_service_until_timestamp_seconds{account="linkface-cn",product="linkface.app"}`)

	until("Put back linkface-cn / linkface.app")
	press(ctx, t, kb.Enter)
	eventually(ctx, t, `!document.body.innerText.includes("vendor asks for it")`)
	require.Empty(t, o.status(t).OutOfService)
	code, answer, err = o.post(t.Context(), `{"flow": "FLOW_APP_SDK", "acceptedProducts": ["linkface.app"]}`)
	require.NoError(t, err)
	require.Equal(t, 200, code, answer)

	// What would leave a route without a target is said before it is done; Escape does nothing.
	until("Take out… megvii-cn / megvii.pc-web")
	press(ctx, t, kb.Enter)
	eventually(ctx, t, `document.getElementById("take-out-warning").innerText.includes("hosted_page")`)
	press(ctx, t, kb.Escape)
	eventually(ctx, t, `!document.getElementById("take-out").open && document.activeElement.textContent.includes("megvii.pc-web")`)
	require.Empty(t, o.status(t).OutOfService)
	requireQuiet(t, o, seen)
}

// The plan says who would be tried, and what is in the way of the others.
func TestOperatorPagePlans(t *testing.T) {
	o := startOperated(t)
	ctx, seen := openPage(t, o)
	plan := func(fill string) string {
		t.Helper()
		browse(ctx, t, chromedp.Evaluate[bool](`(() => {
			const f = document.getElementById("plan"), set = (name, value) => { f.elements[name].value = value; f.elements[name].dispatchEvent(new Event("change", {bubbles: true})); };
			document.getElementById("plan-result").replaceChildren();
			`+fill+`;
			f.requestSubmit();
			return true;
		})()`))
		eventually(ctx, t, `document.getElementById("plan-result").innerText !== ""`)
		return text(ctx, t, `document.getElementById("plan-result").innerText`)
	}
	require.Regexp(t, `(?s)Would be tried.*in this order.*megvii-cn / megvii\.app-v5.*linkface-cn / linkface\.app`, plan(`set("flow", "app_sdk")`))
	shares := plan(`set("flow", "app_sdk"); set("scenario", "login")`)
	for _, share := range []string{"60.0 %", "25.0 %", "15.0 %", "each user"} {
		require.Contains(t, shares, share)
	}
	compared := `f.querySelector("[value=identityDocument]").checked = true; f.elements.optional.checked = `
	require.Contains(t, plan(`set("scenario", "");`+compared+`false`), "NO_ELIGIBLE_PRODUCT, HTTP 400")
	require.Regexp(t, `Would be tried(?s:.*)megvii-cn / megvii\.app-v5.*without the comparison`, plan(compared+`true`))
	plan(`f.querySelector("[value=identityDocument]").checked = f.elements.optional.checked = false`)
	require.Contains(t, plan(`set("flow", "hosted_page"); set("scenario", "")`), "NO_ELIGIBLE_PRODUCT, HTTP 400")
	withCallback := plan(`f.querySelector("[value=callback]").checked = true`)
	require.Contains(t, withCallback, "megvii-cn / megvii.pc-web")
	require.Contains(t, withCallback, "out of service: contract ends in March")
	require.Contains(t, plan(`set("scenario", "no-such-one")`), "INVALID_REQUEST")
	requireQuiet(t, o, seen)
}

// A gateway that is gone is said to be, and what was shown last stays.
func TestOperatorPageWithoutItsGateway(t *testing.T) {
	o := startOperated(t)
	ctx, _ := openPage(t, o)
	browse(ctx, t, chromedp.Evaluate[bool](`(window.fetch = () => Promise.reject(new Error("refused")), true)`))
	eventually(ctx, t, `document.getElementById("freshness").innerText.includes("no answer for")`)
	require.Contains(t, text(ctx, t, `document.getElementById("routes").innerText`), "megvii-cn")
}
