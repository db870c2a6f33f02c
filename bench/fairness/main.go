// Fairness measures what callers notice of one that takes all that it can get: their errors,
// and by how much the p90 of their latency goes up, in windows with the loud caller and
// without, one after the other; and what a refused call costs. The vendor takes 100 ms. Run it
// from the root of the checkout.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/procfs"
	"github.com/liveness-gateway/gateway/bench/internal/rig"
	"github.com/liveness-gateway/gateway/bench/internal/stats"
)

const (
	vendorLatency = 100 * time.Millisecond
	// others call at othersRate each. A loud caller's quota is as much.
	others     = 3
	othersRate = 20
	loudTimes  = 50
	// photoBytes is the photo of a call of the others, where there is one; the loud caller's
	// has photoTimes as many.
	photoBytes = 100 << 10
	photoTimes = 20
	photosRate = 5
)

func main() {
	window := flag.Duration("window", 4*time.Second, "`duration` of a window")
	rounds := flag.Int("rounds", 5, "`number` of windows with the loud caller, and of those without")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *window, *rounds)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fairness:", err)
		os.Exit(1)
	}
}

// contest is what a loud caller does beside the others.
type contest struct {
	name string
	// limits are keys of the configuration, loud those of the loud caller.
	limits, loud string
	// photo is the size of the others' photos, 0 if they have none; loudPhoto that of the
	// loud caller's.
	photo, loudPhoto int
	// rate is how many calls a second the others make each.
	rate float64
	// makeNoise makes the loud caller's calls.
	makeNoise func(ctx context.Context, call load.Call, window time.Duration) load.Result
}

func open(rate float64) func(context.Context, load.Call, time.Duration) load.Result {
	return func(ctx context.Context, call load.Call, window time.Duration) load.Result {
		return load.Open(ctx, call, rate, window)
	}
}

func closed(workers int) func(context.Context, load.Call, time.Duration) load.Result {
	return func(ctx context.Context, call load.Call, window time.Duration) load.Result {
		return load.Closed(ctx, call, workers, window)
	}
}

var contests = []contest{
	{
		name: "50 times its quota", loud: fmt.Sprintf("rate: %d", othersRate), rate: othersRate,
		makeNoise: open(loudTimes * othersRate),
	},
	{
		name: "20 times the photos, no quota", limits: "limits: {max_photo_bytes: 64MiB}", rate: photosRate,
		photo: photoBytes, loudPhoto: photoTimes * photoBytes, makeNoise: open(photosRate),
	},
	{
		name: "all calls that it can get, no quota", limits: "limits: {max_calls: 100}", rate: othersRate, makeNoise: closed(200),
	},
	{
		name: "all slots of the account, no quota", limits: "", loud: "", rate: othersRate, makeNoise: closed(200),
	},
}

func run(ctx context.Context, window time.Duration, rounds int) error {
	folder, err := os.MkdirTemp("", "fairness")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	program, err := rig.Build(ctx, ".", "./cmd/gateway", filepath.Join(folder, "gateway"))
	if err != nil {
		return err
	}
	standIn, err := rig.Build(ctx, ".", "./bench/standin", filepath.Join(folder, "standin"))
	if err != nil {
		return err
	}
	vendor, err := rig.StartVendor(ctx, folder, standIn)
	if err != nil {
		return err
	}
	defer func() { _ = vendor.Stop() }()
	if err := vendor.SetLatency(ctx, vendorLatency); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(os.Stdout, "%d others; %d windows of %v with the loud caller, as many without; medians\n", others, rounds, window)
	for i := range contests {
		c := &contests[i]
		g, err := startGateway(ctx, folder, program, vendor.Plain, c, i == len(contests)-1)
		if err != nil {
			return err
		}
		err = g.measure(ctx, c, window, rounds)
		if i == 0 && err == nil {
			err = g.refusals(ctx, window)
		}
		if stopped := g.stop(); err == nil {
			err = stopped
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// measure prints what the others notice.
func (g *gateway) measure(ctx context.Context, c *contest, window time.Duration, rounds int) error {
	noise := g.caller("loud", c.loudPhoto)
	var quiet, loud, added []float64
	var heard load.Result
	failed, refused := 0, 0
	if _, err := g.listen(ctx, c, window/4); err != nil { // connections open
		return err
	}
	for range rounds {
		off, errOff := g.listen(ctx, c, window)
		var both sync.WaitGroup
		both.Go(func() { heard = c.makeNoise(ctx, noise, window) })
		on, errOn := g.listen(ctx, c, window)
		both.Wait()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for _, err := range []error{errOff, errOn} {
			if err != nil {
				_, _ = fmt.Fprintln(os.Stdout, "  an other's call failed:", err)
			}
		}
		failed += off.Failed + on.Failed
		refused += heard.Failed
		p90 := func(r load.Result) float64 { return stats.Quantile(r.Latencies, 0.9) / float64(time.Millisecond) }
		quiet, loud, added = append(quiet, p90(off)), append(loud, p90(on)), append(added, p90(on)-p90(off))
	}
	_, _ = fmt.Fprintf(os.Stdout, "%-36s others: %d failed, p90 %.1f ms, with the loud caller %.1f ms, %+.1f ms (%.1f … %.1f); it: %d of its last window served, %d refused in all\n",
		c.name, failed, stats.Summarize(quiet).Median, stats.Summarize(loud).Median, stats.Summarize(added).Median,
		stats.Summarize(added).Low, stats.Summarize(added).High, heard.OK, refused)
	return nil
}

// listen makes the calls of the others, and returns them together.
func (g *gateway) listen(ctx context.Context, c *contest, window time.Duration) (all load.Result, err error) {
	results := make([]load.Result, others)
	var running sync.WaitGroup
	for i := range results {
		running.Go(func() { results[i] = load.Open(ctx, g.caller(fmt.Sprintf("other-%d", i), c.photo), c.rate, window) })
	}
	running.Wait()
	for _, r := range results {
		all.OK += r.OK
		all.Failed += r.Failed
		all.Latencies = append(all.Latencies, r.Latencies...)
		if r.Err != nil {
			err = r.Err
		}
	}
	slices.Sort(all.Latencies)
	return all, err
}

// refusals prints what a refused call costs the gateway.
func (g *gateway) refusals(ctx context.Context, window time.Duration) error {
	pids, err := g.process.Pids()
	if err != nil {
		return err
	}
	for _, photo := range []int{0, photoTimes * photoBytes} {
		call := g.caller("loud", photo)
		before, err := procfs.CPUTime(pids...)
		if err != nil {
			return err
		}
		result := load.Closed(ctx, call, 8, window)
		after, err := procfs.CPUTime(pids...)
		if err != nil {
			return err
		}
		what := "small"
		if photo > 0 {
			what = fmt.Sprintf("with a photo of %d KiB", photo>>10)
		}
		_, _ = fmt.Fprintf(os.Stdout, "  refused, %s: %.0f µs of processor each, %d refused and %d served in %v\n",
			what, float64((after-before).Microseconds())/float64(max(1, result.Failed+result.OK)), result.Failed, result.OK, window)
	}
	return nil
}
