package metrics_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
)

// recorder is a registerer that notes what is registered as design.md writes it.
type recorder struct {
	prometheus.Registerer
	metrics []string
}

var description = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)

func (r *recorder) Register(c prometheus.Collector) error {
	descs := make(chan *prometheus.Desc)
	go func() {
		defer close(descs)
		c.Describe(descs)
	}()
	for desc := range descs {
		found := description.FindStringSubmatch(desc.String())
		metric := found[1]
		if found[2] != "" {
			metric += "{" + found[2] + "}"
		}
		r.metrics = append(r.metrics, metric)
	}
	return nil
}

// documented is a metric in design.md, which leaves the namespace out where it can, and
// what is said behind it.
var documented = regexp.MustCompile("`(?:liveness_gateway|…)(_[a-z_]+(?:\\{[a-z,]+\\})?)`( \\(later\\))?")

// Section 8 of the design has every metric with its labels, and no other but those that
// it says come later.
func TestMetricsOfTheDesign(t *testing.T) {
	r := &recorder{}
	_, err := metrics.New(r, telemetry.Build{})
	require.NoError(t, err)
	require.NoError(t, r.Register(metrics.NewState(nil)))
	require.NoError(t, r.Register(&metrics.Edge{}))
	_, err = metrics.NewRedis(r, nil, nil, nil)
	require.NoError(t, err)
	require.NoError(t, r.Register(&metrics.Callers{}))
	require.NoError(t, r.Register(metrics.NewReloads(nil)))
	require.NoError(t, r.Register(&metrics.Saturation{}))
	require.NoError(t, r.Register(metrics.NewOutOfService(nil)))
	slices.Sort(r.metrics)

	page, err := os.ReadFile("../../../docs/design.md")
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(page), "\n## 8. ")
	section, _, _ = strings.Cut(section, "\n## ")
	var built []string
	for _, found := range documented.FindAllStringSubmatch(section, -1) {
		if metric := "liveness_gateway" + found[1]; found[2] == "" {
			built = append(built, metric)
		} else {
			require.NotContains(t, r.metrics, metric, "it is built")
		}
	}
	slices.Sort(built)
	require.Equal(t, built, r.metrics)
}
