package metrics_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/reload"
	"github.com/liveness-gateway/gateway/internal/routing/state"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

func TestReloads(t *testing.T) {
	status := reload.Status{Running: reload.Version{SHA256: "1f2e", Time: time.Unix(1_700_000_000, 0)}, Reloads: 7}
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(metrics.NewReloads(func() reload.Status { return status })))
	for success, refused := range map[string]*reload.Refusal{"1": nil, "0": {}} {
		status.Refused = refused
		text := telemetrytest.Scrape(t, registry)
		for _, series := range []string{
			"config_last_reload_success " + success, "config_last_reload_success_timestamp_seconds 1.7e+09",
			"config_reloads_total 7", `config_info{hash="1f2e"} 1`,
		} {
			require.Contains(t, text, "\nliveness_gateway_"+series+"\n")
		}
	}
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// A new credential that nobody has refused is not shown as ejected, one that was is; what it
// replaces has no rotation of its own.
func TestRotationState(t *testing.T) {
	credential := func(name, rotation, as string) state.Credential {
		return state.Credential{Name: name, Rotation: rotation, Ejection: state.Ejection{State: as}}
	}
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(metrics.NewState(func() state.Status {
		return state.Status{Accounts: []state.Account{{Provider: "acme", Account: "a", Credentials: []state.Credential{
			credential("new", "untried", "ejected"), credential("bad", "rejected", "ejected"), credential("new/replaced", "replaced", "ok"),
		}}}}
	})))
	text := telemetrytest.Scrape(t, registry)
	for _, series := range []string{
		`rotation_state{account="a",credential="new",provider="acme"} 0`, `rotation_state{account="a",credential="bad",provider="acme"} 1`,
		`state{account="a",credential="new",product="all",provider="acme"} 0`, `state{account="a",credential="bad",product="all",provider="acme"} 2`,
		`state{account="a",credential="new/replaced",product="all",provider="acme"} 0`,
	} {
		require.Contains(t, text, "\nliveness_gateway_vendor_credential_"+series+"\n")
	}
	require.NotContains(t, text, `rotation_state{account="a",credential="new/replaced"`)
}
