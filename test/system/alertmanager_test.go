package system

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// One cause is one page: of the alerts that fire together, those that say less are kept quiet.
func TestOneCauseIsOnePage(t *testing.T) {
	address := startAlertmanager(t)
	labels := func(name string, more ...string) map[string]string {
		all := map[string]string{"alertname": "LivenessGateway" + name}
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	acme := []string{"provider", "acme", "account", "acme-cn", "product", "acme.app"}
	for title, c := range map[string]struct {
		firing []map[string]string
		told   []string
	}{
		"a vendor is down": {
			[]map[string]string{
				labels("NoTargetLeft", "flow", "app_sdk", "scenario", "login"), labels("OneTargetLeft", "flow", "app_sdk", "scenario", "login"),
				labels("ErrorBudgetBurnsFast", "flow", "app_sdk"), labels("ErrorBudgetBurns", "flow", "app_sdk"), labels("ErrorBudgetBurnsSlowly", "flow", "app_sdk"),
				labels("FailoverShare"), labels("BreakerOpen", acme...), labels("VendorFails", acme...),
			},
			[]string{"NoTargetLeft", "BreakerOpen"},
		},
		"an account has expired": {
			[]map[string]string{
				labels("AccountExpired", acme...), labels("AccountRefused", acme...), labels("CredentialEjected", acme...), labels("VendorFails", acme...),
			},
			[]string{"AccountExpired"},
		},
		"another account is refused beside it": {
			[]map[string]string{labels("AccountExpired", acme...), labels("AccountRefused", "provider", "acme", "account", "acme-sgp")},
			[]string{"AccountExpired", "AccountRefused"},
		},
		"Redis is down": {
			[]map[string]string{
				labels("RedisDown", "instance", "a"), labels("RedisDegraded", "instance", "a"), labels("NoRoomForKeys", "instance", "a"), labels("ErrorBudgetBurnsFast", "flow", "app_sdk"),
			},
			[]string{"RedisDown"},
		},
		"one of two replicas is gone": {
			[]map[string]string{labels("Down", "instance", "a"), labels("ReplicasMissing"), labels("Overloaded", "instance", "b"), labels("NearlyFull", "instance", "b")},
			[]string{"Down"},
		},
	} {
		t.Run(title, func(t *testing.T) {
			postAlerts(t, address, c.firing, time.Hour)
			require.EventuallyWithT(t, func(collect *assert.CollectT) {
				assert.ElementsMatch(collect, c.told, told(t, address))
			}, samplesLimit, 100*time.Millisecond)
			postAlerts(t, address, c.firing, -time.Second)
		})
	}
}

// Whatever inhibits or is inhibited is an alert that there is.
func TestInhibitionNamesAlerts(t *testing.T) {
	text, err := os.ReadFile(deploy + "/prometheus/alertmanager.yaml")
	require.NoError(t, err)
	var file struct {
		InhibitRules []map[string]any `json:"inhibit_rules"`
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	known := map[string]bool{}
	for _, alert := range readAlerts(t) {
		known[alert.Alert] = true
	}
	named := alertName.FindAllString(string(text), -1)
	require.Greater(t, len(named), len(file.InhibitRules))
	for _, name := range named {
		require.True(t, known[name] || name == "LivenessGatewayErrorBudgetBurns", name)
	}
}

func startAlertmanager(t *testing.T) string {
	t.Helper()
	p := start(t, exec.Command(program(t, "prometheus-alertmanager", "prometheus-alertmanager"),
		"--config.file="+deploy+"/prometheus/alertmanager.yaml", "--storage.path="+t.TempDir(),
		"--web.listen-address=127.0.0.1:0", "--cluster.listen-address="))
	return p.await(t, `(?:address|msg="Listening on" address)=(127\.0\.0\.1:[1-9]\d*)`)
}

// postAlerts has alerts fire until so long from now.
func postAlerts(t *testing.T, address string, alerts []map[string]string, ends time.Duration) {
	t.Helper()
	type alert struct {
		Labels map[string]string `json:"labels"`
		Starts time.Time         `json:"startsAt"`
		Ends   time.Time         `json:"endsAt"`
	}
	now, body := time.Now(), []alert{}
	for _, labels := range alerts {
		body = append(body, alert{labels, now.Add(-time.Minute), now.Add(ends)})
	}
	text, err := json.Marshal(body)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/api/v2/alerts", bytes.NewReader(text))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	status, answer, err := do(request)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status, answer)
}

// told returns the alerts that nothing inhibits, without their prefix.
func told(t *testing.T, address string) []string {
	t.Helper()
	var alerts []struct {
		Labels map[string]string
		Status struct{ State string }
	}
	require.NoError(t, json.Unmarshal([]byte(get(t, "http://"+address+"/api/v2/alerts?active=true&inhibited=true")), &alerts))
	names := []string{}
	for _, a := range alerts {
		if a.Status.State != "suppressed" {
			names = append(names, a.Labels["alertname"][len("LivenessGateway"):])
		}
	}
	return names
}
