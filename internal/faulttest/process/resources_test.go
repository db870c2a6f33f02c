package process

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestResourcesAreReadFromMetrics(t *testing.T) {
	r, err := readResources(strings.NewReader(`# HELP go_goroutines Number.
go_goroutines 42
process_open_fds 17
liveness_gateway_vendor_inflight{account="first",provider="megvii"} 2
liveness_gateway_vendor_inflight{account="second",provider="megvii"} 3
`))
	require.NoError(t, err)
	require.Equal(t, Resources{Goroutines: 42, Descriptors: 17, InFlight: 5, Reported: true}, r)
}
