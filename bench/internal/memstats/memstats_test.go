package memstats

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"
)

// Our own page and that of client_golang's collector, which the gateway has, are both
// understood.
func TestFetch(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector())
	for name, server := range map[string]*httptest.Server{
		"ours":          httptest.NewServer(Handler()),
		"client_golang": httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{})),
	} {
		t.Run(name, func(t *testing.T) {
			defer server.Close()
			before, err := Fetch(t.Context(), server.Client(), server.URL)
			require.NoError(t, err)
			garbage := strings.Repeat("x", 1<<20)
			after, err := Fetch(t.Context(), server.Client(), server.URL)
			require.NoError(t, err)
			require.Greater(t, after.Objects, before.Objects)
			require.GreaterOrEqual(t, after.Bytes-before.Bytes, float64(len(garbage)))
			require.Positive(t, after.Goroutines)
		})
	}
}

func TestParseRefusesOtherPages(t *testing.T) {
	_, err := parse(strings.NewReader("go_memstats_mallocs_total 5\n"))
	require.ErrorContains(t, err, "has no")
	_, err = parse(strings.NewReader("go_memstats_mallocs_total many\n"))
	require.ErrorContains(t, err, "go_memstats_mallocs_total")
}
