package system

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every alert fires while its fault is at running gateways, no other does that the fault does not
// explain, one of those that are told is a page, and none fires before.
//
// Real are the gateways, as they are built (one in this process, whose adapter has to panic), what
// brings them into the fault (requests at stand-ins of vendors, Redis, files, certificates, signals),
// the load, and what /metrics answers every quarter of a second for some seconds before the fault and
// in it; Prometheus's engine with the rules that are deployed; Alertmanager with its configuration.
//
// Extended are these seconds, to the hours that rules look back on: counters go on at the rate that
// was scraped, gauges show what was scraped over and over, fifteen seconds apart. Where a fault has a
// pace, calls come as many times more seldom than they were made. So a gateway that has been in a fault
// for hours is as one that has been for seconds: that its probes become rarer, alerts_test.yaml covers,
// and so it does what there is but one way here to come to: photos, connections and the log of all that
// may be full, and a Deployment that asks for more replicas.
func TestEveryAlertFiresUnderItsFault(t *testing.T) {
	for name, secret := range rigged {
		t.Setenv(name, secret)
	}
	rules := readAlerts(t)
	reels := filmFaults(t)
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e9, Timeout: time.Minute, LookbackDelta: 5 * time.Minute})
	alertmanager := startAlertmanager(t)
	begins := time.Now().Truncate(time.Second)
	caused := map[string]bool{}
	for i := range faults {
		f := &faults[i]
		for _, name := range f.fire {
			caused["LivenessGateway"+name] = true
		}
		t.Run(f.name, func(t *testing.T) {
			require.NotNil(t, reels[i], "there is no film of it")
			series := reels[i].show(begins)
			start, end := begins.Add(-atRest), begins.Add(f.after())
			outcome := course{begins: begins, fire: map[string][]int64{}, told: map[string][]int64{}}
			known := map[string][]string{}
			for _, now := range evaluate(t, engine, series, rules, start, end, f.step()) {
				key := fmt.Sprint(now.alerts)
				if _, ok := known[key]; !ok {
					known[key] = toldOf(t, alertmanager, now.alerts, f.tell)
				}
				outcome.note(now, known[key])
			}
			if reels[i].busy {
				outcome.excuse(t, f)
			}
			outcome.judge(t, f, rules)
		})
	}
	for _, rule := range rules {
		assert.True(t, caused[rule.Alert], "nothing here makes %s fire: give it a fault", rule.Alert)
	}
}

// atRest is how long before a fault no alert may fire.
const atRest = 65 * time.Minute

// course is when alerts fired and were told, in milliseconds, by their names.
type course struct {
	begins     time.Time
	fire, told map[string][]int64
}

func (c *course) note(now evaluation, told []string) {
	for _, name := range unique(namesOf(now.alerts)) {
		c.fire[name] = append(c.fire[name], now.at)
	}
	for _, name := range unique(told) {
		c.told[name] = append(c.told[name], now.at)
	}
}

// ofABusyMachine are the alerts that a gateway, or a Redis, comes to for want of processor time too.
var ofABusyMachine = []string{"OverheadHigh", "Slow", "RedisDegraded", "NoRoomForKeys"}

// excuse forgets what may have fired because the machine had other things to do: before the fault,
// and what the fault does not explain.
func (c *course) excuse(t *testing.T, f *fault) {
	t.Helper()
	for _, name := range ofABusyMachine {
		earlier := func(at int64) bool { return at < c.begins.UnixMilli() }
		if slices.ContainsFunc(c.fire[name], earlier) || len(c.fire[name]) > 0 && !slices.Contains(f.fire, name) {
			t.Logf("the machine is busy: that %s fires %s may be of that", name, c.when(c.fire[name]))
		}
		forget(c.fire, name, slices.Contains(f.fire, name), earlier)
		forget(c.told, name, slices.Contains(f.tell, name), earlier)
	}
}

// forget drops the times that came earlier than the fault, or all of what it does not explain.
func forget(of map[string][]int64, name string, explained bool, earlier func(int64) bool) {
	if of[name] = slices.DeleteFunc(of[name], earlier); len(of[name]) == 0 || !explained {
		delete(of, name)
	}
}

// judge compares with what the fault is to cause.
func (c *course) judge(t *testing.T, f *fault, rules []rule) {
	t.Helper()
	var pages []string
	for _, rule := range rules {
		name := strings.TrimPrefix(rule.Alert, "LivenessGateway")
		if len(c.told[name]) > 0 && rule.Labels["severity"] == "page" {
			pages = append(pages, name)
		}
		if fired := c.fire[name]; len(fired) > 0 {
			t.Logf("%s fires %s, is told %s", name, c.when(fired), c.when(c.told[name]))
			assert.GreaterOrEqual(t, fired[0], c.begins.UnixMilli(), "%s fires before the fault", name)
		}
	}
	assert.ElementsMatch(t, f.fire, slices.Collect(maps.Keys(c.fire)), "what fires")
	assert.ElementsMatch(t, f.tell, slices.Collect(maps.Keys(c.told)), "what is told")
	assert.LessOrEqual(t, len(pages), 1, "pages for one cause: %v", pages)
}

// when says how long after the fault began that was.
func (c *course) when(times []int64) string {
	if len(times) == 0 {
		return "never"
	}
	after := func(at int64) time.Duration { return time.UnixMilli(at).Sub(c.begins) }
	return fmt.Sprintf("%d times from %v to %v", len(times), after(times[0]), after(times[len(times)-1]))
}

// filmedAtOnce faults are filmed side by side: most of the time they wait.
const filmedAtOnce = 8

// filmFaults returns what was scraped before and in each fault, nil where that failed.
func filmFaults(t *testing.T) []*reel {
	t.Helper()
	reels := make([]*reel, len(faults))
	slots := make(chan struct{}, filmedAtOnce)
	var all sync.WaitGroup
	for i := range faults {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			t.Run("film of "+faults[i].name, func(t *testing.T) { reels[i] = faults[i].shoot(t) })
		})
	}
	all.Wait()
	return reels
}

// evaluation is the alerts that fire at a time in milliseconds, by their labels.
type evaluation struct {
	at     int64
	alerts []map[string]string
}

// evaluate returns what fires of the rules over the series, whenever that is anything.
func evaluate(t *testing.T, engine *promql.Engine, series shown, rules []rule, start, end time.Time, step time.Duration) (all []evaluation) {
	t.Helper()
	by := map[int64][]map[string]string{}
	for _, rule := range rules {
		query, err := engine.NewRangeQuery(t.Context(), series, nil, rule.Expr, start, end, step)
		require.NoError(t, err, rule.Alert)
		result := query.Exec(t.Context())
		require.NoError(t, result.Err, rule.Alert)
		matrix, err := result.Matrix()
		require.NoError(t, err, rule.Alert)
		for _, active := range matrix {
			for _, at := range firing(active.Floats, durationOf(t, rule.For), durationOf(t, rule.KeepFiringFor), step, end) {
				by[at] = append(by[at], alertOf(rule, active.Metric))
			}
		}
		query.Close()
	}
	for _, at := range slices.Sorted(maps.Keys(by)) {
		all = append(all, evaluation{at, by[at]})
	}
	return all
}

// firing returns when an alert fires that is active at these evaluations: once it was active for
// the time that it is pending, as long as there was no evaluation in between at which it was not, and
// for as long as it is kept afterwards.
func firing(active []promql.FPoint, pending, kept, step time.Duration, end time.Time) (fires []int64) {
	since := 0
	for i, point := range active {
		last := int64(0)
		if len(fires) > 0 {
			last = fires[len(fires)-1]
		}
		if i > 0 && point.T-active[i-1].T > step.Milliseconds() && point.T-last > step.Milliseconds() {
			since = i
		}
		if time.Duration(point.T-active[since].T)*time.Millisecond < pending || point.T <= last {
			continue
		}
		fires = append(fires, point.T)
		until := min(point.T+kept.Milliseconds(), end.UnixMilli())
		if i+1 < len(active) {
			until = min(until, active[i+1].T-1)
		}
		for at := point.T + step.Milliseconds(); at <= until; at += step.Milliseconds() {
			fires = append(fires, at)
		}
	}
	return fires
}

func durationOf(t *testing.T, text string) time.Duration {
	t.Helper()
	if text == "" {
		return 0
	}
	duration, err := model.ParseDuration(text)
	require.NoError(t, err)
	return time.Duration(duration)
}

// alertOf returns the labels of an alert.
func alertOf(r rule, of labels.Labels) map[string]string {
	all := of.Map()
	delete(all, model.MetricNameLabel)
	maps.Copy(all, r.Labels)
	all[model.AlertNameLabel] = r.Alert
	return all
}

func namesOf(alerts []map[string]string) []string {
	names := make([]string, len(alerts))
	for i, alert := range alerts {
		names[i] = strings.TrimPrefix(alert[model.AlertNameLabel], "LivenessGateway")
	}
	return names
}

func unique(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

// toldLimit bounds the wait for Alertmanager to keep quiet what it is to.
const toldLimit = 10 * time.Second

// toldOf has alerts fire and returns those that are not kept quiet, when these are the wanted ones of
// them, whatever a busy machine adds, or at the limit.
func toldOf(t *testing.T, alertmanager string, alerts []map[string]string, wanted []string) (names []string) {
	t.Helper()
	if len(alerts) == 0 {
		return nil
	}
	fire := unique(namesOf(alerts))
	wanted = slices.DeleteFunc(slices.Sorted(slices.Values(wanted)), func(name string) bool { return !slices.Contains(fire, name) })
	postAlerts(t, alertmanager, alerts, time.Hour)
	defer postAlerts(t, alertmanager, alerts, -time.Second)
	for end := time.Now().Add(toldLimit); ; time.Sleep(5 * time.Millisecond) {
		names = unique(told(t, alertmanager))
		explained := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			return slices.Contains(ofABusyMachine, name) && !slices.Contains(wanted, name)
		})
		if time.Now().After(end) || slices.Equal(explained, wanted) {
			return names
		}
	}
}
