package plan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"google.golang.org/genproto/googleapis/rpc/code"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// plannedFailure is what a caller would get.
type plannedFailure struct {
	Reason     providers.Reason       `json:"reason"`
	Code       string                 `json:"code"`
	HTTPStatus int                    `json:"http_status"`
	Message    string                 `json:"message,omitempty"`
	Violations []route.FieldViolation `json:"violations,omitempty"`
}

func failureOf(err *providers.Error) *plannedFailure {
	if err == nil {
		return nil
	}
	c, httpStatus, _ := call.StatusFor(err)
	return &plannedFailure{err.Reason, code.Code(c).String(), httpStatus, err.Message, route.Explained(err.Violations)}
}

// Plan is how a request would be routed, and what a caller would get if it cannot be.
type Plan struct {
	*route.Explanation
	Failure *plannedFailure `json:"failure"`
}

func printPlan(output io.Writer, e *route.Explanation, asJSON bool) error {
	failure := failureOf(e.Failure)
	if asJSON {
		encoder := json.NewEncoder(output)
		encoder.SetIndent("", "  ")
		return encoder.Encode(Plan{e, failure})
	}
	table := tabwriter.NewWriter(output, 0, 0, 2, ' ', 0)
	p := planPrinter{table}
	if e.Route != nil {
		p.route(e)
	}
	if e.Route != nil && failure != nil {
		p.line("")
	}
	if failure != nil {
		p.failure(failure)
	}
	return table.Flush()
}

// planPrinter prints to a buffer; errors show when it is flushed.
type planPrinter struct{ io.Writer }

func (p planPrinter) line(format string, values ...any) {
	_, _ = fmt.Fprintf(p, format+"\n", values...)
}

// orderings say what an order comes from.
var orderings = map[string]string{
	"position":        "in the order of the configuration",
	"subject_id":      "by weight; the subject_id always gives this order while the weights stand",
	"idempotency_key": "by weight; the idempotency_key always gives this order while the weights stand",
	"random":          "by weight, in an order of each call's own: it has neither a subject_id nor an idempotency_key",
}

func (p planPrinter) route(e *route.Explanation) {
	p.line("Route\n  flow\t%s", e.Route.Flow)
	if e.Route.Scenario != "" {
		p.line("  scenario\t%s", e.Route.Scenario)
	}
	if len(e.Route.Callers) > 0 {
		p.line("  callers\t%s", strings.Join(e.Route.Callers, " "))
	}
	p.line("  attempts\tat most %d", e.Route.MaxAttempts)
	if len(e.Targets) > 0 {
		p.line("\nTried %s", orderings[e.OrderedBy])
	}
	for i := range e.Targets {
		p.target(strconv.Itoa(i+1)+".", &e.Targets[i])
	}
	if len(e.NotEligible) > 0 {
		p.line("\nNot tried")
	}
	for i := range e.NotEligible {
		p.target("-", &e.NotEligible[i])
	}
}

// target prints a target after a mark, with its place in the route, because two targets may differ
// only in the values of their parameters.
func (p planPrinter) target(mark string, t *route.ExplainedTarget) {
	facts := []string{fmt.Sprintf("%s (target %d)", t.Product, t.Position)}
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, name+" "+value)
		}
	}
	add("region", t.Region)
	if t.Weight > 0 {
		add("weight", fmt.Sprint(t.Weight))
	}
	if t.Share > 0 {
		add("share", fmt.Sprintf("%.4g%%", 100*t.Share))
	}
	add("parameters", strings.Join(t.Parameters, " "))
	if t.WithoutComparison {
		facts = append(facts, "without the comparison")
	}
	p.line("  %s %s\t%s", mark, t.Account, strings.Join(facts, ", "))
	for _, v := range t.Violations {
		p.line("    %s\t%s", v.Field, v.Description)
	}
	if t.OutOfService != "" {
		p.line("    out of service\t%q", t.OutOfService)
	}
}

func (p planPrinter) failure(f *plannedFailure) {
	p.line("A caller gets\n  reason\t%s\n  gRPC\t%s\n  HTTP\t%d", f.Reason, f.Code, f.HTTPStatus)
	if f.Message != "" {
		p.line("  because\t%s", f.Message)
	}
	for _, v := range f.Violations {
		p.line("  %s\t%s", cmp.Or(string(v.Field), "request"), v.Description)
	}
}
