package limit

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// epoch is when the tests begin.
var epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// at is so long after the tests began.
func at(d time.Duration) time.Time { return epoch.Add(d) }
