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
	"github.com/liveness-gateway/gateway/internal/faulttest/process"
	"github.com/liveness-gateway/gateway/internal/faulttest/report"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

var (
	faultsTimed = flag.Bool("faults.timed", false, "judge the rows of TestFaults by the time that things take, too")
	faultsLong  = flag.Bool("faults.long", false, "run the rows of TestFaults long and timed, with five seeds")
	faultsRows  = flag.String("faults.rows", "", "run the rows of TestFaults that match the `regexp` only")
	faultsRate  = flag.Float64("faults.rate", 0, "run the rows of TestFaults with so many `calls` a second, not as many as usual")
	faultsOther = flag.String("faults.gateway", "", "run the rows of TestFaults with the gateway of that `binary`, such as an older one")
	faultsTable = flag.String("faults.table", "", "write the table of TestFaults into the `file`, between its markers")
)

// faultsRun returns how rows are run, and with how many seeds. A timed run has as many
// calls a second as two cores can take of six rows, which is fewer under the race
// detector; another has so few that a busy machine can take them, too.
func faultsRun() (mode faulttest.Mode, rate float64, seeds int) {
	const few, many = 25, 200
	mode, rate, seeds = faulttest.Untimed, few, 1
	if *faultsTimed {
		mode = faulttest.Timed
	}
	if *faultsLong {
		mode, seeds = faulttest.Long, 5
	}
	if mode != faulttest.Untimed && !raceDetector {
		rate = many
	}
	if *faultsRate > 0 {
		rate = *faultsRate
	}
	return mode, rate, seeds
}

// Whatever happens to a vendor, no caller notices as long as another account can serve.
func TestFaults(t *testing.T) {
	const atOnce = 6
	wanted := regexp.MustCompile(*faultsRows)
	mode, rate, seeds := faultsRun()
	tested := process.Command{Path: os.Args[0], Env: []string{asGateway + "=" + thatPanics}}
	if *faultsOther != "" {
		tested = process.Command{Path: *faultsOther}
	}
	before := report.LookAtMachine()
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
				result, err := faulttest.Run(t.Context(), &rows[i], faulttest.Options{
					Gateway: tested, Folder: folder, Rate: rate, Seed: uint64(seed + 1), Mode: mode,
				})
				mu.Lock()
				defer mu.Unlock()
				results[rows[i].Name] = append(results[rows[i].Name], faultsResult{result, err})
			})
		}
	}
	running.Wait()
	var all []*report.Report
	for i := range rows {
		ofRow := results[rows[i].Name]
		if len(ofRow) == 0 {
			continue
		}
		t.Run(rows[i].Name, func(t *testing.T) {
			var reports []*report.Report
			for _, r := range ofRow {
				require.NoError(t, r.err)
				reports = append(reports, r.report)
			}
			pooled := report.Pool(reports)
			all = append(all, pooled)
			t.Log(pooled)
			require.Empty(t, pooled.Broken)
		})
	}
	if *faultsTable != "" {
		require.NoError(t, report.WriteTable(*faultsTable, all, before))
	}
}

type faultsResult struct {
	report *report.Report
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
	g, err := gateway.New(cfg, accesslog.NewLogger(zapcore.Lock(os.Stderr), zapcore.DebugLevel), telemetry.ReadBuild())
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
