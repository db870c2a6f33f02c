package system

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

const (
	// trafficTime is how long the traffic of the pictures lasts: calm, then faults, then calm.
	trafficTime = 30 * time.Second
	// pictureWidth is that of a laptop's screen.
	pictureWidth = 1440
)

// Every dashboard is drawn from the committed file over two replicas with scripted traffic:
// every panel shows something, and no query fails. Grafana itself is not at hand; the page in
// testdata draws its kinds of panels.
func TestDashboardsAreDrawn(t *testing.T) {
	first, second := startSandbox(t), startSandbox(t)
	configuration := scraping(t, first.admin+`", "`+second.admin)
	replaceIn(t, configuration, "interval: 150ms", "interval: 1s")
	server := startPrometheus(t, configuration)
	server.await(t, `count(up == 1) == 2`)
	scriptTraffic(t, []sandbox{first, second})
	end := time.Now()

	packages := installDrawing(t)
	for _, name := range dashboardNames {
		t.Run(name, func(t *testing.T) {
			page := serveDrawing(t, server, packages, name)
			seen := &observed{}
			ctx := newBrowser(t, seen)
			browse(ctx, t, chromedp.EmulateViewport(pictureWidth, 900))
			browse(ctx, t, chromedp.Navigate(fmt.Sprintf("%s/?range=%d&step=1&window=5s&end=%d", page, int(trafficTime.Seconds())+5, end.Unix())))
			panels := drawn(ctx, t)
			require.Len(t, panels, countPanels(readDashboard(t, name)))
			for _, panel := range panels {
				require.Equal(t, "data", panel.State, panel.Title)
			}
			picture := browse(ctx, t, chromedp.FullScreenshot(100))
			require.Greater(t, len(picture), 20_000, "hardly anything is drawn")
			if *pictures != "" {
				require.NoError(t, os.WriteFile(filepath.Join(*pictures, "dashboard-"+name+".png"), picture, 0o644))
			}
			_, complaints := seen.read()
			require.Empty(t, complaints)
		})
	}
}

type drawnPanel struct{ Title, State string }

// drawn waits for the page, and returns what it says of each panel.
func drawn(ctx context.Context, t *testing.T) []drawnPanel {
	t.Helper()
	var panels []drawnPanel
	require.Eventually(t, func() bool {
		text := browse(ctx, t, chromedp.Evaluate[string](`window.seen || ""`))
		return text != "" && json.Unmarshal([]byte(text), &panels) == nil
	}, pageLimit, 100*time.Millisecond)
	return panels
}

func countPanels(d dashboard) (n int) {
	for i := range d.Panels {
		if d.Panels[i].Type != "row" {
			n++
		}
	}
	return n
}

// scriptTraffic makes ten good calls a second on each replica, and for the middle third of the
// time everything that can go wrong besides.
func scriptTraffic(t *testing.T, replicas []sandbox) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), trafficTime)
	defer cancel()
	begin := time.Now()
	var running sync.WaitGroup
	for _, replica := range replicas {
		running.Go(func() {
			repeat(ctx, 100*time.Millisecond, func(i int) { _, _, _ = replica.post(ctx, goodCalls[i%len(goodCalls)]) })
		})
		running.Go(func() {
			repeat(ctx, 250*time.Millisecond, func(i int) {
				if since := time.Since(begin); since > trafficTime/3 && since < 2*trafficTime/3 {
					_, _, _ = replica.post(ctx, traffic[i%len(traffic)].body)
				}
			})
		})
	}
	running.Wait()
}

// goodCalls are what callers ask for on a calm day.
var goodCalls = []string{
	`{"flow":"FLOW_APP_SDK","acceptedProducts":["megvii.app-v5","linkface.app"],"subjectId":"user-1"}`,
	`{"flow":"FLOW_APP_SDK","acceptedProducts":["megvii.app-v5","linkface.app"],"subjectId":"user-2"}`,
	`{"flow":"FLOW_APP_SDK","acceptedProducts":["linkface.app"]}`,
	`{"flow":"FLOW_HOSTED_PAGE","acceptedProducts":["megvii.pc-web"],"callback":{"returnUrl":"https://shop.example/r","notifyUrl":"https://shop.example/n"}}`,
	`{"flow":"FLOW_SPOKEN_DIGITS"}`,
}

func repeat(ctx context.Context, every time.Duration, do func(int)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			do(i)
		}
	}
}

// serveDrawing serves the page that draws a dashboard, and beside it Prometheus.
func serveDrawing(t *testing.T, server prometheus, packages, name string) string {
	t.Helper()
	target, err := url.Parse("http://" + server.address)
	require.NoError(t, err)
	mux := http.NewServeMux()
	serve := func(pattern, file string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	}
	serve("/{$}", "testdata/dashboards/page.html")
	serve("/board", deploy+"/grafana/liveness-gateway-"+name+".json")
	serve("/echarts.js", packages+"/node_modules/echarts/dist/echarts.min.js")
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.Handle("/prom/", http.StripPrefix("/prom", httputil.NewSingleHostReverseProxy(target)))
	pages := httptest.NewServer(mux)
	t.Cleanup(pages.Close)
	return strings.Replace(pages.URL, "localhost", "127.0.0.1", 1)
}

// installDrawing returns a folder that has what the page draws with.
func installDrawing(t *testing.T) string {
	t.Helper()
	return installPackages(t, "testdata/dashboards")
}
