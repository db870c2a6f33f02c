package judge

import (
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/process"
	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// Observed is all that is known of a run.
type Observed struct {
	Want Want
	// Timed says that what depends on the speed of the machine is judged, too.
	Timed bool
	// Rate is in calls a second.
	Rate  float64
	Calls []*traffic.Call
	// Spans are the times in which the fault was there.
	Spans []Span
	End   time.Time // of the load
	// Ledgers are the vendors', by their names.
	Ledgers map[string][]sandbox.Entry
	Log     *process.Log
	Lag     *timing.Lag
	// Before and After are what the gateway held without any call.
	Before, After process.Resources
	// Stopped is why the gateway ended badly, nil if it did not.
	Stopped error
}

// Span is a time in which a vendor fails.
type Span struct{ Begin, End time.Time }

// Want is what is expected of a run, beyond what holds for every one.
type Want struct {
	// Row is the name of the row.
	Row string
	// Down says that no account can serve during the fault.
	Down bool
	// Felt is the reason of attempts that shows that the fault took place; "" if nothing
	// of it is seen in attempts.
	Felt string
	// Keeps is the least share of the tokens that the first vendor issues during the fault
	// in a timed run.
	Keeps float64
	// Blind says that calls may fail that begin before the gateway can know of the fault, and
	// those that probe; in an untimed run, all. Slowly says that a vendor that fails may take
	// two probes to serve again.
	Blind, Slowly bool
	// Expect finds what else is not as it should be, InTime what a timed run alone can
	// tell, and Remark says what else is worth knowing; each may be nil.
	Expect, InTime func(*Observed) []string
	Remark         func(*Observed) string
}

// eligible reports whether the call is to succeed whatever the fault: its caller waits
// long enough, and a second allowed account exists.
func (o *Observed) eligible(c *traffic.Call, probes map[string]bool) bool {
	if o.Want.Down || c.Kind.Alone || c.Kind.Cancels || c.Kind.Deadline != 0 {
		return false
	}
	return !o.Want.Blind || o.Timed && !o.unknown(c) && !probes[c.RequestID]
}

// unknown reports whether the call began before the first calls of a fault were over: some of
// each kind, of which the rarest is one call in twenty.
func (o *Observed) unknown(c *traffic.Call) bool {
	const moment, some, rarest = 250 * time.Millisecond, 5, 0.05
	calls := time.Duration(some / rarest / o.Rate * float64(time.Second))
	return slices.ContainsFunc(o.Spans, func(s Span) bool {
		known := s.Begin.Add(c.Deadline + moment + calls + o.Lag.Around(c.Start))
		return c.Start.After(s.Begin.Add(-c.Deadline)) && c.Start.Before(known)
	})
}

// Recovery is the longest time after a fault in which a vendor may be left alone still:
// breakers double their cool-down up to 15 s while a fault lasts, so that none is longer
// than the fault was. Twice as long if the first probe may say nothing.
func (w Want) Recovery(fault time.Duration) time.Duration {
	const longest, slack = 15 * time.Second, 2 * time.Second
	recovery := min(longest, fault) + slack
	if w.Slowly {
		return 2 * recovery
	}
	return recovery
}
