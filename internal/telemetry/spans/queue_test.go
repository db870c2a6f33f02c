package spans_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/liveness-gateway/gateway/internal/telemetry/spans"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

// slow is a collector that answers when it is told to.
type slow struct {
	answers chan error
	got     int
}

func (s *slow) ExportSpans(_ context.Context, sent []sdktrace.ReadOnlySpan) error {
	err := <-s.answers
	if err == nil {
		s.got += len(sent)
	}
	return err
}

func (*slow) Shutdown(context.Context) error { return nil }

// What finds no place is counted, what is not sent too, and everything else arrives: nothing is
// lost that nobody counts.
func TestSpansThatAreDroppedAreCounted(t *testing.T) {
	const most, perCall = 8, 4 // a call, its plan and two attempts
	collector := &slow{answers: make(chan error, 1000)}
	queue := spans.NewQueue(collector, most, sdktrace.WithBatchTimeout(time.Millisecond), sdktrace.WithMaxExportBatchSize(1))
	made := spans.New(sdktrace.WithSpanProcessor(queue), sdktrace.WithSampler(sdktrace.AlwaysSample()))
	c := telemetrytest.IssuedCall()
	c.Outcome.Start = time.Now()
	for range 10 {
		made.ObserveCall(c)
	}
	held, bound := queue.Waiting()
	require.Equal(t, []int64{most, most}, []int64{held, bound})
	require.Equal(t, map[string]int64{"queue_full": 10*perCall - most, "not_sent": 0}, queue.Dropped())

	collector.answers <- errors.New("down")
	for range most {
		collector.answers <- nil
	}
	require.NoError(t, made.Shutdown(t.Context()))
	require.Equal(t, int64(1), queue.Dropped()["not_sent"])
	require.Equal(t, most-1, collector.got)
	held, _ = queue.Waiting()
	require.Zero(t, held)
}
