package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/reload"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/routing/state"
	"github.com/liveness-gateway/gateway/internal/server/admin"
)

// oneRoute is a status with all that a status can have.
func oneRoute() state.Status {
	until := time.Date(2026, 3, 1, 12, 0, 5, 250_000_000, time.UTC)
	return state.Status{
		Routes: []state.Route{{
			Info: route.Info{
				Flow: "app_sdk", Scenario: "login", Order: "weighted", AcceptedProducts: []string{"acme.app"},
				AfterAmbiguous: "stop", MaxAttempts: 3,
			},
			Targets: []state.Target{{
				TargetInfo: route.TargetInfo{
					Position: 1, Account: "acme-cn", Product: "acme.app", Region: "cn", Weight: 90,
					Parameters: []string{"scene"}, OutOfService: `<script>"ended"`,
				},
				Provider: "acme", Breaker: state.Breaker{State: "closed"},
				ProductBreaker: state.Breaker{State: "open", Until: until},
			}},
		}},
		Accounts: []state.Account{{
			Provider: "acme", Account: "acme-cn", Region: "cn", InFlight: 2, Limit: 20, MaxInFlight: 500, ClockOffset: 600.5,
			Credentials: []state.Credential{{
				Name: "main", Ejection: state.Ejection{State: "ok"},
				Products: map[string]state.Ejection{"acme.app": {State: "ejected", Until: until}},
			}},
		}},
	}
}

const oneRouteJSON = `{
  "routes": [
    {
      "flow": "app_sdk",
      "scenario": "login",
      "order": "weighted",
      "accepted_products": [
        "acme.app"
      ],
      "after_ambiguous": "stop",
      "max_attempts": 3,
      "targets": [
        {
          "position": 1,
          "account": "acme-cn",
          "product": "acme.app",
          "region": "cn",
          "weight": 90,
          "parameters": [
            "scene"
          ],
          "out_of_service": "\u003cscript\u003e\"ended\"",
          "breaker": {
            "state": "closed"
          },
          "product_breaker": {
            "state": "open",
            "until": "2026-03-01T12:00:05.25Z"
          }
        }
      ]
    }
  ],
  "accounts": [
    {
      "provider": "acme",
      "account": "acme-cn",
      "region": "cn",
      "in_flight": 2,
      "limit": 20,
      "max_in_flight": 500,
      "waiting": 0,
      "clock_offset_seconds": 600.5,
      "credentials": [
        {
          "name": "main",
          "state": "ok",
          "products": {
            "acme.app": {
              "state": "ejected",
              "until": "2026-03-01T12:00:05.25Z"
            }
          }
        }
      ]
    }
  ]
}
`

// What is for operators is shown to them alone, wherever it is asked for.
func TestOperatorsPages(t *testing.T) {
	level, reloads := zap.NewAtomicLevelAt(zap.InfoLevel), int64(0)
	operator := func(r *http.Request) (string, bool) { return "operations", r.Header.Get("Authorization") == "operator" }
	pages := admin.New(admin.Pages{
		Status: oneRoute, LogLevel: level, Metrics: http.NotFoundHandler(), Pprof: true, Operator: operator,
		Reload: func() (reload.Status, error) {
			reloads++
			return reload.Status{Running: reload.Version{SHA256: "1f2e"}, Reloads: reloads}, nil
		},
	}, zap.NewStdLog(zap.NewNop())).Handler
	ask := func(method, path, body string, as ...string) *httptest.ResponseRecorder {
		w, request := httptest.NewRecorder(), httptest.NewRequest(method, path, strings.NewReader(body))
		request.Header["Authorization"] = as
		pages.ServeHTTP(w, request)
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		return w
	}
	for _, c := range []struct{ method, path, body, answer string }{
		{http.MethodGet, "/routes", "", oneRouteJSON},
		{http.MethodGet, "/log-level", "", `{"level":"info"}` + "\n"},
		{http.MethodPut, "/log-level", `{"level":"debug"}`, `{"level":"debug"}` + "\n"},
		{http.MethodPut, "/log-level", `{"level":"info"}`, `{"level":"info"}` + "\n"},
		{http.MethodPost, "/reload", "", "{\n  \"running\": {\n    \"sha256\": \"1f2e\",\n    \"time\": \"0001-01-01T00:00:00Z\"\n  },\n  \"reloads\": 1\n}\n"},
		{http.MethodGet, "/debug/pprof/heap", "", ""},
	} {
		before := level.Level()
		w := ask(c.method, c.path, c.body)
		require.Equal(t, http.StatusForbidden, w.Code, c.path)
		require.Equal(t, c.path+" is for operators: listen.operator serves it, on loopback\n", w.Body.String())
		require.Equal(t, before, level.Level())

		w = ask(c.method, c.path, c.body, "operator")
		require.Equal(t, http.StatusOK, w.Code, c.path)
		if c.answer != "" {
			require.Equal(t, c.answer, w.Body.String())
		}
	}
	require.Equal(t, http.StatusBadRequest, ask(http.MethodPut, "/log-level", `{"level":"loud"}`, "operator").Code)
	require.Equal(t, http.StatusBadRequest, ask(http.MethodPut, "/log-level", `{"level":"debug"`+strings.Repeat(" ", 1000)+"}", "operator").Code)
	require.Equal(t, zap.InfoLevel, level.Level())
}
