package wire

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPace(t *testing.T) {
	p := &Pace{Rate: 100}
	began := time.Now()
	for range 11 {
		p.Wait(t.Context())
	}
	require.GreaterOrEqual(t, time.Since(began), 100*time.Millisecond)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	(&Pace{Rate: 1e-6}).Wait(ended)
}
