package system

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
)

// samplesLimit bounds the wait for samples: two scrapes and what a busy machine adds.
const samplesLimit = 30 * time.Second

// prometheus is a running server.
type prometheus struct {
	v1.API
	address string
}

// startPrometheus runs a server with a configuration file.
func startPrometheus(t *testing.T, file string, args ...string) prometheus {
	t.Helper()
	args = append(args, "--config.file="+file, "--storage.tsdb.path="+t.TempDir(), "--web.listen-address=127.0.0.1:0")
	p := start(t, exec.Command(program(t, "prometheus", "prometheus"), args...))
	address := p.await(t, `msg="Listening on" address=(\S+)`)
	p.await(t, `(Server is ready to receive web requests)`)
	client, err := api.NewClient(api.Config{Address: "http://" + address})
	require.NoError(t, err)
	return prometheus{v1.NewAPI(client), address}
}

// scraping returns a copy of deploy/prometheus for a gateway whose admin listener has
// the address, with everything a hundred times as fast.
func scraping(t *testing.T, admin string) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(deploy+"/prometheus")))
	file := filepath.Join(folder, "prometheus.yaml")
	replaceIn(t, file, "127.0.0.1:9091", admin)
	replaceIn(t, file, "interval: 15s", "interval: 150ms")
	return file
}

func replaceIn(t *testing.T, file, old, replacement string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), old, file)
	text = []byte(strings.ReplaceAll(string(text), old, replacement))
	require.NoError(t, os.WriteFile(file, text, 0o600))
}

// await asks until the answer has a number in it, and returns it.
func (p prometheus) await(t *testing.T, query string) model.Vector {
	t.Helper()
	var answer model.Vector
	require.Eventually(t, func() bool {
		value, _, _, err := p.Query(t.Context(), query, time.Now())
		if err != nil {
			t.Logf("%s: %v", query, err)
			return false
		}
		answer, _ = value.(model.Vector)
		for _, sample := range answer {
			if !math.IsNaN(float64(sample.Value)) {
				return true
			}
		}
		return false
	}, samplesLimit, 50*time.Millisecond, "no data: %s", query)
	return answer
}

// awaitLabel asks for the values of a label until there are any.
func (p prometheus) awaitLabel(t *testing.T, label, selector string) []string {
	t.Helper()
	var answer model.LabelValues
	require.Eventually(t, func() bool {
		var err error
		answer, _, _, err = p.LabelValues(t.Context(), label, []string{selector}, time.Now().Add(-time.Hour), time.Now())
		return err == nil && len(answer) > 0
	}, samplesLimit, 50*time.Millisecond, "no value of %s in %s", label, selector)
	values := make([]string, len(answer))
	for i, value := range answer {
		values[i] = string(value)
	}
	return values
}
