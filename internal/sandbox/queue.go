package sandbox

import (
	"fmt"
	"slices"
	"sync"

	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

const (
	maxQueued = 1000
	maxTimes  = 1_000_000
)

// rehearsal is an outcome that is scripted for the next requests to a product.
type rehearsal struct {
	Product string `json:"product"`
	Outcome string `json:"outcome"`
	Times   int    `json:"times"`

	parsed outcome
}

// queue holds the outcomes that are scripted for coming requests, first in first out.
// It is safe for concurrent use.
type queue struct {
	endpoints []*standin.Endpoint

	mu      sync.Mutex
	waiting []rehearsal
}

func newQueue(endpoints []*standin.Endpoint) *queue { return &queue{endpoints: endpoints} }

func (q *queue) add(r rehearsal) (err error) {
	e := q.endpoint(r.Product)
	switch {
	case e == nil:
		return fmt.Errorf("no product %q at this stand-in", r.Product)
	case r.Times < 1 || r.Times > maxTimes:
		return fmt.Errorf("times is a number from 1 to %d", maxTimes)
	}
	if r.parsed, err = parseOutcome(r.Outcome, e); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == maxQueued {
		return fmt.Errorf("%d outcomes are waiting already", maxQueued)
	}
	q.waiting = append(q.waiting, r)
	return nil
}

// take removes and returns the outcome of the next request to a product.
func (q *queue) take(product string) outcome {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.IndexFunc(q.waiting, func(r rehearsal) bool { return r.Product == product })
	if i < 0 {
		return usual()
	}
	o := q.waiting[i].parsed
	q.waiting[i].Times--
	if q.waiting[i].Times == 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	return o
}

// read returns a copy of what is waiting.
func (q *queue) read() []rehearsal {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]rehearsal{}, q.waiting...)
}

func (q *queue) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = nil
}

func (q *queue) endpoint(product string) *standin.Endpoint {
	i := slices.IndexFunc(q.endpoints, func(e *standin.Endpoint) bool { return e.Product == product })
	if i < 0 {
		return nil
	}
	return q.endpoints[i]
}

// products are the stand-in's products.
func (q *queue) products() []string {
	products := make([]string, len(q.endpoints))
	for i, e := range q.endpoints {
		products[i] = e.Product
	}
	slices.Sort(products)
	return slices.Compact(products) // some have two endpoints
}
