package fleet

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/demo"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// running is a whole gateway before the sandbox's vendors, with a Redis.
type running struct {
	t      *testing.T
	client livenessv1.LivenessServiceClient
	admin  string
	keys   atomic.Int64
}

func startGateway(t *testing.T, address string) *running {
	t.Helper()
	standIns, err := demo.Start()
	require.NoError(t, err)
	t.Cleanup(standIns.Close)
	text, err := standIns.Config()
	require.NoError(t, err)
	t.Setenv("FLEET_PASSWORD", password)
	t.Setenv("FLEET_KEY", strings.Repeat("k", 32))
	more := fmt.Sprintf(`redis: {addresses: [%q], username: %s, password: {env: FLEET_PASSWORD}}
idempotency: {naming_key: {env: FLEET_KEY}, sealing_keys: [{env: FLEET_KEY}]}
`, address, username)
	limited := strings.Replace(string(text), "    credentials:\n", "    vendor_limit: {concurrency: 1000, per_second: 10000}\n    credentials:\n", 1)
	cfg, err := config.Parse("fleet.yaml", []byte(more+limited), vendors.All())
	require.NoError(t, err)
	g, err := gateway.New(cfg, zap.NewNop(), telemetry.ReadBuild())
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	connection, err := grpc.NewClient(g.Addresses().GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, connection.Close())
		stop()
		require.NoError(t, <-ended)
	})
	return &running{t: t, client: livenessv1.NewLivenessServiceClient(connection), admin: "http://" + g.Addresses().Admin}
}

// issue makes a call and returns its reason, "" if a token was issued.
func (r *running) issue(key string) (reason string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := r.client.IssueLivenessToken(ctx, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, IdempotencyKey: key})
	return reasonOf(err)
}

// reasonOf returns the reason of a failed call, "" of none.
func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return err.Error()
}

func (r *running) issueKeyed() string { return r.issue(fmt.Sprint("key-", r.keys.Add(1))) }

// get returns a page of the operators'.
func (r *running) get(path string) string {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.admin+path, http.NoBody)
	require.NoError(r.t, err)
	answer, err := (&http.Client{}).Do(request)
	require.NoError(r.t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(r.t, http.StatusOK, answer.StatusCode, path)
	body, err := io.ReadAll(answer.Body)
	require.NoError(r.t, err)
	return string(body)
}

// unkeyed makes a hundred calls a second without a key for a time; all must be answered. It
// returns how long the slowest of a hundred took.
func (r *running) unkeyed(lasts time.Duration) (p99 time.Duration) {
	r.t.Helper()
	var mu sync.Mutex
	var took []time.Duration
	var failed []string
	var all sync.WaitGroup
	every := time.NewTicker(10 * time.Millisecond)
	defer every.Stop()
	for end := time.Now().Add(lasts); time.Now().Before(end); <-every.C {
		all.Go(func() {
			start := time.Now()
			reason := r.issue("")
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(start))
			if reason != "" {
				failed = append(failed, reason)
			}
		})
	}
	all.Wait()
	require.Empty(r.t, failed)
	slices.Sort(took)
	return took[len(took)*99/100]
}

// requireDown checks that keyed calls fail and that nothing else does.
func (r *running) requireDown() {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		return strings.Contains(r.get("/metrics"), "\nliveness_gateway_redis_up 0\n")
	}, startLimit, 10*time.Millisecond)
	require.Equal(r.t, "IDEMPOTENCY_UNAVAILABLE", r.issueKeyed())
	require.Empty(r.t, r.issue(""))
	r.get("/readyz")
}

// requireUp checks that keyed calls work again in time.
func (r *running) requireUp() {
	r.t.Helper()
	start := time.Now()
	require.Eventually(r.t, func() bool { return r.issueKeyed() == "" }, recovery, 10*time.Millisecond)
	r.t.Logf("keyed calls work again after %v", time.Since(start).Round(time.Millisecond))
	require.Contains(r.t, r.get("/metrics"), "\nliveness_gateway_redis_up 1\n")
	require.Empty(r.t, r.issue(""))
}

// A gateway whose Redis is not there at the start, or is lost, serves what needs no key, is
// ready, and says so; and finds it again.
func TestAGatewayWithoutItsRedis(t *testing.T) {
	s := newServer(t, "redis-server", "user "+username+" "+rights)
	r := startGateway(t, s.address())
	r.requireDown()
	s.start()
	r.requireUp()
	before := r.unkeyed(2 * time.Second)
	for name, fault := range map[string]struct{ begin, end func() }{
		"killed": {s.kill, s.start},
		"frozen": {func() { s.freeze(true) }, func() { s.freeze(false) }},
	} {
		fault.begin()
		during := r.unkeyed(4 * time.Second)
		t.Logf("%s: the 99th of a hundred calls without a key takes %v, and %v before", name, during, before)
		require.Less(t, during, before+50*time.Millisecond) // the machine may be busy
		for range 5 {                                       // so many find out
			r.issueKeyed()
		}
		r.requireDown()
		fault.end()
		r.requireUp()
	}
}
