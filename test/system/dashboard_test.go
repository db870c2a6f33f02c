package system

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
)

// dashboard is what the tests read of Grafana's format.
type dashboard struct {
	UID        string
	Title      string
	ID         *int
	Templating struct{ List []variable }
	Panels     []panel
}

type variable struct {
	Name, Label, Type string
	Datasource        *datasource
	Definition        string
}

type panel struct {
	ID                       int
	Type, Title, Description string
	Repeat                   string
	Datasource               *datasource
	GridPos                  struct{ X, Y, W, H int }
	FieldConfig              struct{ Defaults struct{ Unit string } }
	Targets                  []target
}

type target struct {
	RefID, Expr, LegendFormat string
	Datasource                *datasource
}

type datasource struct{ Type, UID string }

var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

func readDashboard(t *testing.T) dashboard {
	t.Helper()
	text, err := os.ReadFile(deploy + "/grafana/liveness-gateway.json")
	require.NoError(t, err)
	var d dashboard
	require.NoError(t, json.Unmarshal(text, &d))
	return d
}

func TestDashboardIsWholeAndPortable(t *testing.T) {
	d := readDashboard(t)
	require.Nil(t, d.ID, "the id is one installation's own")
	require.NotEmpty(t, d.UID)
	require.NotEmpty(t, d.Title)
	chosen := &datasource{"prometheus", "${datasource}"}
	known := []string{"__rate_interval"}
	for _, v := range d.Templating.List {
		require.NotEmpty(t, v.Label, v.Name)
		known = append(known, v.Name)
		if v.Type == "query" {
			require.Equal(t, chosen, v.Datasource, v.Name)
		}
	}
	ids, cells := map[int]string{}, map[[2]int]string{}
	for i := range d.Panels {
		p := &d.Panels[i]
		require.NotEmpty(t, p.Title)
		require.Empty(t, ids[p.ID], "the id of %s is another panel's", p.Title)
		ids[p.ID] = p.Title
		p.requirePlace(t, cells)
		if p.Type == "row" {
			continue
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

// Every query of the dashboard, and every selector in it, has data when the gateway has
// traffic.
func TestDashboardShowsTraffic(t *testing.T) {
	gateway := startSandbox(t)
	server := startPrometheus(t, scraping(t, gateway.admin))
	gateway.makeTraffic(t)
	exports := readExported(t, get(t, "http://"+gateway.admin+"/metrics"))

	d := readDashboard(t)
	values := []string{"$__rate_interval", "1m"}
	expand := func(query string) string { return strings.NewReplacer(values...).Replace(query) }
	for _, v := range d.Templating.List {
		if v.Type != "query" {
			continue
		}
		question := labelValues.FindStringSubmatch(v.Definition)
		require.NotNil(t, question, "%s is not label_values(selector, label)", v.Name)
		selector := expand(question[1])
		require.NoError(t, exports.check(selector), v.Name)
		all := "(" + strings.Join(server.awaitLabel(t, question[2], selector), "|") + ")"
		values = append(values, "$"+v.Name, all)
	}
	for i := range d.Panels {
		p := &d.Panels[i]
		for _, target := range p.Targets {
			t.Run(p.Title+"/"+target.RefID, func(t *testing.T) {
				query := expand(target.Expr)
				require.NoError(t, exports.check(query))
				selectors, err := selectorsOf(query)
				require.NoError(t, err)
				for _, selector := range selectors {
					server.await(t, selector.String())
				}
				requireLegend(t, target.LegendFormat, server.await(t, query))
			})
		}
	}
}

// requireLegend reports labels of the legend that the answer lacks.
func requireLegend(t *testing.T, legend string, answer model.Vector) {
	t.Helper()
	for _, label := range regexp.MustCompile(`{{(\w+)}}`).FindAllStringSubmatch(legend, -1) {
		for _, sample := range answer {
			require.NotEmpty(t, sample.Metric[model.LabelName(label[1])], "the legend has %s, the query does not", label[1])
		}
	}
}
