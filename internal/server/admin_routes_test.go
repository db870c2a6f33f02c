package server_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

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

func TestRoutesPage(t *testing.T) {
	for _, c := range []struct {
		loopback          bool
		status            int
		contentType, body string
	}{
		{true, http.StatusOK, "application/json", oneRouteJSON},
		{false, http.StatusForbidden, "text/plain; charset=utf-8", "/routes is served only while the admin listener is on loopback\n"},
	} {
		pages := admin.New(admin.Pages{Status: oneRoute, Loopback: c.loopback, Metrics: http.NotFoundHandler()}, zap.NewStdLog(zap.NewNop()))
		w := httptest.NewRecorder()
		pages.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/routes", http.NoBody))
		require.Equal(t, c.status, w.Code)
		require.Equal(t, c.body, w.Body.String())
		require.Equal(t, c.contentType, w.Header().Get("Content-Type"))
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	}
}
