package system

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/stretchr/testify/require"
)

func TestPromtoolAcceptsConfigurationAndAlerts(t *testing.T) {
	promtool := program(t, "promtool", "prometheus")
	for _, args := range [][]string{
		{"check", "config", "prometheus.yaml"},
		{"check", "config", "kubernetes.yaml"},
		{"check", "rules", "alerts.yaml"},
		{"test", "rules", "alerts_test.yaml"},
	} {
		command := exec.Command(promtool, args...)
		command.Dir = deploy + "/prometheus"
		output, err := command.CombinedOutput()
		require.NoError(t, err, "promtool %v\n%s", args, output)
	}
}

// Every alert can be evaluated over what the gateway exports, and one that needs a
// single event fires.
func TestAlertsWatchTheGateway(t *testing.T) {
	gateway := startSandbox(t)
	server := startPrometheus(t, scraping(t, gateway.admin))
	gateway.makeTraffic(t)
	exports := readExported(t, get(t, "http://"+gateway.admin+"/metrics"))

	alerts := server.awaitAlerts(t)
	for name, alert := range alerts {
		require.EqualValues(t, v1.RuleHealthGood, alert.Health, "%s: %s", name, alert.LastError)
		if name != "LivenessGatewayRedisDown" && !strings.HasPrefix(name, "LivenessGatewayCertificate") { // the sandbox has no Redis and no TLS
			require.NoError(t, exports.check(alert.Query), name)
		}
	}
	server.await(t, `ALERTS{alertname="LivenessGatewayCodeUnrecognized", alertstate="firing", provider="megvii"}`)
	require.Equal(t, "inactive", alerts["LivenessGatewayDown"].State)
}

// awaitAlerts returns the alerts by name when each has been evaluated over samples.
func (p prometheus) awaitAlerts(t *testing.T) map[string]v1.AlertingRule {
	t.Helper()
	p.await(t, `up{job="liveness-gateway"} == 1`)
	first := time.Now()
	var alerts map[string]v1.AlertingRule
	require.Eventually(t, func() bool {
		answer, err := p.Rules(t.Context(), nil)
		if err != nil {
			return false
		}
		alerts = map[string]v1.AlertingRule{}
		for _, group := range answer.Groups {
			for _, rule := range group.Rules {
				alert, ok := rule.(v1.AlertingRule)
				if !ok || alert.LastEvaluation.Before(first) {
					return false
				}
				alerts[alert.Name] = alert
			}
		}
		return len(alerts) > 0
	}, samplesLimit, 50*time.Millisecond, "the alerts were not evaluated")
	return alerts
}
