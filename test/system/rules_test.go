package system

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

func TestPromtoolAcceptsConfigurationAndAlerts(t *testing.T) {
	promtool := program(t, "promtool", "prometheus")
	for _, args := range [][]string{
		{"check", "config", "prometheus.yaml"},
		{"check", "config", "kubernetes.yaml"},
		{"check", "rules", "alerts.yaml"},
		{"test", "rules", "alerts_test.yaml"},
		{"test", "rules", "alerts_long_test.yaml"},
	} {
		command := exec.Command(promtool, args...)
		command.Dir = deploy + "/prometheus"
		output, err := command.CombinedOutput()
		require.NoError(t, err, "promtool %v\n%s", args, output)
	}
}

// Every alert is tested by promtool in what makes it fire, and in what does not, and has a
// section in the runbook.
func TestEveryAlertIsTestedAndExplained(t *testing.T) {
	var tests []byte
	for _, name := range []string{"alerts_test.yaml", "alerts_long_test.yaml"} {
		text, err := os.ReadFile(deploy + "/prometheus/" + name)
		require.NoError(t, err)
		tests = append(tests, text...)
	}
	runbook, err := os.ReadFile(checkout + "/docs/runbook.md")
	require.NoError(t, err)
	var want []string
	for _, alert := range readAlerts(t) {
		want = append(want, "## "+alert.Alert)
		require.Equal(t, "https://github.com/liveness-gateway/gateway/blob/main/docs/runbook.md#"+strings.ToLower(alert.Alert), alert.Annotations["runbook_url"])
		require.Contains(t, []string{"page", "ticket"}, alert.Labels["severity"], alert.Alert)
		require.Regexp(t, `(?m)- alertname: `+alert.Alert+`\n\s+eval_time: \S+\n\s+exp_alerts:\n`, string(tests), "nothing makes it fire")
		require.Regexp(t, `\{alertname: `+alert.Alert+`, eval_time: \S+, exp_alerts: \[\]\}`, string(tests), "nothing keeps it silent")
	}
	var got []string
	for _, section := range regexp.MustCompile(`(?m)^## LivenessGateway.*$`).FindAll(runbook, -1) {
		got = append(got, string(section))
	}
	require.ElementsMatch(t, want, got)
	for _, section := range regexp.MustCompile(`(?m)^## LivenessGateway`).Split(string(runbook), -1)[1:] {
		for _, part := range []string{"**Means**", "**First look**", "**Do**", "**Call**"} {
			require.Contains(t, section, part)
		}
	}
}

// rule is an alert as the file has it.
type rule struct {
	Alert, Expr, For    string
	KeepFiringFor       string `json:"keep_firing_for"`
	Labels, Annotations map[string]string
}

func readAlerts(t *testing.T) []rule {
	t.Helper()
	text, err := os.ReadFile(deploy + "/prometheus/alerts.yaml")
	require.NoError(t, err)
	var file struct{ Groups []struct{ Rules []rule } }
	require.NoError(t, yaml.Unmarshal(text, &file))
	var all []rule
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	return all
}

// Every alert can be evaluated over what the gateway exports, and those for which one event is
// enough fire.
func TestAlertsWatchTheGateway(t *testing.T) {
	gateway := startSandbox(t)
	server := startPrometheus(t, scraping(t, gateway.admin))
	server.await(t, `liveness_gateway_unrecognized_codes_total{provider="megvii"} == 0`) // it is seen to rise
	gateway.makeTraffic(t)
	exports := readExported(t, get(t, "http://"+gateway.admin+"/metrics"))

	for name, alert := range server.awaitAlerts(t) {
		require.EqualValues(t, v1.RuleHealthGood, alert.Health, "%s: %s", name, alert.LastError)
		require.NoError(t, exports.check(alert.Query, string(alert.Annotations["summary"]+alert.Annotations["description"])), name)
	}
	server.await(t, `ALERTS{alertname="LivenessGatewayCodeUnrecognized", alertstate="firing", provider="megvii"}`)
	require.Equal(t, "inactive", server.awaitAlerts(t)["LivenessGatewayDown"].State)
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
