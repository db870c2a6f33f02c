// Package report holds what is told of fault tests: the result of a row, and the table of
// all in docs/faults.md. It knows nothing of how a row is run or judged.
package report

import (
	"fmt"
	"slices"
	"time"
)

// Report is the result of one or more runs of a row.
type Report struct {
	// Row is the name of the row.
	Row   string
	Calls int
	// FailedEarly and FailedLate count eligible calls that failed: in the first two
	// seconds of a fault, and at any other time.
	FailedEarly, FailedLate int
	// Late counts answers after their deadline.
	Late int
	// Attempts are those of all calls together, MostInACall the most that one call made.
	Attempts, MostInACall int
	// Retries are attempts on an account that the call had tried already.
	Retries int
	// Foreign counts tokens that reached a caller who had not accepted their product, or that
	// no vendor issued; Orphaned those that reached nobody, and Unexplained those of them
	// that nothing was reported of.
	Foreign, Orphaned, Unexplained int
	// Latencies are those of the eligible calls that succeeded, sorted.
	Latencies []time.Duration
	// Repeated counts the runs that were repeated because the scheduling lag was too long.
	Repeated int
	// Lag is the worst scheduling lag that was measured beside.
	Lag time.Duration
	// Remark is what else is worth knowing.
	Remark string
	// Broken says in words what was not as it should be. It is empty if all was.
	Broken []string
}

// BrokenIf notes, if something is wrong, what it is.
func (r *Report) BrokenIf(wrong bool, format string, values ...any) {
	if wrong {
		r.Broken = append(r.Broken, fmt.Sprintf(format, values...))
	}
}

// Pool returns the result of a row's runs together.
func Pool(runs []*Report) *Report {
	pooled := &Report{Row: runs[0].Row}
	for _, r := range runs {
		pooled.Calls += r.Calls
		pooled.FailedEarly += r.FailedEarly
		pooled.FailedLate += r.FailedLate
		pooled.Late += r.Late
		pooled.Attempts += r.Attempts
		pooled.MostInACall = max(pooled.MostInACall, r.MostInACall)
		pooled.Retries += r.Retries
		pooled.Foreign += r.Foreign
		pooled.Orphaned += r.Orphaned
		pooled.Unexplained += r.Unexplained
		pooled.Latencies = append(pooled.Latencies, r.Latencies...)
		pooled.Repeated += r.Repeated
		pooled.Lag = max(pooled.Lag, r.Lag)
		pooled.Remark = r.Remark // the last one's
		pooled.Broken = append(pooled.Broken, r.Broken...)
	}
	slices.Sort(pooled.Latencies)
	return pooled
}

// quantile returns the latency that a share of the calls did not exceed.
func (r *Report) quantile(share float64) time.Duration {
	if len(r.Latencies) == 0 {
		return 0
	}
	return r.Latencies[int(share*float64(len(r.Latencies)-1))]
}
