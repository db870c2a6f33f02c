package redis_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/stdlog"
)

func TestMain(m *testing.M) {
	stdlog.New(nil).Redirect() // as the gateway does
	goleak.VerifyTestMain(patiently{m})
}

// patiently runs tests and waits for what ends by itself: where it could not connect, go-redis tries
// again once a second, and sees only then that it is closed, which is all the time that goleak waits.
type patiently struct{ *testing.M }

func (p patiently) Run() int {
	code := p.M.Run()
	for range 10 {
		if goleak.Find() == nil {
			break
		}
	}
	return code
}

var (
	set  = redis.NewScript("set", `return redis.call('SET', KEYS[1], ARGV[1])`)
	echo = redis.NewScript("echo", `return ARGV[1]`)
	fail = redis.NewScript("fail", `return redis.error_reply(ARGV[1])`)
)

// a is a key.
var a = []string{"a"}

// rig is a client and what it told.
type rig struct {
	*redis.Client

	mu   sync.Mutex
	told map[redis.Failure]int
	log  bytes.Buffer
}

func (r *rig) count(_ string, _ time.Duration, failure redis.Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told[failure]++
}

// Write is where the log goes.
func (r *rig) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(line)
}

func (r *rig) logged() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

func open(t *testing.T, address string, change ...func(*redis.Options)) *rig {
	t.Helper()
	r := &rig{told: map[redis.Failure]int{}}
	encoder := zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "msg"})
	options := redis.Options{
		Addresses: []string{address}, Timeout: time.Second, Prefix: "test:", Observe: r.count,
		Log: zap.New(zapcore.NewCore(encoder, zapcore.AddSync(r), zap.InfoLevel)),
	}
	for _, c := range change {
		c(&options)
	}
	r.Client = redis.Open(options)
	t.Cleanup(r.Close)
	return r
}

func requireFailure(t *testing.T, want redis.Failure, err error) {
	t.Helper()
	var failure *redis.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, want, failure.Failure)
}

// eventually waits for something that must come.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, time.Minute, time.Millisecond)
}

func TestAScriptRuns(t *testing.T) {
	server := miniredis.RunT(t)
	r := open(t, server.Addr())
	require.True(t, r.Up())
	scripts := goredis.NewClient(&goredis.Options{Addr: server.Addr()})
	defer func() { _ = scripts.Close() }()
	for range 2 {
		_, err := r.Run(t.Context(), set, a, "value")
		require.NoError(t, err)
		server.FlushAll()
		_, err = r.Run(t.Context(), set, a, "value")
		require.NoError(t, err)
		server.CheckGet(t, "test:a", "value")
		require.NoError(t, scripts.ScriptFlush(t.Context()).Err())
	}
}

// What Redis says is read by its code, and never passed on.
func TestErrorsOfTheServer(t *testing.T) {
	r := open(t, miniredis.RunT(t).Addr())
	for text, want := range map[string]redis.Failure{
		"READONLY You can't write against a read only replica.":   redis.ReadOnly,
		"OOM command not allowed when used memory > 'maxmemory'.": redis.Full,
		"LOADING Redis is loading the dataset in memory":          redis.NotReady,
		"CLUSTERDOWN The cluster is down":                         redis.NotReady,
		"NOPERM this user has no permissions":                     redis.Unauthorized,
		"ERR tiger-lily-7781":                                     redis.Refused,
		"tiger-lily-7781":                                         redis.Refused,
	} {
		_, err := r.Run(t.Context(), fail, a, text)
		requireFailure(t, want, err)
		require.NotContains(t, err.Error(), "tiger-lily")
		require.True(t, r.Up(), "an answer is an answer")
	}
}

func TestWrongPassword(t *testing.T) {
	server := miniredis.RunT(t)
	server.RequireUserAuth("gateway", "right")
	wrong := open(t, server.Addr(), func(o *redis.Options) { o.Username, o.Password = "gateway", sensitive.New("wrong-7781") })
	require.False(t, wrong.Up())
	require.NotContains(t, wrong.logged(), "-7781")
	_, err := wrong.Run(t.Context(), set, a, "b")
	requireFailure(t, redis.Down, err)
	require.True(t, open(t, server.Addr(), func(o *redis.Options) { o.Username, o.Password = "gateway", sensitive.New("right") }).Up())
}

// A server that is not there at the start, and one that goes away, are found again.
func TestDownAndUp(t *testing.T) {
	server := miniredis.NewMiniRedis()
	require.NoError(t, server.Start())
	address := server.Addr()
	server.Close()
	r := open(t, address)
	require.False(t, r.Up())
	for range 3 {
		require.NoError(t, server.StartAddr(address))
		eventually(t, r.Up)
		_, err := r.Run(t.Context(), set, a, "b")
		require.NoError(t, err)
		server.Close()
		eventually(t, func() bool {
			_, err := r.Run(t.Context(), set, a, "b")
			require.Error(t, err)
			return !r.Up()
		})
		_, err = r.Run(t.Context(), set, a, "b")
		requireFailure(t, redis.Down, err)
	}
	require.Equal(t, 4, strings.Count(r.logged(), "Redis is down"), "at the start, and each time")
	require.Equal(t, 3, strings.Count(r.logged(), "Redis is up"))
}

// silent takes connections and says nothing.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

// A server that is frozen costs an operation its timeout, and after a few of them nothing.
func TestFrozen(t *testing.T) {
	server := miniredis.RunT(t)
	proxy := newProxy(t, server.Addr())
	r := open(t, proxy.address, func(o *redis.Options) { o.Timeout = 50 * time.Millisecond })
	eventually(t, r.Up) // one ping may be late
	proxy.freeze(true)
	eventually(t, func() bool {
		_, err := r.Run(t.Context(), set, a, "b")
		require.Error(t, err)
		return !r.Up()
	})
	proxy.freeze(false)
	eventually(t, r.Up)
}

// Who leaves says nothing of Redis.
func TestACallerWhoLeaves(t *testing.T) {
	r := open(t, miniredis.RunT(t).Addr())
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		_, err := r.Run(gone, set, a, "b")
		requireFailure(t, redis.Left, err)
	}
	require.True(t, r.Up())
}

// A server that speaks no TLS, or another protocol, is down.
func TestNoTLS(t *testing.T) {
	r := open(t, miniredis.RunT(t).Addr(), func(o *redis.Options) { o.TLS = &tls.Config{MinVersion: tls.VersionTLS12} })
	require.False(t, r.Up())
	require.False(t, open(t, silent(t), func(o *redis.Options) { o.Timeout = 10 * time.Millisecond }).Up())
}

// miniredis does not say what it drops, as a user without the right to ask would see it.
func TestEvictionThatCannotBeChecked(t *testing.T) {
	require.Contains(t, open(t, miniredis.RunT(t).Addr()).logged(), "maxmemory-policy should be noeviction")
}
