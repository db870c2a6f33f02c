package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/faulttest"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

var (
	faultsLong  = flag.Bool("faults.long", false, "run the rows of TestFaults long, with five seeds")
	faultsRows  = flag.String("faults.rows", "", "run the rows of TestFaults that match the `regexp` only")
	faultsTable = flag.String("faults.table", "", "write the table of TestFaults into the `file`, between its markers")
)

// faultsRate is in calls a second. Under the race detector the gateway, the callers and the
// vendors of four rows are more than two cores can take at that rate.
func faultsRate() float64 {
	if raceDetector {
		return 50
	}
	return 300
}

// Whatever happens to a vendor, no caller notices as long as another account can serve.
func TestFaults(t *testing.T) {
	wanted := regexp.MustCompile(*faultsRows)
	seeds, atOnce := 1, 4
	if *faultsLong {
		seeds, atOnce = 5, 4
	}
	before := faulttest.LookAtMachine()
	results := make(map[string][]faultsResult)
	var mu sync.Mutex
	var running sync.WaitGroup
	free := make(chan struct{}, atOnce)
	rows := faulttest.Rows()
	for i := range rows {
		for seed := range seeds {
			if !wanted.MatchString(rows[i].Name) {
				continue
			}
			free <- struct{}{}
			folder := t.TempDir()
			running.Go(func() {
				defer func() { <-free }()
				report, err := faulttest.Run(t.Context(), &rows[i], faulttest.Options{
					Gateway: faulttest.Command{Path: os.Args[0], Env: []string{asGateway + "=" + thatPanics}},
					Folder:  folder, Rate: faultsRate(), Seed: uint64(seed + 1), Long: *faultsLong,
				})
				mu.Lock()
				defer mu.Unlock()
				results[rows[i].Name] = append(results[rows[i].Name], faultsResult{report, err})
			})
		}
	}
	running.Wait()
	var all []*faulttest.Report
	for i := range rows {
		ofRow := results[rows[i].Name]
		if len(ofRow) == 0 {
			continue
		}
		t.Run(rows[i].Name, func(t *testing.T) {
			var reports []*faulttest.Report
			for _, r := range ofRow {
				require.NoError(t, r.err)
				reports = append(reports, r.report)
			}
			pooled := faulttest.Pool(reports)
			all = append(all, pooled)
			t.Log(pooled)
			require.Empty(t, pooled.Broken)
		})
	}
	if *faultsTable != "" {
		require.NoError(t, faulttest.WriteTable(*faultsTable, all, before))
	}
}

type faultsResult struct {
	report *faulttest.Report
	err    error
}

// thatPanics is the value of asGateway that makes this binary a gateway whose adapter of
// Megvii can be made to panic.
const thatPanics = "panics"

// serveThatPanics is "gateway serve --config FILE" with that adapter.
func serveThatPanics(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	all := vendors.All()
	for _, v := range all {
		opened := v.Open
		v.Open = func(c providers.AccountConfig) providers.Account { return panickyAccount{opened(c)} }
	}
	cfg, err := config.Load(args[len(args)-1], all)
	if err != nil {
		return err
	}
	g, err := gateway.New(cfg, telemetry.NewLogger(zapcore.Lock(os.Stderr), zapcore.DebugLevel), telemetry.ReadBuild())
	if err != nil {
		return err
	}
	return g.Run(ctx)
}

type panickyAccount struct{ providers.Account }

// NewTarget returns the account's target, which can be made to panic.
func (a panickyAccount) NewTarget(product string, parameters map[string]string) providers.Target {
	return panickyTarget{a.Account.NewTarget(product, parameters)}
}

type panickyTarget struct{ providers.Target }

// Issue panics where the vendor answers with faulttest.PanicCode.
func (p panickyTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	token, err := p.Target.Issue(ctx, call)
	if failure, ok := errors.AsType[*providers.Error](err); ok && failure.Exchange.Code == faulttest.PanicCode {
		panic(fmt.Sprintf("the vendor answered %s", failure.Exchange.Code))
	}
	return token, err
}
