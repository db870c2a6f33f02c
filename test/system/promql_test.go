package system

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/code"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// exported holds the names of the labels of each metric that can be queried.
type exported map[string][]string

// readExported reads what /metrics has and adds what Prometheus does.
func readExported(t *testing.T, metrics string) exported {
	t.Helper()
	textParser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := textParser.TextToMetricFamilies(strings.NewReader(metrics))
	require.NoError(t, err)
	e := exported{
		"up": {"instance", "job"},
		// of kube-state-metrics, where there is one
		"kube_deployment_spec_replicas":             {"instance", "job", "namespace", "deployment"},
		"kube_deployment_status_replicas_available": {"instance", "job", "namespace", "deployment"},
	}
	e.addDocumented(t)
	for name, family := range families {
		names := []string{name}
		if family.GetType() == dto.MetricType_HISTOGRAM {
			names = []string{name + "_bucket", name + "_sum", name + "_count"}
		}
		for _, name := range names {
			e[name] = []string{"instance", "job", "le"}
			for _, label := range family.GetMetric()[0].GetLabel() {
				e[name] = append(e[name], label.GetName())
			}
		}
	}
	return e
}

// documentedMetric is a metric of docs/design.md, section 8: a test of the gateway's holds that
// to what is registered.
var documentedMetric = regexp.MustCompile("`(?:liveness_gateway|…)(_[a-z_]+)(?:\\{([a-z,]+)\\})?`")

// addDocumented adds what a gateway without TLS, Redis or traces does not show.
func (e exported) addDocumented(t *testing.T) {
	t.Helper()
	page, err := os.ReadFile(checkout + "/docs/design.md")
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(page), "\n## 8. ")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, found := range documentedMetric.FindAllStringSubmatch(section, -1) {
		names := []string{"liveness_gateway" + found[1]}
		if strings.HasSuffix(found[1], "_seconds") && (strings.Contains(found[1], "duration") || strings.Contains(found[1], "overhead")) {
			names = []string{names[0] + "_bucket", names[0] + "_sum", names[0] + "_count"}
		}
		for _, name := range names {
			e[name] = append([]string{"instance", "job", "le"}, strings.Split(found[2], ",")...)
		}
	}
}

// check reports what a query names that does not exist: metrics, their labels, the contract's
// words in matchers, and labels that it groups by or that what shows the answer names.
func (e exported) check(query, shown string) error {
	selectors, err := selectorsOf(query)
	if err != nil {
		return err
	}
	err = e.checkGrouping(query, selectors, shown)
	for _, selector := range selectors {
		known, ok := e[selector.Name]
		if !ok {
			err = errors.Join(err, fmt.Errorf("nobody exports %s", selector.Name))
			continue
		}
		for _, matcher := range selector.LabelMatchers {
			if matcher.Name != model.MetricNameLabel && !slices.Contains(known, matcher.Name) {
				err = errors.Join(err, fmt.Errorf("%s has no label %s", selector.Name, matcher.Name))
			}
			err = errors.Join(err, checkWords(matcher))
		}
	}
	return err
}

func selectorsOf(query string) ([]*parser.VectorSelector, error) {
	expression, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, query)
	}
	var selectors []*parser.VectorSelector
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			selectors = append(selectors, selector)
		}
		return nil
	})
	return selectors, nil
}

// checkGrouping reports labels by which a query groups, or which are shown of its answer, that
// none of its metrics has.
func (e exported) checkGrouping(query string, selectors []*parser.VectorSelector, shown string) error {
	var known []string
	for _, selector := range selectors {
		known = append(known, e[selector.Name]...)
	}
	var missing error
	for _, label := range groupedBy(query) {
		if !slices.Contains(known, label) {
			missing = errors.Join(missing, fmt.Errorf("nothing in %s has the label %s", query, label))
		}
	}
	for _, label := range legendLabel.FindAllStringSubmatch(legendOf(shown), -1) {
		if !slices.Contains(known, label[1]) {
			missing = errors.Join(missing, fmt.Errorf("%s is shown, which nothing has", label[1]))
		}
	}
	return missing
}

// legendOf returns what shows an answer as legends name labels: alerts say $labels before them.
func legendOf(shown string) string { return strings.ReplaceAll(shown, "$labels.", "") }

// groupedBy returns the labels that a query groups by or matches on.
func groupedBy(query string) []string {
	expression, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		return nil
	}
	var names []string
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.AggregateExpr:
			names = append(names, n.Grouping...)
		case *parser.BinaryExpr:
			if n.VectorMatching != nil {
				names = append(names, n.VectorMatching.MatchingLabels...)
			}
		}
		return nil
	})
	return names
}

// checkWords reports an alternative in a matcher of reasons or codes that no reason or
// code can match.
func checkWords(matcher *labels.Matcher) error {
	words := map[string][]string{
		"reason": slices.Collect(maps.Values(livenessv1.Reason_name)),
		"code":   slices.Collect(maps.Values(code.Code_name)),
	}[matcher.Name]
	if words == nil {
		return nil
	}
	for alternative := range strings.SplitSeq(matcher.Value, "|") {
		wanted, err := regexp.Compile("^(?:" + alternative + ")$")
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(words, wanted.MatchString) {
			return fmt.Errorf("no %s is %s", matcher.Name, alternative)
		}
	}
	return nil
}

func TestCheckFindsWhatNobodyExports(t *testing.T) {
	e := exported{"calls_total": {"job", "reason"}, "seconds_bucket": {"job", "le"}}
	for query, want := range map[string]string{
		`sum by (reason) (rate(calls_total{job="a", reason=~"OK|INTERNAL"}[5m]))`: "",
		`histogram_quantile(0.9, rate(seconds_bucket[5m]))`:                       "",
		`calls_total or vector(0)`:                                                "",
		`rate(call_total[5m]) or vector(0)`:                                       "nobody exports call_total",
		`calls_total / on () (seconds_count offset 1h)`:                           "nobody exports seconds_count",
		`calls_total{flow="x"}`:                                                   "calls_total has no label flow",
		`calls_total{reason="VENDOR_TIMOUT"}`:                                     "no reason is VENDOR_TIMOUT",
		`calls_total{reason=~"INTERNAL|VENDR_.*"}`:                                "no reason is VENDR_.*",
		`sum by (flow) (calls_total)`:                                             "has the label flow",
		`sum(calls_total`:                                                         `unclosed left parenthesis`,
	} {
		err := e.check(query, "")
		if want == "" {
			require.NoError(t, err, query)
		} else {
			require.ErrorContains(t, err, want, query)
		}
	}
}
