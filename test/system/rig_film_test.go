package system

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/stretchr/testify/require"
)

// Alerts on what takes long cannot tell a gateway or a Redis that is short of processor time by a
// fault from one whose machine is busy with something else. A short film is therefore taken again,
// maxTakes times at most, if a nap of this process was late by maxLag. If that does not help, the reel
// says so.
const (
	shortFilm = 3 * time.Second
	maxLag    = 25 * time.Millisecond
	maxTakes  = 3
)

// film scrapes all replicas for a time at least, from the beginning of what repeats of the load to
// its end.
func (r *rig) film(to *reel, atLeast time.Duration) film {
	r.t.Helper()
	for takes := 1; ; takes++ {
		ctx, stop := context.WithCancel(r.t.Context())
		watched := make(chan bool)
		go func() { watched <- isBusy(ctx) }()
		all := r.take(to, atLeast)
		stop()
		busy := <-watched
		if !busy || atLeast > shortFilm || takes == maxTakes {
			to.busy = to.busy || busy
			return all
		}
	}
}

// isBusy sleeps shortly, again and again, and reports whether that took much longer once.
func isBusy(ctx context.Context) (busy bool) {
	const nap = 5 * time.Millisecond
	for ctx.Err() == nil {
		before := time.Now()
		time.Sleep(nap)
		busy = busy || time.Since(before) > nap+maxLag
	}
	return busy
}

func (r *rig) take(to *reel, atLeast time.Duration) (all film) {
	r.t.Helper()
	take := func() {
		f, err := r.frame(r.t.Context(), to)
		require.NoError(r.t, err)
		all = append(all, f)
	}
	r.load.awaitRound(r.t)
	for end := time.Now().Add(atLeast); time.Now().Before(end); time.Sleep(frameEvery) {
		take()
	}
	r.load.awaitRound(r.t)
	take()
	return all
}

// paceOf returns the pace at which a film has the calls that the fault's pace gives: a busy machine
// has made fewer of them than one each time.
func (f *fault) paceOf(r *reel, of film, every time.Duration) float64 {
	if f.pace == 0 {
		return 1
	}
	return f.pace * r.increase(of, "liveness_gateway_requests_total") * every.Seconds() / of.lasts().Seconds()
}

// frameEvery is the time between the frames of a film.
const frameEvery = 250 * time.Millisecond

// frame scrapes all replicas that Prometheus knows.
func (r *rig) frame(ctx context.Context, to *reel) (frame, error) {
	f := frame{time.Now(), map[string]float64{}}
	for i, p := range r.replicas {
		if p.unscraped {
			continue
		}
		instance := string(rune('a'+i)) + ":9091"
		text, err := scrape(ctx, "http://"+p.admin+"/metrics")
		up := 1.0
		if err != nil {
			up = 0
		} else if err := to.add(&f, text, instance); err != nil {
			return f, err
		}
		to.set(&f, labels.FromStrings(model.MetricNameLabel, "up", "job", "liveness-gateway", "instance", instance), up, false)
	}
	return f, nil
}

// shows returns what all replicas that answer say of a metric.
func (r *rig) shows(metric string) (lines string) {
	for _, p := range r.replicas {
		text, _ := scrape(r.t.Context(), "http://"+p.admin+"/metrics") // one that is gone says nothing
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "liveness_gateway_"+metric) {
				lines += line
			}
		}
	}
	return lines
}

func scrape(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second) // Prometheus's scrape_timeout
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	status, body, err := do(request)
	if err == nil && status != http.StatusOK {
		err = errors.New(body)
	}
	return body, err
}
