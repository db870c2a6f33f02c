package sandbox

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// standIn is what the stand-ins of all vendors have in common: it finds the endpoint,
// plays scripted outcomes and records requests in the ledger.
type standIn struct {
	source    *source
	endpoints map[string]*endpoint // by path
	pages     map[string]*endpoint // by path of the page
	notFound  func(call) reply
	queue     *queue
	ledger    *ledger
	control   http.Handler
}

func newStandIn(source *source, notFound func(call) reply, endpoints ...*endpoint) *standIn {
	s := &standIn{
		source:    source,
		endpoints: make(map[string]*endpoint),
		pages:     make(map[string]*endpoint),
		notFound:  notFound,
		queue:     newQueue(endpoints),
		ledger:    newLedger(ledgerSize),
	}
	for _, e := range endpoints {
		s.endpoints[e.path] = e
		if e.pagePath != "" {
			s.pages[e.pagePath] = e
		}
	}
	s.control = newControl(s.queue, s.ledger)
	return s
}

// ServeHTTP answers as the vendor's server does, except below /_sandbox/, which controls
// the stand-in.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, controlPath) {
		s.control.ServeHTTP(w, r)
		return
	}
	c := s.source.begin()
	if e, ok := s.pages[r.URL.Path]; ok && r.Method == http.MethodGet {
		c.form = queryForm(r.URL.Query())
		s.answer(w, c, e.entry(c), e.servePage(c))
		return
	}
	e, ok := s.endpoints[r.URL.Path]
	if !ok || r.Method != http.MethodPost {
		s.answer(w, c, Entry{}, s.notFound(c))
		return
	}
	if c.form, ok = e.readForm(w, r); !ok {
		s.answer(w, c, e.entry(c), tooLarge())
		return
	}
	o, f, err := s.outcomeOf(r.Context(), e, c.form)
	if err != nil {
		entry := e.entry(c)
		entry.Problem = err.Error()
		s.answer(w, c, entry, e.refuse(c, f))
		return
	}
	wait(r.Context(), o.delay)
	s.play(w, r, e, c.shifted(o.skew), o)
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
func (s *standIn) outcomeOf(ctx context.Context, e *endpoint, values form) (o outcome, f fault, err error) {
	for _, name := range e.carriers {
		if text, asks := strings.CutPrefix(values[name].text, outcomePrefix); asks {
			o, err = parseOutcome(text, e)
			return o, fault{malformed, name}, err
		}
	}
	if text, asks := ctx.Value(outcomeKey{}).(string); asks {
		o, err = parseOutcome(text, e)
		return o, fault{kind: malformed}, err
	}
	return s.queue.take(e.product), fault{}, nil
}

// play answers a request with the outcome's ending.
func (s *standIn) play(w http.ResponseWriter, r *http.Request, e *endpoint, c call, o outcome) {
	a, entry := o.ending.answer(e, c, o), e.entry(c)
	entry.Outcome = o.text
	if o.ending.silent {
		a.status = 0
	}
	s.record(c, entry, a)
	setDate(w, c.began)
	o.ending.send(w, r, a)
}

// answer records and sends the answer to a request without a scripted outcome.
func (s *standIn) answer(w http.ResponseWriter, c call, entry Entry, a reply) {
	s.record(c, entry, a)
	setDate(w, c.began)
	a.write(w)
}

func (s *standIn) record(c call, entry Entry, a reply) {
	entry.Time = c.began.Add(-c.skew).UTC()
	entry.Status, entry.Code, entry.Token = a.status, a.code, a.token
	s.ledger.add(entry)
}

// setDate dates the answer by the stand-in's clock, as net/http would by its own.
func setDate(w http.ResponseWriter, t time.Time) {
	w.Header().Set("Date", t.UTC().Format(http.TimeFormat))
}

// Rehearse makes the next requests to a product end as an outcome says, as
// POST /_sandbox/next does. docs/sandbox.md lists the outcomes.
func (s *standIn) Rehearse(product, outcome string, times int) error {
	return s.queue.add(rehearsal{Product: product, Outcome: outcome, Times: times})
}

// Ledger returns what became of the latest requests, at most 100,000, oldest first.
func (s *standIn) Ledger() []Entry {
	entries, _ := s.ledger.read()
	return entries
}
