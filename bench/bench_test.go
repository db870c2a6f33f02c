package main

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/bench/internal/work"
)

func TestOptions(t *testing.T) {
	o, err := parseOptions([]string{"-only", "small,growth", "-lanes", "gateway", "-rounds", "3"})
	require.NoError(t, err)
	require.True(t, o.wants("small"))
	require.False(t, o.wants("photos"))
	require.Equal(t, 3, o.rounds)
	o, err = parseOptions(nil)
	require.NoError(t, err)
	require.True(t, o.wants("photos"))

	for want, args := range map[string][]string{
		`no section "smal"`:         {"-only", "smal"},
		"-lanes":                    {"-lanes", "("},
		"rounds, window, conn":      {"-rounds", "0"},
		"connections and rate must": {"-connections", "0"},
		"-write needs the whole":    {"-write", "x.md", "-only", "small"},
		"-write needs the whole: f": {"-write", "x.md", "-lanes", "gateway"},
		"invalid value":             {"-window", "soon"},
		"-baseline is a comparison": {"-baseline", "gateway", "-only", "small"},
	} {
		_, err := parseOptions(args)
		require.ErrorContains(t, err, want)
	}
}

func TestOutsideShare(t *testing.T) {
	require.InDelta(t, 0.25, outsideShare(3*time.Second, 2*time.Second, 2*time.Second, 2), 1e-9)
	require.Zero(t, outsideShare(time.Second, time.Second, time.Second, 2))
}

// Every other round runs backwards, so that each lane is as often early as late.
func TestRotate(t *testing.T) {
	clients := []*client{{lane: lane{contender: "a"}}, {lane: lane{contender: "b"}}, {lane: lane{contender: "c"}}}
	order := ""
	require.NoError(t, rotate(3, clients, func(_ int, c *client) error {
		order += c.contender
		return nil
	}))
	require.Equal(t, "abccbaabc", order)

	failed := errors.New("failed")
	err := rotate(3, clients, func(int, *client) error { return failed })
	require.ErrorIs(t, err, failed)
	require.ErrorContains(t, err, "a ")
}

// What is asked for is measured together with what it is compared with.
func TestChoose(t *testing.T) {
	o, err := parseOptions([]string{"-lanes", "gateway-tls"})
	require.NoError(t, err)
	s := &setup{options: o, programs: map[string]string{"gateway": "g", "floor": "f"}}
	var names []string
	for _, l := range s.choose(s.costLanes(work.Small(""), 1), s.bases(photoGoals)...) {
		names = append(names, l.name())
	}
	require.Equal(t, []string{"floor gRPC", "floor-tls gRPC", "gateway-tls gRPC"}, names)
}

// A round without a clean window has no ratio, and the others are taken round by round.
func TestGoalTable(t *testing.T) {
	measured := map[string]costs{
		"floor gRPC":   {{cpu: 2}, {cpu: 4}, unknownCost()},
		"gateway gRPC": {{cpu: 1}, {cpu: 2}, {cpu: 100}},
	}
	tables := goalTable("Small calls", smallGoals, measured)
	require.Equal(t, [][]string{{"gateway gRPC", "floor gRPC", "≤ 0.75", "0.5 (0.5–0.5)"}}, tables[0].rows)
	require.Empty(t, goalTable("Small calls", photoGoals[1:2], measured))
}

func TestLatencyTable(t *testing.T) {
	table := latencyTable([]lane{
		{contender: direct, protocol: work.Form},
		{contender: "floor", protocol: work.GRPC},
		{contender: "gateway", protocol: work.GRPC},
		{contender: "reverseproxy", protocol: work.Form},
	}, map[string]*latencies{
		directLane: {[]float64{20, 30}, []float64{21, 40}}, floorLane: {[]float64{21, 31}, []float64{24, 44}},
		"gateway gRPC": {[]float64{20.5, 30.5}, []float64{22, 41}}, proxyLane: {[]float64{22, 32}, []float64{23, 42}},
	})
	require.Equal(t, []string{"gateway gRPC", "25.5", "31.5", "0.5 (0.5–0.5)", "1 (1–1)", "0.5 (0.5–0.5)", "0.5 (0.5–0.5)"}, table.rows[2])
	require.Equal(t, []string{directLane, "25", "30.5", "–", "–", "–", "–"}, table.rows[0])
}

// The baseline makes the calls that the gateway makes, in the contract that it knows.
func TestBaselineComparisons(t *testing.T) {
	o, err := parseOptions([]string{"-baseline", "gateway", "-baseline-bytes"})
	require.NoError(t, err)
	s := &setup{options: o}
	measured := map[string]costs{}
	for _, c := range s.baselineComparisons() {
		require.Equal(t, strings.Replace(c.gateway.name(), "gateway", "baseline", 1), c.baseline.name())
		require.Equal(t, c.gateway.work.WithPhotosAsBytes(), c.baseline.work)
		measured[c.gateway.name()], measured[c.baseline.name()] = costs{{cpu: 3e-6}, {cpu: 5e-6}}, costs{{cpu: 2e-6}, {cpu: 5e-6}}
	}
	table := baselineTable(s.baselineComparisons()[:1], measured)
	require.Equal(t, []string{"small, gRPC", "3.5", "4", "1.25 (1.12–1.38)", "≤ 1.03"}, table.rows[0][:5])
}

func TestFootprintPerCall(t *testing.T) {
	require.InDelta(t, 10, footprint{idle: 1000, peak: 2000, inFlight: 100}.perCall(), 1e-9)
}

func TestNumbers(t *testing.T) {
	for want, value := range map[string]float64{
		"–": math.NaN(), "12345": 12345.4, "91.5": 91.49, "0.763": 0.76312, "1": 1, "100": 99.96,
	} {
		require.Equal(t, want, number(value))
	}
	require.Equal(t, "–", spread([]float64{math.NaN()}))
	require.Equal(t, "2 (1.5–2.5)", spread([]float64{1, 2, 3}))
}

func TestMarkdown(t *testing.T) {
	table := table{title: "T", note: "N.", header: []string{"a", "b"}}
	table.add("1", "2")
	require.Equal(t, "### T\n\nN.\n\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n", table.markdown())
}

func TestReplaceReport(t *testing.T) {
	page := "# Page\n\n" + beginMarker + "old\n" + endMarker + "after\n"
	text, err := replaceReport(page, "new\n")
	require.NoError(t, err)
	require.Equal(t, "# Page\n\n"+beginMarker+"\nnew\n\n"+endMarker+"after\n", text)
	again, err := replaceReport(text, "new\n")
	require.NoError(t, err)
	require.Equal(t, text, again)

	_, err = replaceReport("# Page\n", "new\n")
	require.Error(t, err)
	_, err = replaceReport(endMarker+beginMarker, "new\n")
	require.Error(t, err)
}

func TestGrowthOfASoak(t *testing.T) {
	steady, grown, warmed := make([]float64, 40), make([]float64, 40), make([]float64, 40)
	for i := range steady {
		steady[i], grown[i], warmed[i] = 100, 100+10*float64(i), 200
	}
	for i := range 10 {
		warmed[i] = 20 * float64(i)
	}
	require.NoError(t, holding{resident: steady, goroutines: warmed, descriptors: steady}.check())
	err := holding{resident: grown, goroutines: steady, descriptors: steady}.check()
	require.EqualError(t, err, "memory, MiB grew from 245 to 445")
}

func TestProfileFile(t *testing.T) {
	l := lane{contender: "gateway", protocol: work.GRPC, note: "two targets", work: work.Small("")}
	require.Equal(t, "/tmp/cpu-small-gateway-grpc-two-targets.pprof", profileFile("/tmp/cpu.pprof", l))
}
