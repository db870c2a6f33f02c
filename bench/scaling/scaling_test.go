package main

import (
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/balancer/randomsubsetting" // as docs/scaling.md says
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/stats"
)

const page = "../../docs/scaling.md"

func readAll(t *testing.T) *inputs {
	t.Helper()
	in, err := readInputs("../../"+performancePage, "measured.json")
	require.NoError(t, err)
	return in
}

// The page holds what the program prints.
func TestFiguresOfThePage(t *testing.T) {
	f := defaultFleet()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), beginMarker)
	require.True(t, found)
	figures, _, found := strings.Cut(rest, endMarker)
	require.True(t, found)
	require.Equal(t, "\n"+report(readAll(t), &f)+"\n", figures, "go run ./bench/scaling -write docs/scaling.md writes them anew")
}

// Everything that was to be measured was.
func TestInputs(t *testing.T) {
	in := readAll(t)
	m := in.measured
	for name, value := range map[string]float64{
		"connection": float64(m.ConnectionBytes), "connection over TLS": float64(m.ConnectionTLSBytes - m.ConnectionBytes), "series": float64(m.Series - m.OwnSeries),
		"scrape": float64(m.ScrapeBytes), "log": float64(m.LogBytes), "keyed": m.RedisKeyedMicros, "limit": m.RedisLimitMicros, "rate": m.RedisRateMicros,
		"bytes of a key": float64(m.RedisKeyBytes), "idle": m.RedisIdleMicros, "memory of a call": in.callKiB, "idle memory": in.idleMiB, "photos": in.photoShare,
	} {
		require.Positive(t, value, name)
	}
	require.NotEmpty(t, in.performanceMeasured)
	for _, l := range append(in.small, in.photos...) {
		require.Positive(t, l.cpu, l.name)
	}
	_, err := cell([]string{"Small calls\n| gateway gRPC | 1 |\n"}, "Small calls\n", "gateway REST", 1)
	require.ErrorContains(t, err, `no figure 1 in the row "gateway REST" of the section "Small calls"`)
}

// A subset is as large as it says, the smaller the less equal, and all replicas are no subset.
func TestSubsets(t *testing.T) {
	few, many, all := subsets(300, 1000, 5), subsets(300, 1000, 50), subsets(300, 1000, 1000)
	require.InDelta(t, 1000*5/300.0, few.mean, 1e-9)
	require.Greater(t, few.load, many.load)
	require.Greater(t, many.load, 1.0)
	require.InDelta(t, 1, all.load, 1e-9)
	require.InDelta(t, 1000, all.most, 1e-9)
	require.Equal(t, 98, subsets(100, 1, 2).none)
	require.Equal(t, subsets(300, 1000, 5), few, "the page must come to the same")
}

func TestAtOnce(t *testing.T) {
	require.Equal(t, 0, atOnce(1e-7))
	// Of Poisson's distribution with a mean of 1, more than 9 has a probability of 1.1e-7, more than 8 of 1.1e-6.
	require.Equal(t, 9, atOnce(1))
	large := atOnce(100)
	require.Greater(t, large, 140)
	require.Less(t, large, 160)
	require.InDelta(t, atOnce(200), atOnce(200.001), 1, "the two ways meet")
}

func TestFleet(t *testing.T) {
	f := defaultFleet()
	require.NoError(t, f.check())
	e := f.egress()
	replicas, rate := f.region()
	require.Equal(t, 334, replicas)
	require.InDelta(t, f.Rate/3, rate, 1e-9)
	require.Equal(t, 334*e.each, e.all)
	require.Equal(t, 1, e.addresses)
	f.Rate *= 1000
	require.Greater(t, f.egress().addresses, 1, "one address has no more ports")
	f.Keyed = 1.5
	require.ErrorIs(t, f.check(), errFleet)
}

func TestFigure(t *testing.T) {
	for value, want := range map[float64]string{0: "0", 0.000123: "0.000123", 0.05: "0.0500", 1: "1.00", 12.34: "12.3", 123.4: "123", 12345: "12,300", 1234567: "1,230,000"} {
		require.Equal(t, want, figure(value))
	}
	require.Equal(t, "-5", count(-5))
	require.False(t, math.IsNaN(subsets(1, 1, 1).load))
}

// connected counts the connections of a server.
type connected struct {
	stats.Handler
	mu   sync.Mutex
	open int
}

func (c *connected) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (c *connected) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (c *connected) HandleRPC(context.Context, stats.RPCStats) {}

func (c *connected) HandleConn(_ context.Context, s stats.ConnStats) {
	if _, begun := s.(*stats.ConnBegin); begun {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.open++
	}
}

// The service config of the page has a client connect to so many replicas, and no more.
func TestServiceConfigOfThePage(t *testing.T) {
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```json\n")
	require.True(t, found)
	config, _, _ := strings.Cut(rest, "\n```")
	require.Contains(t, config, `"subsetSize": 20`)
	config = strings.Replace(config, "20", "3", 1)

	servers := make([]*connected, 10)
	var addresses []resolver.Address
	for i := range servers {
		servers[i] = &connected{}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		server := grpc.NewServer(grpc.StatsHandler(servers[i]))
		go func() { _ = server.Serve(listener) }()
		t.Cleanup(server.Stop)
		addresses = append(addresses, resolver.Address{Addr: listener.Addr().String()})
	}
	replicas := manual.NewBuilderWithScheme("replicas")
	replicas.InitialState(resolver.State{Addresses: addresses})
	conn, err := grpc.NewClient("replicas:///all", grpc.WithResolvers(replicas), grpc.WithDefaultServiceConfig(config), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	conn.Connect()
	open := func() (n int) {
		for _, s := range servers {
			s.mu.Lock()
			n += s.open
			s.mu.Unlock()
		}
		return n
	}
	require.Eventually(t, func() bool { return conn.GetState() == connectivity.Ready && open() == 3 }, time.Minute, time.Millisecond, fmt.Sprint(open()))
	time.Sleep(100 * time.Millisecond) // another would come now
	require.Equal(t, 3, open())
}
