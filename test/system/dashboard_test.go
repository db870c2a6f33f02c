package system

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
)

// dashboard is what the tests read of Grafana's format.
type dashboard struct {
	UID        string
	Title      string
	ID         *int
	Templating struct{ List []variable }
	// Annotations and panels have queries.
	Annotations struct{ List []annotation }
	Panels      []panel
}

type variable struct {
	Name, Label, Type string
	Datasource        *datasource
	Definition        string
	Multi             bool
	Query             json.RawMessage
}

type annotation struct {
	Name, Expr, TitleFormat string
	Datasource              *datasource
}

type panel struct {
	ID                       int
	Type, Title, Description string
	Datasource               *datasource
	GridPos                  struct{ X, Y, W, H int }
	FieldConfig              struct {
		Defaults struct {
			Unit  string
			Links []struct{ URL string }
		}
	}
	Targets []target
}

type target struct {
	RefID, Expr, LegendFormat string
	Datasource                *datasource
}

type datasource struct{ Type, UID string }

var (
	labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)
	alertName   = regexp.MustCompile(`LivenessGateway\w+`)
	legendLabel = regexp.MustCompile(`{{\s*(\w+)\s*}}`)
)

// dashboardNames are those of the files in deploy/grafana.
var dashboardNames = []string{"service", "vendors", "fleet"}

func readDashboard(t *testing.T, name string) dashboard {
	t.Helper()
	text, err := os.ReadFile(deploy + "/grafana/liveness-gateway-" + name + ".json")
	require.NoError(t, err)
	var d dashboard
	require.NoError(t, json.Unmarshal(text, &d))
	return d
}

func TestDashboardsAreWholeAndPortable(t *testing.T) {
	reasons, links := 0, 0
	for _, name := range dashboardNames {
		t.Run(name, func(t *testing.T) {
			d := readDashboard(t, name)
			require.Nil(t, d.ID, "the id is one installation's own")
			require.Equal(t, "liveness-gateway-"+name, d.UID)
			require.NotEmpty(t, d.Title)
			known := []string{"__rate_interval", "__interval", "datasource"}
			for _, v := range d.Templating.List {
				known = append(known, v.Name)
				require.NotEmpty(t, v.Label, v.Name)
				if v.Type == "query" {
					require.Equal(t, chosen, v.Datasource, v.Name)
					require.Regexp(t, labelValues, v.Definition)
				}
			}
			requireAnnotations(t, d.Annotations.List)
			ids, cells := map[int]string{}, map[[2]int]string{}
			for i := range d.Panels {
				p := &d.Panels[i]
				require.Empty(t, ids[p.ID], "the id of %s is another panel's", p.Title)
				ids[p.ID] = p.Title
				p.requirePlace(t, cells)
				p.requireWhole(t, known)
				for _, link := range p.FieldConfig.Defaults.Links {
					links++
					if strings.Contains(link.URL, "errors.md#${__field.labels.reason}") {
						reasons++
					}
				}
			}
		})
	}
	require.Positive(t, reasons, "no link from a reason to docs/errors.md")
	require.Greater(t, links, reasons, "no link from an account to its page")
}

// chosen is the data source that the reader picks.
var chosen = &datasource{"prometheus", "${datasource}"}

func requireAnnotations(t *testing.T, list []annotation) {
	t.Helper()
	var names []string
	for _, a := range list {
		names = append(names, a.Name)
		require.Equal(t, chosen, a.Datasource, a.Name)
	}
	require.Equal(t, []string{"Reloads", "Breaker openings", "Deploys"}, names)
}

// requireWhole checks that a panel says what it shows, and asks by variables that there are.
func (p *panel) requireWhole(t *testing.T, known []string) {
	t.Helper()
	require.NotEmpty(t, p.Title)
	if p.Type == "row" {
		return
	}
	require.NotEmpty(t, p.Description, p.Title)
	require.NotEmpty(t, p.FieldConfig.Defaults.Unit, p.Title)
	require.Equal(t, chosen, p.Datasource, p.Title)
	require.NotEmpty(t, p.Targets, p.Title)
	for _, target := range p.Targets {
		require.Equal(t, chosen, target.Datasource, p.Title)
		for _, name := range regexp.MustCompile(`\$(\w+)`).FindAllStringSubmatch(target.Expr, -1) {
			require.Contains(t, known, name[1], p.Title)
		}
	}
}

// requirePlace takes the panel's cells of Grafana's grid of 24 columns.
func (p *panel) requirePlace(t *testing.T, cells map[[2]int]string) {
	t.Helper()
	require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, 24, p.Title)
	for x := range p.GridPos.W {
		for y := range p.GridPos.H {
			cell := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
			require.Empty(t, cells[cell], "%s overlaps another panel", p.Title)
			cells[cell] = p.Title
		}
	}
}

// Every panel shows something, and names what there is, while there is traffic, and also when
// nothing has happened yet: a dashboard is looked at after a restart, and in an outage.
func TestDashboardsShowTraffic(t *testing.T) {
	for title, traffic := range map[string]bool{"traffic": true, "after a restart": false} {
		t.Run(title, func(t *testing.T) {
			gateway := startSandbox(t)
			server := startPrometheus(t, scraping(t, gateway.admin))
			if traffic {
				gateway.makeTraffic(t)
			}
			exports := readExported(t, get(t, "http://"+gateway.admin+"/metrics"))
			server.await(t, `rate(liveness_gateway_requests_total{job="liveness-gateway"}[10s]) >= 0`)
			for _, name := range dashboardNames {
				d := readDashboard(t, name)
				expand := d.expander(t, server, exports)
				for i := range d.Panels {
					for _, target := range d.Panels[i].Targets {
						query := expand(target.Expr)
						require.NoError(t, exports.check(query, target.LegendFormat), d.Panels[i].Title)
						answer := server.await(t, query)
						if traffic {
							requireLegend(t, target.LegendFormat, answer)
						}
					}
				}
				for _, a := range d.Annotations.List {
					query := expand(a.Expr)
					require.NoError(t, exports.check(query, a.TitleFormat), a.Name)
					_, _, _, err := server.Query(t.Context(), query, time.Now())
					require.NoError(t, err, a.Name)
				}
			}
		})
	}
}

// expander returns what puts values into a query as Grafana does, all of each variable, or the
// first where one at a time is chosen.
func (d *dashboard) expander(t *testing.T, server prometheus, exports exported) func(string) string {
	t.Helper()
	values := []string{"$__rate_interval", "10s", "$__interval", "10s"}
	expand := func(query string) string { return strings.NewReplacer(values...).Replace(query) }
	for _, v := range d.Templating.List {
		switch v.Type {
		case "query":
			question := labelValues.FindStringSubmatch(v.Definition)
			selector := expand(question[1])
			require.NoError(t, exports.check(selector, "{{"+question[2]+"}}"), v.Name)
			found := server.awaitLabel(t, question[2], selector)
			if !v.Multi {
				found = found[:1]
			}
			values = append(values, "$"+v.Name, strings.Join(found, "|"))
		case "custom":
			first, _, _ := strings.Cut(string(v.Query), ",")
			values = append(values, "$"+v.Name, strings.Trim(first, `"`))
		}
	}
	return expand
}

// requireLegend reports labels of the legend that the answer lacks. A 0 that stands in for what
// there is none of has no label at all.
func requireLegend(t *testing.T, legend string, answer model.Vector) {
	t.Helper()
	for _, label := range legendLabel.FindAllStringSubmatch(legend, -1) {
		for _, sample := range answer {
			if len(sample.Metric) > 0 {
				require.NotEmpty(t, sample.Metric[model.LabelName(label[1])], "the legend has %s, the query does not", label[1])
			}
		}
	}
}
