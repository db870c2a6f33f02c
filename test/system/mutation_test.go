package system

import (
	"maps"
	"slices"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
)

// shownQuery is a query with what shows its answer.
type shownQuery struct{ where, query, shown string }

// Whatever metric or label is renamed or dropped that a panel, an annotation, a variable or an
// alert asks for, the check of what is exported notices.
func TestEveryRenamedMetricOrLabelIsNoticed(t *testing.T) {
	gateway := startSandbox(t)
	server := startPrometheus(t, scraping(t, gateway.admin))
	exports := readExported(t, get(t, "http://"+gateway.admin+"/metrics"))
	mutants, noticed := 0, 0
	for _, q := range allQueries(t, server, exports) {
		require.NoError(t, exports.check(q.query, q.shown), q.where)
		for _, mutant := range mutantsOf(t, exports, q) {
			mutants++
			if mutant.exports.check(q.query, q.shown) != nil {
				noticed++
			} else {
				t.Errorf("%s: nobody notices that %s is gone", q.where, mutant.gone)
			}
		}
	}
	t.Logf("%d of %d mutants were noticed", noticed, mutants)
	require.Greater(t, mutants, 500)
}

// allQueries are those of the dashboards and the alerts.
func allQueries(t *testing.T, server prometheus, exports exported) []shownQuery {
	t.Helper()
	var all []shownQuery
	for _, name := range dashboardNames {
		d := readDashboard(t, name)
		expand := d.expander(t, server, exports)
		for i := range d.Panels {
			for _, target := range d.Panels[i].Targets {
				all = append(all, shownQuery{d.Title + ": " + d.Panels[i].Title, expand(target.Expr), target.LegendFormat})
			}
		}
		for _, a := range d.Annotations.List {
			all = append(all, shownQuery{d.Title + ": " + a.Name, expand(a.Expr), a.TitleFormat})
		}
	}
	for _, alert := range readAlerts(t) {
		all = append(all, shownQuery{alert.Alert, alert.Expr, alert.Annotations["summary"] + alert.Annotations["description"]})
	}
	return all
}

// mutant is what is exported without a metric or one of its labels.
type mutant struct {
	gone    string
	exports exported
}

// mutantsOf returns one for each metric that the query names, and one for each label that it
// needs of any: a label that several metrics have goes from all of them.
func mutantsOf(t *testing.T, exports exported, q shownQuery) []mutant {
	t.Helper()
	selectors, err := selectorsOf(q.query)
	require.NoError(t, err)
	var all []mutant
	for _, selector := range selectors {
		without := maps.Clone(exports)
		delete(without, selector.Name)
		all = append(all, mutant{selector.Name, without})
		for _, matcher := range selector.LabelMatchers {
			if matcher.Name != model.MetricNameLabel {
				all = append(all, exports.without(matcher.Name, selector.Name))
			}
		}
	}
	needed := groupedBy(q.query)
	for _, label := range legendLabel.FindAllStringSubmatch(legendOf(q.shown), -1) {
		needed = append(needed, label[1])
	}
	for _, label := range needed {
		all = append(all, exports.without(label, slices.Collect(maps.Keys(exports))...))
	}
	return all
}

// without returns what is exported if the metrics had not that label.
func (e exported) without(label string, metrics ...string) mutant {
	less := maps.Clone(e)
	for _, name := range metrics {
		less[name] = slices.DeleteFunc(slices.Clone(less[name]), func(l string) bool { return l == label })
	}
	return mutant{label, less}
}
