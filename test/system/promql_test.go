package system

import (
	"errors"
	"fmt"
	"maps"
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
	e := exported{"up": {"instance", "job"}}
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

// check reports what a query names that does not exist: metrics, their labels, and the
// contract's words in matchers.
func (e exported) check(query string) error {
	selectors, err := selectorsOf(query)
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
		`sum(calls_total`:                                                         `unclosed left parenthesis`,
	} {
		err := e.check(query)
		if want == "" {
			require.NoError(t, err, query)
		} else {
			require.ErrorContains(t, err, want, query)
		}
	}
}
