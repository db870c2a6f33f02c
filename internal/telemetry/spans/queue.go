package spans

import (
	"context"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Queue counts the spans that wait for a collector, and drops those beyond a bound. The SDK's batch
// processor would drop them too, but not say how many, so the bound is applied before it. It is
// safe for concurrent use.
type Queue struct {
	sdktrace.SpanProcessor

	most                     int64
	waiting, dropped, unsent atomic.Int64
}

// NewQueue returns a queue of at most so many spans in front of an exporter. What options the
// batch processor gets must not make its own queue shorter.
func NewQueue(exporter sdktrace.SpanExporter, most int, options ...sdktrace.BatchSpanProcessorOption) *Queue {
	q := &Queue{most: int64(most)}
	q.SpanProcessor = sdktrace.NewBatchSpanProcessor(counting{exporter, q}, append(options, sdktrace.WithMaxQueueSize(most))...)
	return q
}

// OnEnd takes a span that has ended, or drops it.
func (q *Queue) OnEnd(span sdktrace.ReadOnlySpan) {
	if !span.SpanContext().IsSampled() {
		return // no exporter gets it
	}
	if q.waiting.Add(1) > q.most {
		q.waiting.Add(-1)
		q.dropped.Add(1)
		return
	}
	q.SpanProcessor.OnEnd(span)
}

// Waiting returns how many spans wait or are being sent, and how many may.
func (q *Queue) Waiting() (held, bound int64) { return q.waiting.Load(), q.most }

// Dropped returns how many spans no collector got, by reason.
func (q *Queue) Dropped() map[string]int64 {
	return map[string]int64{"queue_full": q.dropped.Load(), "not_sent": q.unsent.Load()}
}

// counting is an exporter that takes spans off the queue's count when it returns.
type counting struct {
	sdktrace.SpanExporter

	queue *Queue
}

// ExportSpans sends spans.
func (c counting) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := c.SpanExporter.ExportSpans(ctx, spans)
	c.queue.waiting.Add(-int64(len(spans)))
	if err != nil {
		c.queue.unsent.Add(int64(len(spans)))
	}
	return err
}
