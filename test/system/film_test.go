package system

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	stale "github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// scrapeEvery is the scrape interval of deploy/prometheus/prometheus.yaml.
const scrapeEvery = 15 * time.Second

// filmed is a series as it was scraped.
type filmed struct {
	labels labels.Labels
	// counter says that it only rises, whole that all its values are whole numbers: a counter
	// of events has no half of one.
	counter, whole bool
}

// frame is what all scrapes of a moment gave, by series.
type frame struct {
	at     time.Time
	values map[string]float64
}

// film is what was scraped in some seconds.
type film []frame

func (f film) lasts() time.Duration { return f[len(f)-1].at.Sub(f[0].at) }

// scene is a film and how it is extended: the counters go on at the rates of the film, the gauges
// show its frames one after the other.
type scene struct {
	film film
	// lasts is how long it is shown, pace how many seconds go by in one of the film's: 60 makes
	// sixty calls a second one. every is the time between two samples.
	lasts time.Duration
	pace  float64
	every time.Duration
}

// reel collects series of scrapes.
type reel struct {
	series map[string]*filmed
	scenes []scene
	// healthy is how many of the scenes come before the fault.
	healthy int
	// transits says that what happened between two films counts, as it came: not at another pace.
	transits bool
	// busy says that the machine had other things to do.
	busy bool
}

func newReel() *reel { return &reel{series: map[string]*filmed{}} }

// add puts what an exporter answered into a frame, with the labels that Prometheus adds.
func (r *reel) add(f *frame, text, instance string) error {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return err
	}
	for name, family := range families {
		if !strings.HasPrefix(name, "liveness_gateway_") {
			continue // no alert asks for it
		}
		for _, metric := range family.GetMetric() {
			own := labels.NewBuilder(labels.EmptyLabels())
			for _, pair := range metric.GetLabel() {
				own.Set(pair.GetName(), pair.GetValue())
			}
			own.Set("job", "liveness-gateway").Set("instance", instance)
			r.addMetric(f, own, name, family.GetType(), metric)
		}
	}
	return nil
}

func (r *reel) addMetric(f *frame, own *labels.Builder, name string, kind dto.MetricType, metric *dto.Metric) {
	set := func(name string, value float64, counter bool) {
		r.set(f, own.Set(model.MetricNameLabel, name).Labels(), value, counter)
	}
	switch kind {
	case dto.MetricType_COUNTER:
		set(name, metric.GetCounter().GetValue(), true)
	case dto.MetricType_HISTOGRAM:
		all := metric.GetHistogram()
		set(name+"_sum", all.GetSampleSum(), true)
		set(name+"_count", float64(all.GetSampleCount()), true)
		for _, bucket := range all.GetBucket() {
			own.Set("le", model.SampleValue(bucket.GetUpperBound()).String())
			set(name+"_bucket", float64(bucket.GetCumulativeCount()), true)
		}
		own.Del("le")
	default:
		set(name, metric.GetGauge().GetValue(), false)
	}
}

func (r *reel) set(f *frame, all labels.Labels, value float64, counter bool) {
	key := all.String()
	known, ok := r.series[key]
	if !ok {
		known = &filmed{all, counter, true}
		r.series[key] = known
	}
	known.whole = known.whole && value == math.Trunc(value)
	f.values[key] = value
}

// increase returns by how much the series of a metric rose in a film.
func (r *reel) increase(f film, metric string) (increase float64) {
	for key, value := range f[len(f)-1].values {
		if r.series[key].labels.Get(model.MetricNameLabel) == metric {
			increase += value - f[0].values[key]
		}
	}
	return increase
}

// show returns the series of all scenes, one after the other, of which the faulty one and what
// comes after it are shown from begins on.
func (r *reel) show(begins time.Time) (store shown) {
	for _, s := range r.scenes[:r.healthy] {
		begins = begins.Add(-s.lasts)
	}
	for key, series := range r.series {
		store = append(store, storage.NewListSeries(series.labels, r.samplesOf(key, series, begins)))
	}
	slices.SortFunc(store, func(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) })
	return store
}

// samplesOf returns the samples of a series. Where a film does not have it any more, it ends as
// Prometheus ends what a scrape lacks.
func (r *reel) samplesOf(key string, series *filmed, start time.Time) (all []chunks.Sample) {
	base, there, before := 0.0, false, film(nil)
	for _, s := range r.scenes {
		first, last := s.film[0].values, s.film[len(s.film)-1].values
		switch from, ok := first[key]; {
		case !ok: // not yet, or no more
		case !there:
			base = from
		case r.transits && s.film[0].at.After(before[0].at):
			base += from - before[len(before)-1].values[key]
		}
		rate := (last[key] - first[key]) / s.film.lasts().Seconds() / s.pace
		for i := range int(s.lasts / s.every) {
			at := start.Add(time.Duration(i) * s.every)
			shows, ok := s.film[i%len(s.film)].values[key]
			if series.counter {
				_, ok = last[key]
				shows = base + rate*(time.Duration(i)*s.every).Seconds()
				if series.whole {
					shows = math.Floor(shows + 1e-6)
				}
			}
			switch {
			case ok:
				all = append(all, sample{at.UnixMilli(), shows})
			case there:
				all = append(all, sample{at.UnixMilli(), math.Float64frombits(stale.StaleNaN)})
			}
			there = ok
		}
		base += rate * s.lasts.Seconds()
		start, before = start.Add(s.lasts), s.film
	}
	return all
}

// sample is a sample of the storage's.
type sample struct {
	at    int64
	value float64
}

func (s sample) T() int64                      { return s.at }
func (s sample) ST() int64                     { return 0 }
func (s sample) F() float64                    { return s.value }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }

// shown are series, sorted by their labels, that queries can ask.
type shown []storage.Series

// Querier returns what answers from the series, whatever the times: the engine takes what it needs.
func (s shown) Querier(_, _ int64) (storage.Querier, error) {
	return querier{storage.NoopQuerier(), s}, nil
}

type querier struct {
	storage.Querier

	series shown
}

func (q querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	found := &seriesSet{}
	for _, series := range q.series {
		if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(series.Labels().Get(m.Name)) }) {
			found.rest = append(found.rest, series)
		}
	}
	return found
}

// seriesSet is what a query found.
type seriesSet struct {
	at   storage.Series
	rest []storage.Series
}

func (s *seriesSet) Next() bool {
	if len(s.rest) == 0 {
		return false
	}
	s.at, s.rest = s.rest[0], s.rest[1:]
	return true
}

func (s *seriesSet) At() storage.Series              { return s.at }
func (*seriesSet) Err() error                        { return nil }
func (*seriesSet) Warnings() annotations.Annotations { return nil }
