package main

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// Of calls, those that no caller can mend are failures; the others are what an objective is
// held to. A deadline that left no time for an attempt is its caller's too, whatever the clock.
const (
	calls    = `liveness_gateway_requests_total{` + selected + `, flow=~"$flow"`
	failures = calls + `, blame=~"operator|vendor|time|gateway", reason!="DEADLINE_TOO_SHORT"}`
	counted  = calls + `, blame!="caller", reason!="DEADLINE_TOO_SHORT"}`
)

// failed is the share of failures over a window, 0 where there are no calls.
func failed(window string) string {
	return `(sum(rate(` + failures + `[` + window + `])) / (sum(rate(` + counted + `[` + window + `])) > 0) or vector(0))`
}

// quantile is one of a histogram, by labels; 0 where there is nothing to tell.
func quantile(q, metric, matchers, by string) string {
	return `histogram_quantile(` + q + `, sum by (` + by + `, le) (rate(` + metric + `_bucket{` + matchers + `}[$__rate_interval]))) >= 0` +
		` or sum by (` + by + `) (rate(` + metric + `_count{` + matchers + `}[$__rate_interval])) * 0`
}

// service is what callers notice.
func service() *board {
	b := newBoard("liveness-gateway-service", "Liveness gateway: Service",
		"What callers notice: how many calls, how many fail and whose fault it is, how long they take, what is left of the objective.")
	b.builder.WithVariable(choice("flow", "Flow", `label_values(liveness_gateway_requests_total{`+selected+`}, flow)`)).
		WithVariable(dashboard.NewCustomVariableBuilder("slo").Label("Objective").Values(dashboard.StringOrMap{String: new("0.999,0.9995")}).
			Current(dashboard.VariableOption{Text: dashboard.StringOrArrayOfString{String: new("0.999")}, Value: dashboard.StringOrArrayOfString{String: new("0.999")}}))

	b.row("Now")
	b.stat(panel{
		title: "Calls", description: "Calls that ended in a second.", unit: "reqps", width: 4,
		queries: []query{{`sum(rate(` + calls + `}[$__rate_interval]))`, ""}},
	}, thresholds("text"))
	b.stat(panel{
		title: "Failed", description: "Share of calls that failed for no fault of their callers.", unit: "percentunit", width: 4,
		queries: []query{{failed("$__rate_interval"), ""}},
	}, thresholds("green", step{0.001, "orange"}, step{0.01, "red"}))
	b.stat(panel{
		title: "Budget left", description: "Share of the failures that the objective allows in 30 days and that have not happened. Below 0 the objective is missed; less than -100 % is not shown.", unit: "percentunit", width: 4,
		queries: []query{{`clamp_min(1 - ` + failed("30d") + ` / (1 - $slo), -1)`, ""}},
	}, thresholds("red", step{0, "orange"}, step{0.25, "green"}))
	b.stat(panel{
		title: "Refused to callers", description: "Share of calls that ended for what their callers got wrong, or for their quota.", unit: "percentunit", width: 4,
		queries: []query{{`sum(rate(` + calls + `, blame="caller"}[$__rate_interval])) / (sum(rate(` + calls + `}[$__rate_interval])) > 0) or vector(0)`, ""}},
	}, thresholds("green", step{0.05, "orange"}))
	b.stat(panel{
		title: "One in a hundred takes", description: "99th percentile of the time from a call's arrival to its answer.", unit: "s", width: 4,
		queries: []query{{`max(` + quantile("0.99", "liveness_gateway_request_duration_seconds", selected+`, flow=~"$flow"`, "job") + `)`, ""}},
	}, thresholds("green", step{3, "orange"}, step{5, "red"}))
	b.stat(panel{
		title: "Fewest targets left", description: "Of any route: targets that nothing is held against. With one left nothing can take its calls over, with none they fail.", unit: "none", width: 4,
		queries: []query{{`min(liveness_gateway_route_targets_available{` + selected + `, flow=~"$flow"})`, ""}},
	}, thresholds("red", step{1, "orange"}, step{2, "green"}))

	b.row("Calls")
	b.lines(panel{
		title: "Calls by whose it is", description: "none issued a token; of the others, who can mend it.", unit: "reqps", width: 12,
		queries: []query{{`sum by (blame) (rate(` + calls + `}[$__rate_interval]))`, "{{blame}}"}},
	}, true)
	b.lines(panel{
		title: "Failed calls by reason", description: "Those that no caller can mend. A click on a series leads to what docs/errors.md says of its reason.", unit: "reqps", width: 12, links: toReason(),
		queries: []query{{`sum by (reason) (rate(` + failures + `[$__rate_interval]))`, "{{reason}}"}},
	}, true)
	b.lines(panel{
		title: "How long calls take", description: "Time from arrival to answer.", unit: "s", width: 8,
		queries: []query{
			{quantile("0.5", "liveness_gateway_request_duration_seconds", selected+`, flow=~"$flow", code="OK"`, "flow"), "{{flow}} half"},
			{quantile("0.99", "liveness_gateway_request_duration_seconds", selected+`, flow=~"$flow", code="OK"`, "flow"), "{{flow}} 99 %"},
		},
	}, false)
	b.lines(panel{
		title: "What the gateway adds", description: "A call's time without its message's arrival, attempts, backoffs and waiting for a slot: 99th percentile.", unit: "s", width: 8,
		queries: []query{{quantile("0.99", "liveness_gateway_overhead_seconds", selected+`, flow=~"$flow"`, "flow"), "{{flow}}"}},
	}, false)
	b.lines(panel{
		title: "Calls by transport and code", description: "gRPC's codes; over REST the code that the HTTP status stands for.", unit: "reqps", width: 8,
		queries: []query{{`sum by (transport, code) (rate(` + calls + `}[$__rate_interval]))`, "{{transport}} {{code}}"}},
	}, true)

	b.row("Objective")
	b.lines(panel{
		title: "How fast the budget burns", description: "1 spends in 30 days what the objective allows in 30 days. Alerts page at 14.4 and 6, and file a ticket at 1.", unit: "short", width: 12,
		queries: []query{{failed("5m") + ` / (1 - $slo)`, "5 min"}, {failed("1h") + ` / (1 - $slo)`, "1 h"}, {failed("6h") + ` / (1 - $slo)`, "6 h"}},
	}, false)
	b.lines(panel{
		title: "Failed calls by scenario", description: "Share of a scenario's calls that failed for no fault of their callers; _default is a flow's default route.", unit: "percentunit", width: 12,
		queries: []query{{`sum by (flow, scenario) (rate(liveness_gateway_scenario_requests_total{` + selected + `, flow=~"$flow", blame=~"operator|vendor|time|gateway"}[$__rate_interval]))` +
			` / (sum by (flow, scenario) (rate(liveness_gateway_scenario_requests_total{` + selected + `, flow=~"$flow"}[$__rate_interval])) > 0)` +
			` or sum by (flow, scenario) (rate(liveness_gateway_scenario_requests_total{` + selected + `, flow=~"$flow"}[$__rate_interval])) * 0`, "{{flow}} {{scenario}}"}},
	}, false)

	b.row("Callers and scenarios")
	b.lines(panel{
		title: "Calls by caller", description: "unauthenticated are calls without a caller.", unit: "reqps", width: 8,
		queries: []query{{`sum by (caller) (rate(liveness_gateway_caller_requests_total{` + selected + `}[$__rate_interval]))`, "{{caller}}"}},
	}, true)
	b.lines(panel{
		title: "What callers are refused", description: "By caller and reason, of what they can mend themselves. A click leads to what docs/errors.md says.", unit: "reqps", width: 8, links: toReason(),
		queries: []query{{`topk(10, sum by (caller, reason) (rate(liveness_gateway_caller_requests_total{` + selected + `, blame=~"none|caller", reason!="OK"}[$__rate_interval]))) or vector(0)`, "{{caller}} {{reason}}"}},
	}, false)
	b.lines(panel{
		title: "Calls by scenario", description: "By flow and scenario; _default is a flow's default route, _unknown what no route has.", unit: "reqps", width: 8,
		queries: []query{{`sum by (flow, scenario) (rate(liveness_gateway_scenario_requests_total{` + selected + `, flow=~"$flow"}[$__rate_interval]))`, "{{flow}} {{scenario}}"}},
	}, true)
	b.lines(panel{
		title: "Targets left", description: "Targets of each route that nothing is held against: breaker closed, a usable credential, in service.", unit: "none", width: 12,
		queries: []query{{`min by (flow, scenario) (liveness_gateway_route_targets_available{` + selected + `, flow=~"$flow"})`, "{{flow}} {{scenario}}"}},
	}, false)
	b.lines(panel{
		title: "Idempotency keys", description: "Calls with a key, by what became of them.", unit: "reqps", width: 12,
		queries: []query{{`sum by (outcome) (rate(liveness_gateway_idempotency_total{` + selected + `}[$__rate_interval]))`, "{{outcome}}"}},
	}, true)
	return b
}
