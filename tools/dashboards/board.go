package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// page is where the documents are that panels link to.
const page = "https://github.com/liveness-gateway/gateway/blob/main/docs/"

// selected is what every selector of the dashboards begins with.
const selected = `job=~"$job"`

// source is the data source that the reader picks.
func source() common.DataSourceRef {
	return common.DataSourceRef{Type: new("prometheus"), Uid: new("${datasource}")}
}

// board is a dashboard that is being made.
type board struct {
	builder *dashboard.DashboardBuilder //nolint:staticcheck // see built
	id      uint32
}

// newBoard returns an empty dashboard with what all of them have.
func newBoard(uid, title, description string) *board {
	b := &board{builder: dashboard.NewDashboardBuilder(title)} //nolint:staticcheck // see built
	b.builder.Uid(uid).Description(description).Tags([]string{"liveness-gateway"}).
		Readonly().Tooltip(dashboard.DashboardCursorSyncCrosshair).Refresh("30s").Time("now-1h", "now").Timezone("browser").
		WithVariable(dashboard.NewDatasourceVariableBuilder("datasource").Label("Data source").Type("prometheus")).
		WithVariable(choice("job", "Job", "label_values(liveness_gateway_build_info, job)"))
	b.builder.Link(dashboard.NewDashboardLinkBuilder("Liveness gateway").Type(dashboard.DashboardLinkTypeDashboards).
		Tags([]string{"liveness-gateway"}).AsDropdown(false).IncludeVars(true).KeepTime(true))
	b.builder.Link(dashboard.NewDashboardLinkBuilder("Runbook").Type(dashboard.DashboardLinkTypeLink).Icon("doc").
		Url(page + "runbook.md").TargetBlank(true))
	for _, a := range []struct{ name, color, expr, title string }{
		{"Reloads", "blue", `changes(liveness_gateway_config_last_reload_success_timestamp_seconds{` + selected + `}[$__interval]) > 0`, "{{instance}}: a configuration is in use"},
		{"Breaker openings", "red", `liveness_gateway_vendor_breaker_state{` + selected + `} == 2 unless (liveness_gateway_vendor_breaker_state{` + selected + `} offset $__interval) == 2`, "{{account}}/{{product}}: breaker open"},
		{"Deploys", "purple", `changes(process_start_time_seconds{` + selected + `}[$__interval]) > 0 or (liveness_gateway_build_info{` + selected + `} unless liveness_gateway_build_info{` + selected + `} offset $__interval)`, "{{instance}} {{version}} started"},
	} {
		b.builder.Annotation(dashboard.NewAnnotationQueryBuilder().Name(a.name).Datasource(source()).Enable(true).
			IconColor(a.color).Expr(a.expr).TitleFormat(a.title).Step("60s"))
	}
	return b
}

// choice is a variable whose values come from a query; all of them are chosen at first.
func choice(name, label, query string) *dashboard.QueryVariableBuilder {
	return dashboard.NewQueryVariableBuilder(name).Label(label).Datasource(source()).Definition(query).
		Query(dashboard.StringOrMap{Map: map[string]any{"query": query, "refId": name}}).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortAlphabeticalAsc).
		Multi(true).IncludeAll(true).AllValue(".+").Current(allOfThem())
}

// oneOf is a variable with a value at a time.
func oneOf(name, label, query string) *dashboard.QueryVariableBuilder {
	return dashboard.NewQueryVariableBuilder(name).Label(label).Datasource(source()).Definition(query).
		Query(dashboard.StringOrMap{Map: map[string]any{"query": query, "refId": name}}).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortAlphabeticalAsc).Multi(false)
}

func allOfThem() dashboard.VariableOption {
	return dashboard.VariableOption{
		Text: dashboard.StringOrArrayOfString{ArrayOfString: []string{"All"}}, Value: dashboard.StringOrArrayOfString{ArrayOfString: []string{"$__all"}},
	}
}

// row begins a row.
func (b *board) row(title string) { b.builder.WithRow(dashboard.NewRowBuilder(title).Id(b.next())) }

// next is the id of the next panel.
func (b *board) next() uint32 {
	b.id++
	return b.id
}

// built is a dashboard of the schema that Grafana provisions from files.
type built = dashboard.Dashboard //nolint:staticcheck // see built

func (b *board) build() (built, error) { return b.builder.Build() }

// query is one of a panel's, with what its series are called.
type query struct{ expr, legend string }

// dataquery makes a query of a range, or of this moment.
func (q query) dataquery(ref int, instant bool) *prometheus.DataqueryBuilder {
	d := prometheus.NewDataqueryBuilder().Datasource(source()).EditorMode(prometheus.QueryEditorModeCode).
		Expr(q.expr).LegendFormat(q.legend).RefId(string(rune('A' + ref)))
	if instant {
		return d.Instant()
	}
	return d.Range()
}

// toReason links a reason, or a code, to what docs/errors.md says of it.
func toReason() []cog.Builder[dashboard.DashboardLink] {
	return []cog.Builder[dashboard.DashboardLink]{
		dashboard.NewDashboardLinkBuilder("What ${__field.labels.reason} means").Type(dashboard.DashboardLinkTypeLink).
			Url(page + "errors.md#${__field.labels.reason}").TargetBlank(true),
	}
}

// toAccount links an account to what is known of it.
func toAccount() []cog.Builder[dashboard.DashboardLink] {
	return []cog.Builder[dashboard.DashboardLink]{
		dashboard.NewDashboardLinkBuilder("${__field.labels.account} alone").Type(dashboard.DashboardLinkTypeLink).
			Url("/d/liveness-gateway-vendors?var-provider=${__field.labels.provider}&var-account=${__field.labels.account}&${__url_time_range}"),
	}
}
