package server_test

import (
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/callers/callerstest"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/wire"
	"github.com/liveness-gateway/gateway/internal/settings"
)

// BenchmarkCallersOverGRPC reports what a caller adds to a small call, in processor time of
// client and server together: the median of windows that take turns. What is sent and not
// looked at tells the share of the library and the client.
func BenchmarkCallersOverGRPC(b *testing.B) {
	const windows, calls = 21, 300
	w := callerstest.NewWithFile(b)
	serve := func(guarded bool) livenessv1.LivenessServiceClient {
		d := dispatcherOf(issuer(issues), newKeeperOf(b, idempotency.NewMemory(10, 1<<20)), &admission.Controller{})
		if guarded {
			d.Use(&settings.Settings{Authenticator: w.Authenticator})
		}
		s, _ := grpcserver.New(d, grpcserver.Options{})
		l := listen(b)
		go func() { _ = s.Serve(wire.Listen(server.NewListener(l, 100), nil)) }()
		b.Cleanup(s.Stop)
		conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
		require.NoError(b, err)
		b.Cleanup(func() { _ = conn.Close() })
		return livenessv1.NewLivenessServiceClient(conn)
	}
	open, guarded := serve(false), serve(true)
	key, token := "Bearer "+w.BankKeys[0], "Bearer "+w.Issuer.Token(b, "RS256", nil)
	lanes := []struct {
		name          string
		client        livenessv1.LivenessServiceClient
		authorization string
	}{
		{"open", open, ""},
		{"key-unread", open, key},
		{"key", guarded, key},
		{"token-unread", open, token},
		{"token", guarded, token},
	}
	spent := make([][]float64, len(lanes))
	for b.Loop() {
		for range windows {
			for i, lane := range lanes {
				sent := metadata.MD{}
				if lane.authorization != "" {
					sent.Set("authorization", lane.authorization)
				}
				ctx := metadata.NewOutgoingContext(b.Context(), sent)
				begun := processorTime(b)
				for range calls {
					_, err := lane.client.IssueLivenessToken(ctx, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
					require.NoError(b, err)
				}
				spent[i] = append(spent[i], (processorTime(b)-begun)/calls)
			}
		}
	}
	for i := range spent {
		slices.Sort(spent[i])
		median := spent[i][len(spent[i])/2]
		b.ReportMetric(median, lanes[i].name+"-µs/call")
	}
}

// processorTime is what the process has used, in microseconds.
func processorTime(tb testing.TB) float64 {
	tb.Helper()
	var used syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Sec+used.Stime.Sec)*1e6 + float64(used.Utime.Usec+used.Stime.Usec)
}
