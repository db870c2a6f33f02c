package iproov_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// step is one edited request and the answer to it.
type step requests.Step
