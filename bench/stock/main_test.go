package main

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/rig"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

// Both ways of running grpc-gateway answer REST calls.
func TestStockAnswers(t *testing.T) {
	folder := t.TempDir()
	standin, err := rig.Build(t.Context(), "../..", "./bench/standin", filepath.Join(folder, "standin"))
	require.NoError(t, err)
	stock, err := rig.Build(t.Context(), ".", ".", filepath.Join(folder, "stock"))
	require.NoError(t, err)
	vendor, err := rig.StartVendor(t.Context(), folder, standin)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, vendor.Stop()) })

	for name, hasGRPC := range map[string]bool{"over TCP": true, "in process": false} {
		t.Run(name, func(t *testing.T) {
			rest, grpc := freeAddress(t), ""
			if hasGRPC {
				grpc = freeAddress(t)
			}
			process, err := rig.Start(t.Context(), folder, rig.Command{
				Name: "stock", Listens: []string{rest},
				Args: []string{stock, "-listen-rest", rest, "-listen-grpc", grpc, "-listen-admin", freeAddress(t), "-vendor", vendor.Plain},
			})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, process.Stop()) })

			transport := &http.Transport{}
			t.Cleanup(transport.CloseIdleConnections)
			for _, w := range []work.Work{work.Small(work.TwoTargets), work.Photos(work.TwoTargets)} {
				body, err := w.Encode(work.JSON)
				require.NoError(t, err)
				call := load.NewHTTP("http://"+rest, transport, body, load.Options{Deadline: time.Minute})
				require.NoError(t, call(t.Context()))
			}
			stats, err := vendor.Stats(t.Context())
			require.NoError(t, err)
			require.GreaterOrEqual(t, stats.Bytes, int64(3<<20))
		})
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := rig.FreeAddress()
	require.NoError(t, err)
	return address
}
