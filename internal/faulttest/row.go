package faulttest

import (
	"cmp"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
	"github.com/liveness-gateway/gateway/internal/faulttest/judge"
	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
)

// Row is one fault, and what is expected of the gateway.
type Row struct {
	Name string

	fault faultyvendor.Fault
	// on are the vendors that fail; first alone if there are none.
	on []string
	// flaps lets the fault come and go.
	flaps bool
	// traffic is traffic.Usual if there is none.
	traffic []traffic.Kind
	// tls makes first speak TLS, credentials is how many it has if not one, and firstURL is
	// where the gateway looks for it instead of where it is.
	tls         bool
	credentials int
	firstURL    string
	// weighted routes have first for three calls in five.
	weighted bool
	// firstTakes is how long first takes for its answers, if not as long as others.
	firstTakes time.Duration
	// attempt is the time of attempts and deadline that of callers, if not the usual one.
	attempt, deadline time.Duration

	// hangs says that attempts during the fault end with their time, and down that no
	// account can serve.
	hangs, down bool
	// felt is the reason of attempts that shows that the fault took place; "" if nothing
	// of it is seen in attempts.
	felt string
	// keeps is the least share of the tokens that first issues during the fault in a
	// timed run: so small a fault does not take it out of use.
	keeps float64
	// blind says that the gateway learns of the fault by calls that are lost: those which begin
	// before it can know, and probes.
	blind bool
	// returns says that a timed run lasts until what failed must serve again, and slowly that
	// it may take a second probe.
	returns, slowly bool
	// timed and long are how long the fault lasts in such runs, if not as long as others.
	timed, long time.Duration
	// expect finds what else is not as it should be, inTime what a timed run alone can
	// tell, and remark says what else is worth knowing.
	expect, inTime func(*judge.Observed) []string
	remark         func(*judge.Observed) string
}

// want is what the run is judged by.
func (r *Row) want() judge.Want {
	return judge.Want{
		Row: r.Name, Down: r.down, Felt: r.felt, Keeps: r.keeps, Blind: r.blind, Slowly: r.slowly,
		Expect: r.expect, InTime: r.inTime, Remark: r.remark,
	}
}

// length is how long the parts of a run are.
type length struct {
	calm, fault, after time.Duration
	// period is how long a fault that flaps is there and away.
	period time.Duration
}

// length returns how long the row's parts are.
func (r *Row) length(m Mode) length {
	var l length
	switch m {
	case Untimed:
		l = length{
			calm: 300 * time.Millisecond, fault: 2 * time.Second, after: 300 * time.Millisecond,
			period: 500 * time.Millisecond,
		}
		if r.blind {
			l.fault += untimedLonger * r.deadline
		}
		return l
	case Timed:
		l = length{
			calm: 500 * time.Millisecond, fault: cmp.Or(r.timed, 3500*time.Millisecond), after: 500 * time.Millisecond,
			period: 700 * time.Millisecond,
		}
	case Long:
		l = length{
			calm: 2 * time.Second, fault: max(20*time.Second, r.long), after: 2 * time.Second,
			period: 5 * time.Second,
		}
	}
	if r.returns {
		l.after = r.want().Recovery(l.fault) + 2*time.Second
	}
	return l
}

// waits is how long callers and the gateway wait for answers.
type waits struct {
	// deadline is what callers give a call: more than three attempts take.
	deadline time.Duration
	// patience is how long callers wait beyond it, to see how late an answer is.
	patience time.Duration
	// first is the time of an attempt at the vendor of that name, others at the others.
	first, others time.Duration
}

// untimedLonger is how many times as long calls take in an untimed run of a row whose calls
// end by their deadlines.
const untimedLonger = 4

// waits returns those of the row. An untimed run gives calls and attempts so much time
// that no scheduling lag ends one, except where a vendor hangs: waiting for that to end
// would only make the run long.
func (r *Row) waits(m Mode) waits {
	const short, long = time.Second, 10 * time.Second
	w := waits{deadline: cmp.Or(r.deadline, 4*time.Second), patience: 2 * time.Second, first: cmp.Or(r.attempt, short), others: cmp.Or(r.attempt, short)}
	if m != Untimed {
		return w
	}
	w.patience = time.Minute
	if r.blind {
		w.deadline, w.first, w.others = untimedLonger*w.deadline, untimedLonger*w.first, untimedLonger*w.others
		return w
	}
	w.deadline = 25 * time.Second
	if !r.hangs {
		w.first = long
	}
	if !r.hangs || !r.down {
		w.others = long
	}
	return w
}

// spans are the row's, for a run that begins at start.
func (r *Row) spans(start time.Time, l length) []judge.Span {
	begin := start.Add(l.calm)
	if !r.flaps {
		return []judge.Span{{Begin: begin, End: begin.Add(l.fault)}}
	}
	var all []judge.Span
	for t := time.Duration(0); t < l.fault; t += 2 * l.period {
		all = append(all, judge.Span{Begin: begin.Add(t), End: begin.Add(t + l.period)})
	}
	return all
}

// vendors are those that fail.
func (r *Row) vendors() []string {
	if len(r.on) > 0 {
		return r.on
	}
	return []string{faultyvendor.First}
}

func (r *Row) kinds() []traffic.Kind {
	if len(r.traffic) > 0 {
		return r.traffic
	}
	return traffic.Usual()
}
