package sandbox

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// StandIn is a stand-in for a vendor's server: it finds the endpoint, plays scripted
// outcomes and records requests in the ledger. It is safe for concurrent use.
type StandIn struct {
	source    *standin.Source
	endpoints []*standin.Endpoint
	pages     map[string]*standin.Endpoint // by path of the page
	notFound  func(standin.Call) standin.Reply
	queue     *queue
	ledger    *ledger
	control   http.Handler
}

// newStandIn serves a vendor's endpoints below the options' prefix, else below the one
// that its documents have.
func newStandIn(o Options, vendor standin.Vendor, prefix string) *StandIn {
	if o.PathPrefix != "" {
		prefix = o.PathPrefix
	}
	vendor = vendor.Below(prefix)
	s := &StandIn{
		source:    standin.NewSource(o.Now, o.Rand),
		endpoints: vendor.Endpoints,
		pages:     make(map[string]*standin.Endpoint),
		notFound:  vendor.NotFound,
		queue:     newQueue(vendor.Endpoints),
		ledger:    newLedger(ledgerSize),
	}
	for _, e := range vendor.Endpoints {
		if e.PagePath != "" {
			s.pages[e.PagePath] = e
		}
	}
	s.control = newControl(s.queue, s.ledger)
	return s
}

// ServeHTTP answers as the vendor's server does, except below /_sandbox/, which controls
// the stand-in.
func (s *StandIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, controlPath) {
		s.control.ServeHTTP(w, r)
		return
	}
	c := s.source.Begin(r)
	if e, ok := s.pages[r.URL.Path]; ok && r.Method == http.MethodGet {
		c.Values = params.Query(r.URL.Query())
		s.answer(w, c, entryOf(e, c), e.ServePage(c))
		return
	}
	e := s.endpointOf(r)
	if e == nil {
		s.answer(w, c, Entry{}, s.notFound(c))
		return
	}
	if c.Input = e.Read(w, r); c.TooLarge {
		s.answer(w, c, entryOf(e, c), e.Overflow(c))
		return
	}
	o, f, err := s.outcomeOf(r.Context(), e, c.Values)
	if err != nil {
		entry := entryOf(e, c)
		entry.Problem = err.Error()
		s.answer(w, c, entry, e.Refuse(c, f))
		return
	}
	wait(r.Context(), o.delay)
	s.play(w, r, e, c.Shifted(o.skew), o)
}

// endpointOf finds the one that a request is for, if there is one.
func (s *StandIn) endpointOf(r *http.Request) *standin.Endpoint {
	i := slices.IndexFunc(s.endpoints, func(e *standin.Endpoint) bool {
		return r.Method == http.MethodPost && e.At(r.URL.Path) && (e.Matches == nil || e.Matches(r))
	})
	if i < 0 {
		return nil
	}
	return s.endpoints[i]
}

type outcomeKey struct{}

// WithOutcome makes the request that has the returned context end as the outcome says,
// where it does not say so itself. docs/sandbox.md lists the outcomes.
func WithOutcome(ctx context.Context, outcome string) context.Context {
	return context.WithValue(ctx, outcomeKey{}, outcome)
}

// outcomeOf returns the outcome that is scripted for a request: in the request itself,
// else in its context, else in the queue. An error is a mistake in the request's script,
// and f the fault to refuse it with.
func (s *StandIn) outcomeOf(ctx context.Context, e *standin.Endpoint, values params.Values) (o outcome, f params.Fault, err error) {
	for _, name := range e.Carriers {
		if text, asks := strings.CutPrefix(values[name].Text, outcomePrefix); asks {
			o, err = parseOutcome(text, e)
			return o, params.Fault{Kind: params.Malformed, Param: name}, err
		}
	}
	if text, asks := ctx.Value(outcomeKey{}).(string); asks {
		o, err = parseOutcome(text, e)
		return o, params.Fault{Kind: params.Malformed}, err
	}
	return s.queue.take(e.Product), params.Fault{}, nil
}

// play answers a request with the outcome's ending.
func (s *StandIn) play(w http.ResponseWriter, r *http.Request, e *standin.Endpoint, c standin.Call, o outcome) {
	a, entry := o.ending.answer(e, c, o), entryOf(e, c)
	entry.Outcome = o.text
	if o.ending.silent {
		a.Status = 0
	}
	s.record(c, entry, a)
	setDate(w, c.Began)
	o.ending.send(w, r, a)
}

// answer records and sends the answer to a request without a scripted outcome.
func (s *StandIn) answer(w http.ResponseWriter, c standin.Call, entry Entry, a standin.Reply) {
	s.record(c, entry, a)
	setDate(w, c.Began)
	a.Write(w)
}

func (s *StandIn) record(c standin.Call, entry Entry, a standin.Reply) {
	entry.Time = c.Began.Add(-c.Skew).UTC()
	entry.Status, entry.Code, entry.Token = a.Status, a.Code, a.Token
	s.ledger.add(entry)
}

// setDate dates the answer by the stand-in's clock, as net/http would by its own.
func setDate(w http.ResponseWriter, t time.Time) {
	w.Header().Set("Date", t.UTC().Format(http.TimeFormat))
}

// Rehearse makes the next requests to a product end as an outcome says, as
// POST /_sandbox/next does. docs/sandbox.md lists the outcomes.
func (s *StandIn) Rehearse(product, outcome string, times int) error {
	return s.queue.add(rehearsal{Product: product, Outcome: outcome, Times: times})
}

// Ledger returns what became of the latest requests, at most 100,000, oldest first.
func (s *StandIn) Ledger() []Entry {
	entries, _ := s.ledger.read()
	return entries
}
