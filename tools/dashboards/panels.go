package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// panel is what all kinds of panels have.
type panel struct {
	title, description, unit string
	width                    uint32
	links                    []cog.Builder[dashboard.DashboardLink]
	queries                  []query
}

// step is a threshold: from this value on that colour.
type step struct {
	from  float64
	color string
}

// thresholds begins with the colour below all steps.
func thresholds(lowest string, steps ...step) *dashboard.ThresholdsConfigBuilder {
	all := []dashboard.Threshold{{Color: lowest}}
	for i := range steps {
		all = append(all, dashboard.Threshold{Color: steps[i].color, Value: &steps[i].from})
	}
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(all)
}

// words maps values to what they mean and a colour.
func words(of map[string][2]string) []dashboard.ValueMapping {
	options := make(map[string]dashboard.ValueMappingResult, len(of))
	for value, w := range of {
		options[value] = dashboard.ValueMappingResult{Text: new(w[0]), Color: new(w[1])}
	}
	return []dashboard.ValueMapping{{ValueMap: &dashboard.ValueMap{Type: "value", Options: options}}}
}

func lastValue() *common.ReduceDataOptionsBuilder {
	return common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}).Values(false).Fields("")
}

// stat adds one number.
func (b *board) stat(p panel, t *dashboard.ThresholdsConfigBuilder, mappings ...dashboard.ValueMapping) {
	s := stat.NewPanelBuilder().Id(b.next()).Title(p.title).Description(p.description).Datasource(source()).Unit(p.unit).
		Span(p.width).Height(4).Thresholds(t).Mappings(mappings).ReduceOptions(lastValue()).
		ColorMode(common.BigValueColorModeValue).GraphMode(common.BigValueGraphModeNone).TextMode(common.BigValueTextModeAuto).DataLinks(p.links)
	for i, q := range p.queries {
		s.WithTarget(q.dataquery(i, true))
	}
	b.builder.WithPanel(s)
}

// lines adds series over time, from 0; stacked ones are parts of a whole.
func (b *board) lines(p panel, stacked bool) {
	s := timeseries.NewPanelBuilder().Id(b.next()).Title(p.title).Description(p.description).Datasource(source()).Unit(p.unit).
		Span(p.width).Height(8).Min(0).DataLinks(p.links).LineWidth(1).ShowPoints(common.VisibilityModeNever).
		Legend(common.NewVizLegendOptionsBuilder().DisplayMode(common.LegendDisplayModeTable).Placement(common.LegendPlacementBottom).
			ShowLegend(true).Calcs([]string{"mean", "max"})).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending))
	if stacked {
		s.FillOpacity(40).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A"))
	} else {
		s.FillOpacity(5)
	}
	for i, q := range p.queries {
		s.WithTarget(q.dataquery(i, false).Exemplar(p.unit == "s"))
	}
	b.builder.WithPanel(s)
}

// states adds states over time.
func (b *board) states(p panel, mappings []dashboard.ValueMapping) {
	s := statetimeline.NewPanelBuilder().Id(b.next()).Title(p.title).Description(p.description).Datasource(source()).Unit(p.unit).
		Span(p.width).Height(8).Mappings(mappings).MergeValues(true).ShowValue(common.VisibilityModeNever).RowHeight(0.8).FillOpacity(80).DataLinks(p.links).
		Thresholds(thresholds("green", step{1, "yellow"}, step{2, "red"})).
		Legend(common.NewVizLegendOptionsBuilder().DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).ShowLegend(true).Calcs([]string{}))
	for i, q := range p.queries {
		s.WithTarget(q.dataquery(i, false))
	}
	b.builder.WithPanel(s)
}

// heat adds a heat map of a histogram's classic buckets.
func (b *board) heat(p panel) {
	s := heatmap.NewPanelBuilder().Id(b.next()).Title(p.title).Description(p.description).Datasource(source()).Unit("short").
		Span(p.width).Height(8).Calculate(false).CellGap(1).
		Color(heatmap.NewHeatmapColorOptionsBuilder().Mode(heatmap.HeatmapColorModeScheme).Scheme("Turbo").Steps(64).Exponent(0.5).Fill("dark-orange").Reverse(false)).
		YAxis(heatmap.NewYAxisConfigBuilder().Unit(p.unit).AxisPlacement(common.AxisPlacementLeft)).
		FilterValues(heatmap.NewFilterValueRangeBuilder().Le(1e-9))
	for i, q := range p.queries {
		s.WithTarget(q.dataquery(i, false).Format(prometheus.PromQueryFormatHeatmap))
	}
	b.builder.WithPanel(s)
}

// bars adds how full things are, from 0 to 1.
func (b *board) bars(p panel) {
	s := bargauge.NewPanelBuilder().Id(b.next()).Title(p.title).Description(p.description).Datasource(source()).Unit("percentunit").
		Span(p.width).Height(8).Min(0).Max(1).Thresholds(thresholds("green", step{0.7, "orange"}, step{0.9, "red"})).
		Orientation(common.VizOrientationHorizontal).DisplayMode(common.BarGaugeDisplayModeBasic).ReduceOptions(lastValue()).DataLinks(p.links)
	for i, q := range p.queries {
		s.WithTarget(q.dataquery(i, true))
	}
	b.builder.WithPanel(s)
}

// rows adds a table of labels with their values.
func (b *board) rows(p panel) {
	s := table.NewPanelBuilder().Id(b.next()).Title(p.title).Description(p.description).Datasource(source()).Unit(p.unit).
		Span(p.width).Height(5).ShowHeader(true).DataLinks(p.links)
	for i, q := range p.queries {
		s.WithTarget(q.dataquery(i, true).Format(prometheus.PromQueryFormatTable))
	}
	s.WithTransformation(dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{"excludeByName": map[string]bool{"Time": true}}})
	b.builder.WithPanel(s)
}
