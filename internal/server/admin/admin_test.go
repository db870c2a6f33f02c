package admin_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/outofservice"
	"github.com/liveness-gateway/gateway/internal/recent"
	"github.com/liveness-gateway/gateway/internal/reload"
	"github.com/liveness-gateway/gateway/internal/routing/state"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/admin"
)

// rig is an operators' server over a list of its own.
type rig struct {
	http.Handler

	list    *outofservice.List
	plans   []string
	reloads int
	level   zap.AtomicLevel
}

func newRig(change ...func(*admin.Pages)) *rig {
	r := &rig{list: outofservice.New(nil), level: zap.NewAtomicLevel()}
	pages := admin.Pages{
		Metrics: http.NotFoundHandler(), LogLevel: r.level, Status: func() state.Status { return state.Status{} },
		Operator: func(r *http.Request) (string, bool) {
			name := r.Header.Get("Authorization")
			return name, name != ""
		},
		Reload: func() (reload.Status, error) {
			r.reloads++
			return reload.Status{}, nil
		},
		OutOfService: r.list.Entries, TakeOut: r.list.Put, PutBack: r.list.Remove, Recent: recent.New().Snapshot,
		Plan: func(_ context.Context, caller string, description []byte) (any, error) {
			r.plans = append(r.plans, caller+" "+string(description))
			if caller == "nobody" {
				return nil, errors.New("unknown caller")
			}
			return map[string]string{"planned": "yes"}, nil
		},
	}
	for _, c := range change {
		c(&pages)
	}
	r.Handler = admin.New(pages, zap.NewStdLog(zap.NewNop())).Handler
	return r
}

// ask sends a request of an operator's, as the page or curl does.
func (r *rig) ask(method, path, body string, header ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "operations")
	request.Header.Set("Content-Type", "application/json")
	request.Host = "localhost:9091"
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			request.Host = header[i+1]
		}
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, request)
	return w
}

const takeOut = `{"account": "acme-cn", "product": "acme.app", "minutes": 30, "reason": "maintenance"}`

func TestTakingOutAndPuttingBack(t *testing.T) {
	r := newRig()
	w := r.ask(http.MethodPost, "/out-of-service", takeOut)
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	var answer struct {
		Scope   string
		Entries []outofservice.Entry
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	require.Equal(t, "this_replica", answer.Scope)
	require.Equal(t, "operations", answer.Entries[0].By)
	require.WithinDuration(t, time.Now().Add(30*time.Minute), answer.Entries[0].Until, time.Minute)
	require.Equal(t, "maintenance", r.list.Reason("acme-cn", "acme.app"))
	require.Contains(t, r.ask(http.MethodGet, "/routes", "").Body.String(), `"reason": "maintenance"`)

	require.Equal(t, http.StatusNotFound, r.ask(http.MethodDelete, "/out-of-service?account=acme-cn", "").Code)
	for _, wrong := range []string{"acount=acme-cn&product=acme.app", "account=acme-cn&product=acme.app&account=beta-cn", "account=acme-cn;product=acme.app", ""} {
		w = r.ask(http.MethodDelete, "/out-of-service?"+wrong, "")
		require.Equal(t, http.StatusBadRequest, w.Code, wrong)
		require.Contains(t, w.Body.String(), "account, product or both")
	}
	w = r.ask(http.MethodDelete, "/out-of-service?account=acme-cn&product=acme.app", "")
	require.Equal(t, http.StatusOK, w.Code)
	require.JSONEq(t, `{"scope": "this_replica", "entries": []}`, w.Body.String())
}

func TestForWhomAChangeHolds(t *testing.T) {
	for scope, shared := range map[string]bool{"all_replicas": true, "this_replica_until_redis_answers": false} {
		r := newRig(func(p *admin.Pages) {
			p.Replicas = true
			p.TakeOut = func(context.Context, outofservice.Entry) (bool, error) { return shared, nil }
		})
		require.Contains(t, r.ask(http.MethodPost, "/out-of-service", takeOut).Body.String(), `"scope": "`+scope+`"`)
	}
}

func TestWhatIsWrongIsRefused(t *testing.T) {
	r := newRig()
	for body, says := range map[string]string{
		``: "JSON object", `[]`: "JSON object", `{"minutes": "30"}`: "JSON object",
		`{"account": "a", "minutes": 0, "reason": "r"}`:                   "minutes",
		`{"account": "a", "minutes": -5, "reason": "r"}`:                  "minutes",
		`{"account": "a", "minutes": 1441, "reason": "r"}`:                "minutes",
		`{"account": "a", "minutes": 9223372036854775807, "reason": "r"}`: "minutes",
		`{"acount": "a", "product": "p", "minutes": 5, "reason": "r"}`:    "JSON object",
		`{"account": "a", "minutes": 5, "reason": "r"} {}`:                "JSON object",
		`{"account": "a", "minutes": 5, "reason": " \u00a0"}`:             "reason",
		`{"account": "a", "minutes": 5}`:                                  "reason", `{"minutes": 5, "reason": "r"}`: "account or product",
	} {
		w := r.ask(http.MethodPost, "/out-of-service", body)
		require.Equal(t, http.StatusBadRequest, w.Code, body)
		require.Contains(t, w.Body.String(), says)
	}
	long := `{"account": "a", "minutes": 5, "reason": "` + strings.Repeat("x", 20<<10) + `"}`
	require.Equal(t, http.StatusRequestEntityTooLarge, r.ask(http.MethodPost, "/out-of-service", long).Code)
	require.Empty(t, r.list.Entries())
	for i := range outofservice.MaxEntries {
		body := strings.Replace(takeOut, "acme-cn", "account-"+string(rune('a'+i/26))+string(rune('a'+i%26)), 1)
		require.Equal(t, http.StatusOK, r.ask(http.MethodPost, "/out-of-service", body).Code)
	}
	require.Equal(t, http.StatusConflict, r.ask(http.MethodPost, "/out-of-service", takeOut).Code)
}

// changes are all requests that change something, or have it work.
var changes = []struct{ method, path, body string }{
	{http.MethodPost, "/out-of-service", takeOut},
	{http.MethodDelete, "/out-of-service?account=acme-cn&product=acme.app", ""},
	{http.MethodPost, "/plan", takeOut},
	{http.MethodPost, "/reload", ""},
	{http.MethodPut, "/log-level", `{"level": "debug"}`},
}

// requireUntouched checks that none of the changes was made.
func (r *rig) requireUntouched(t *testing.T) {
	t.Helper()
	require.Len(t, r.list.Entries(), 1)
	require.Empty(t, r.plans)
	require.Zero(t, r.reloads)
	require.Equal(t, zap.InfoLevel, r.level.Level())
}

// What a page of another site can have an operator's browser send changes nothing, whatever
// shows the operator.
func TestOtherSitesChangeNothing(t *testing.T) {
	r := newRig(func(p *admin.Pages) { p.Hosts = server.HostsOf(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, nil) })
	require.Equal(t, http.StatusOK, r.ask(http.MethodPost, "/out-of-service", takeOut, "Sec-Fetch-Site", "same-origin").Code)
	for _, sent := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "cross-site", "Origin", "http://localhost:9091"},
		{"Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain"},
		{"Origin", "https://evil.example"},
		{"Origin", "null"},
		{"Origin", "http://localhost:1"},
		{"Origin", "http://localhost:9091.evil.example"},
		{"Origin", "https://evil.example", "Content-Type", "application/x-www-form-urlencoded"},
		{"Origin", "https://evil.example", "Content-Type", "multipart/form-data; boundary=x"},
		{"Host", "evil.example"},
		{"Host", "evil.example:9091", "Origin", "http://evil.example:9091", "Sec-Fetch-Site", "same-origin"},
		{"Host", "localhost.evil.example"},
	} {
		for _, c := range changes {
			require.Equal(t, http.StatusForbidden, r.ask(c.method, c.path, c.body, sent...).Code, "%s %s, %s", c.method, c.path, sent)
		}
	}
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""} {
		for _, path := range []string{"/out-of-service", "/plan"} { // the body says what is to be done
			require.Equal(t, http.StatusUnsupportedMediaType, r.ask(http.MethodPost, path, takeOut, "Content-Type", contentType).Code, path)
		}
	}
	r.requireUntouched(t)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} { // browsers let pages send these
		for _, c := range changes {
			r.ask(method, c.path, c.body, "Sec-Fetch-Site", "cross-site")
		}
	}
	r.requireUntouched(t)

	for _, c := range changes {
		require.Equal(t, http.StatusOK, r.ask(c.method, c.path, c.body, "Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:9091").Code, "%s %s", c.method, c.path)
	}
	require.Equal(t, 1, r.reloads)
	require.Empty(t, r.list.Entries())
	require.Equal(t, zap.DebugLevel, r.level.Level())
}

func TestPlan(t *testing.T) {
	r := newRig()
	w := r.ask(http.MethodPost, "/plan?caller=shop", `{"request": {}}`)
	require.Equal(t, http.StatusOK, w.Code)
	require.JSONEq(t, `{"planned": "yes"}`, w.Body.String())
	require.Equal(t, []string{`shop {"request": {}}`}, r.plans)
	w = r.ask(http.MethodPost, "/plan?caller=nobody", `{}`)
	require.Equal(t, http.StatusBadRequest, w.Code)
	require.Equal(t, "unknown caller\n", w.Body.String())
}

var loaded = regexp.MustCompile(`(?:src|href)="(/[^"]*)"|from "\./([^"]+)"`)

// The page and all that it loads are for operators alone, come from here, and run nothing else.
func TestPageIsWholeAndClosed(t *testing.T) {
	r := newRig()
	wanted, seen := []string{"/"}, map[string]bool{}
	for len(wanted) > 0 {
		path := wanted[0]
		wanted = wanted[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		w := r.ask(http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, w.Code, path)
		if path != "/" && !strings.HasPrefix(path, "/page/") {
			continue
		}
		policy := w.Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", path)
		require.NotContains(t, policy, "unsafe")
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		require.NotRegexp(t, `(?i)https?://(?:[^w]|w[^w])`, w.Body.String(), "%s names another server", path) // but for www.w3.org, of SVG
		require.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|<script>| style="| on[a-z]+="`, w.Body.String(), path)
		for _, found := range loaded.FindAllStringSubmatch(w.Body.String(), -1) {
			if found[2] != "" {
				found[1] = "/page/" + found[2]
			}
			if found[1] != "/metrics" { // no metrics here
				wanted = append(wanted, found[1])
			}
		}
		require.Equal(t, http.StatusForbidden, r.ask(http.MethodGet, path, "", "Authorization", "").Code, path)
	}
	require.True(t, seen["/page/style.css"] && seen["/page/spark.js"] && seen["/page/takeout.js"] && seen["/page/icon.svg"], seen)
	require.Equal(t, http.StatusNotFound, r.ask(http.MethodGet, "/page/", "").Code)
	require.Equal(t, http.StatusNotFound, r.ask(http.MethodGet, "/other", "").Code)
}
