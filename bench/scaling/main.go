// Scaling writes the figures of docs/scaling.md: what a core carries, what a million calls cost,
// and a fleet on paper. What was measured comes from the tables of docs/performance.md and from
// measured.json, which -measure writes; everything else is computed from them and from the flags.
// Run it from the root of the checkout:
//
//	go run ./bench/scaling                             print them
//	go run ./bench/scaling -replicas 40 -rate 2000     of another fleet
//	go run ./bench/scaling -write docs/scaling.md      keep them
//	go run ./bench/scaling -measure                    measure again, two minutes; needs redis-server
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

const (
	performancePage = "docs/performance.md"
	measuredFile    = "bench/scaling/measured.json"
)

func main() {
	f := defaultFleet()
	flag.IntVar(&f.Replicas, "replicas", f.Replicas, "`number` of replicas in all")
	flag.IntVar(&f.Regions, "regions", f.Regions, "`number` of regions, with as many replicas each")
	flag.IntVar(&f.Zones, "zones", f.Zones, "`number` of zones of a region")
	flag.IntVar(&f.Clients, "clients", f.Clients, "`number` of client processes of a region")
	flag.IntVar(&f.Subset, "subset", f.Subset, "`number` of replicas that a client connects to")
	flag.IntVar(&f.Accounts, "accounts", f.Accounts, "`number` of accounts that share the calls")
	flag.Float64Var(&f.Rate, "rate", f.Rate, "calls a second in all, at the `peak`")
	flag.Float64Var(&f.Keyed, "keyed", f.Keyed, "`share` of calls with an idempotency key")
	flag.DurationVar(&f.Vendor, "vendor", f.Vendor, "`time` that a vendor takes")
	flag.DurationVar(&f.Scrape, "scrape", f.Scrape, "`interval` of scrapes")
	flag.Float64Var(&f.Prices.CoreHour, "core-hour", f.Prices.CoreHour, "`price` of a core for an hour")
	flag.Float64Var(&f.Prices.LogGB, "log-gb", f.Prices.LogGB, "`price` of keeping a GB of log")
	flag.Float64Var(&f.Prices.EgressGB, "egress-gb", f.Prices.EgressGB, "`price` of sending a GB to a vendor")
	page := flag.String("write", "", "`page` to keep the figures in, instead of printing them")
	measureAgain := flag.Bool("measure", false, "measure again, and write "+measuredFile)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, &f, *page, *measureAgain)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "scaling:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, f *fleet, page string, measureAgain bool) error {
	if err := f.check(); err != nil {
		return err
	}
	if measureAgain {
		return measureInto(ctx, measuredFile)
	}
	in, err := readInputs(performancePage, measuredFile)
	if err != nil {
		return err
	}
	text := report(in, f)
	if page == "" {
		_, err := os.Stdout.WriteString(text)
		return err
	}
	return writeInto(page, text)
}

var errFleet = errors.New("a fleet needs replicas, regions, zones, clients, accounts, a rate and a subset of at least one, no more regions than replicas, and a share from 0 to 1")

// check refuses what cannot be computed.
func (f *fleet) check() error {
	if f.Regions < 1 || f.Replicas < f.Regions || f.Zones < 1 || f.Clients < 1 || f.Subset < 1 || f.Accounts < 1 ||
		f.Rate <= 0 || f.Keyed < 0 || f.Keyed > 1 || f.Vendor <= 0 || f.Scrape <= 0 {
		return errFleet
	}
	return nil
}
