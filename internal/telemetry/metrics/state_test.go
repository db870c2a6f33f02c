package metrics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/routing/state"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

// inTrouble has one account with a clock that is off, a ejected credential and another
// that is ejected for one product; of its products one has an open breaker, another a
// target that is being probed.
func inTrouble() state.Status {
	target := func(product, own, shared string) state.Target {
		return state.Target{
			TargetInfo: route.TargetInfo{Account: "acme-cn", Product: product}, Provider: "acme",
			Breaker: state.Breaker{State: own}, ProductBreaker: state.Breaker{State: shared},
		}
	}
	appSDK, outOfService := route.Info{Flow: "app_sdk"}, target("acme.digits", "closed", "closed")
	outOfService.OutOfService = "the contract is over"
	credential := func(name, as, app, page string) state.Credential {
		return state.Credential{Name: name, Ejection: state.Ejection{State: as}, Products: map[string]state.Ejection{
			"acme.app": {State: app}, "acme.page": {State: page, Until: time.Now()},
		}}
	}
	return state.Status{
		Routes: []state.Route{
			{Info: appSDK, Targets: []state.Target{target("acme.app", "closed", "open"), target("acme.page", "half_open", "closed")}},
			{Info: appSDK, Targets: []state.Target{target("acme.page", "closed", "closed"), outOfService}},
		},
		Accounts: []state.Account{{
			Provider: "acme", Account: "acme-cn", InFlight: 7, Waiting: 3, Limit: 20, MaxInFlight: 500, ClockOffset: -600.5,
			Credentials: []state.Credential{credential("main", "ejected", "ok", "ok"), credential("spare", "ok", "probing", "ejected")},
		}},
	}
}

// seriesInTrouble are the series without help and type: names and labels as in
// docs/design.md, section 8.
const seriesInTrouble = `liveness_gateway_route_targets{flow="app_sdk",scenario="_default"} 2
liveness_gateway_route_targets_available{flow="app_sdk",scenario="_default"} 0
liveness_gateway_vendor_breaker_state{account="acme-cn",product="acme.app",provider="acme"} 2
liveness_gateway_vendor_breaker_state{account="acme-cn",product="acme.digits",provider="acme"} 0
liveness_gateway_vendor_breaker_state{account="acme-cn",product="acme.page",provider="acme"} 1
liveness_gateway_vendor_clock_offset_seconds{account="acme-cn",provider="acme"} -600.5
liveness_gateway_vendor_concurrency_limit{account="acme-cn",provider="acme"} 20
liveness_gateway_vendor_credential_state{account="acme-cn",credential="main",product="acme.app",provider="acme"} 0
liveness_gateway_vendor_credential_state{account="acme-cn",credential="main",product="acme.page",provider="acme"} 0
liveness_gateway_vendor_credential_state{account="acme-cn",credential="main",product="all",provider="acme"} 2
liveness_gateway_vendor_credential_state{account="acme-cn",credential="spare",product="acme.app",provider="acme"} 1
liveness_gateway_vendor_credential_state{account="acme-cn",credential="spare",product="acme.page",provider="acme"} 2
liveness_gateway_vendor_credential_state{account="acme-cn",credential="spare",product="all",provider="acme"} 0
liveness_gateway_vendor_inflight{account="acme-cn",provider="acme"} 7
liveness_gateway_vendor_max_inflight{account="acme-cn",provider="acme"} 500
liveness_gateway_vendor_out_of_service{account="acme-cn",product="acme.app",provider="acme"} 0
liveness_gateway_vendor_out_of_service{account="acme-cn",product="acme.digits",provider="acme"} 1
liveness_gateway_vendor_out_of_service{account="acme-cn",product="acme.page",provider="acme"} 0
liveness_gateway_vendor_queue{account="acme-cn",provider="acme"} 3
`

func TestState(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(metrics.NewState(inTrouble)))
	got := ""
	for line := range strings.Lines(telemetrytest.Scrape(t, registry)) {
		if !strings.HasPrefix(line, "#") {
			got += line
		}
	}
	require.Equal(t, seriesInTrouble, got)

	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// The state is read when it is scraped, and never before.
func TestStateIsReadAtTheScrape(t *testing.T) {
	reads := 0
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(metrics.NewState(func() state.Status {
		reads++
		return inTrouble()
	})))
	require.Zero(t, reads)
	telemetrytest.Scrape(t, registry)
	telemetrytest.Scrape(t, registry)
	require.Equal(t, 2, reads)
}
