package route

import (
	"fmt"
	"testing"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// hundredRoutes returns a router over 100 routes of three targets each, and a query
// for one of them that all targets but one can serve.
func hundredRoutes() (*Table, *Query) {
	var routes []Route
	for i := range 100 {
		routes = append(routes, Route{
			Flow: providers.FlowAppSDK, Scenario: fmt.Sprintf("scenario-%d", i), Weighted: true,
			Targets: []Target{
				target("a", of(&page), weighing(60)), target("b", of(&page), weighing(40)), target("c", in("sgp"), weighing(10)),
			},
		})
	}
	q := query()
	q.Scenario, q.Regions = "scenario-77", []string{"cn"}
	q.Request = &providers.Request{SubjectID: sensitive.New("user-1")}
	card(goodNumber)(q.Request)
	return NewTable(routes), q
}

func BenchmarkPlan(b *testing.B) {
	r, q := hundredRoutes()
	b.ReportAllocs()
	for b.Loop() {
		if _, failure := r.Plan(q); failure != nil {
			b.Fatal(failure)
		}
	}
}

// A decision among a hundred routes costs little enough to make on every call.
func TestPlanAllocations(t *testing.T) {
	r, q := hundredRoutes()
	allocations := testing.AllocsPerRun(100, func() { _, _ = r.Plan(q) })
	if allocations > 2 {
		t.Errorf("%.0f allocations a decision, want at most 2", allocations)
	}
}
