package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/reload"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
)

// keyedVendor issues digits to whoever shows one of its keys.
type keyedVendor struct {
	*httptest.Server

	mu      sync.Mutex
	keys    map[string]bool
	refused atomic.Int64
	served  sync.Map // key → *atomic.Int64
}

func startKeyedVendor(t *testing.T, keys ...string) *keyedVendor {
	t.Helper()
	v := &keyedVendor{keys: map[string]bool{}}
	for _, key := range keys {
		v.keys[key] = true
	}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.FormValue("api_key")
		v.mu.Lock()
		known := v.keys[key]
		v.mu.Unlock()
		if !known {
			v.refused.Add(1)
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"error_message":"AUTHENTICATION_ERROR"}`)
			return
		}
		count, _ := v.served.LoadOrStore(key, &atomic.Int64{})
		count.(*atomic.Int64).Add(1)
		_, _ = io.WriteString(w, `{"token_random_number":"tok-1","random_number":"0042"}`)
	}))
	t.Cleanup(v.Close)
	return v
}

// take has the vendor know the key, or not any more.
func (v *keyedVendor) take(key string, known bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys[key] = known
}

func (v *keyedVendor) servedBy(key string) int64 {
	count, _ := v.served.LoadOrStore(key, &atomic.Int64{})
	return count.(*atomic.Int64).Load()
}

// reloading is a gateway whose configuration and secrets are files of a folder.
type reloading struct {
	*gateway.Gateway

	folder, url string
	client      livenessv1.LivenessServiceClient
	log         *lockedBuffer
}

// reloadConfig has two accounts, of which one has two credentials. %s are more accounts, more
// targets, and more of the file.
const reloadConfig = `
listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0"}
shutdown_grace: 2s
accounts:
  one:
    provider: megvii
    base_url: URL
    timeout: 5s
    credentials:
      - {name: main, api_key: {file: main.key}, api_secret: {file: secret}}
      - {name: spare, api_key: {file: spare.key}, api_secret: {file: secret}}
  two:
    provider: megvii
    base_url: URL
    timeout: 5s
    credentials: [{name: main, api_key: {file: two.key}, api_secret: {file: secret}}]
%sroutes:
  - flow: spoken_digits
    order: weighted
    targets:
      - {account: one, product: megvii.random-number, weight: 50}
      - {account: two, product: megvii.random-number, weight: 50}
%s%s`

func reloadText(accounts, targets, more string) string {
	return fmt.Sprintf(reloadConfig, accounts, targets, more)
}

// newReloading returns a gateway that has its secrets, and neither a configuration nor started.
func newReloading(t *testing.T, url string) *reloading {
	t.Helper()
	g := &reloading{folder: t.TempDir(), url: url, log: &lockedBuffer{}}
	for name, text := range map[string]string{"main.key": "key-main-1", "spare.key": "key-spare-1", "two.key": "key-two-1", "secret": "secret-5127"} {
		g.write(t, name, text)
	}
	return g
}

func startReloading(t *testing.T, url string) *reloading {
	t.Helper()
	g := newReloading(t, url)
	g.configure(t, reloadText("", "", ""))
	g.start(t)
	return g
}

// start runs the gateway until the end of the test. What is done meanwhile is done between the
// reading of the configuration and all else.
func (g *reloading) start(t *testing.T, meanwhile ...func()) {
	t.Helper()
	file := filepath.Join(g.folder, "gateway.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	cfg, err := parseConfig(file, text)
	require.NoError(t, err)
	for _, do := range meanwhile {
		do()
	}
	g.Gateway, err = gateway.New(cfg, accesslog.NewLogger(zapcore.Lock(zapcore.AddSync(g.log)), zap.InfoLevel), telemetry.ReadBuild(),
		gateway.WithReload(func(file string, text []byte, running *config.Config) (*config.Config, error) {
			return parseConfig(file, text, config.Replacing(running))
		}))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	connection, err := grpc.NewClient(g.Addresses().GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	g.client = livenessv1.NewLivenessServiceClient(connection)
	t.Cleanup(func() {
		require.NoError(t, connection.Close())
		stop()
		require.NoError(t, <-ended)
	})
}

// write replaces a file at once, as a careful operator does.
func (g *reloading) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(g.folder, name)
	require.NoError(t, os.WriteFile(file+".new", []byte(text), 0o600))
	require.NoError(t, os.Rename(file+".new", file))
}

func (g *reloading) configure(t *testing.T, text string) {
	t.Helper()
	g.write(t, "gateway.yaml", strings.ReplaceAll(text, "URL", g.url))
}

// page returns what operators see of the configuration.
func (g *reloading) page(t *testing.T) (page struct {
	Configuration reload.Status `json:"configuration"`
	Accounts      []struct {
		Account     string
		Credentials []struct{ Name, State, Rotation string }
	}
},
) {
	t.Helper()
	code, _, body := getPage(t, g.Addresses().Operator, "/routes")
	require.Equal(t, http.StatusOK, code)
	require.NoError(t, json.Unmarshal([]byte(body), &page))
	return page
}

func (g *reloading) metrics(t *testing.T) string {
	t.Helper()
	_, _, text := getPage(t, g.Addresses().Admin, "/metrics")
	return text
}

// load is calls that come whatever happens.
type load struct {
	begin  time.Time
	stop   context.CancelFunc
	ended  sync.WaitGroup
	made   atomic.Int64
	failed atomic.Int64
	mu     sync.Mutex
	first  []string // failures
}

// load makes so many calls a second until it is ended, or as many as the machine can: no more
// than 200 are in flight. Every fourth has an idempotency key.
func (g *reloading) load(perSecond int) *load {
	ctx, stop := context.WithCancel(context.Background())
	l := &load{stop: stop, begin: time.Now()}
	slots := make(chan struct{}, 200)
	l.ended.Go(func() {
		for n := 0; ; n++ {
			timer := time.NewTimer(time.Until(l.begin.Add(time.Duration(n) * time.Second / time.Duration(perSecond))))
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
			}
			slots <- struct{}{}
			l.ended.Go(func() {
				l.call(g.client, n)
				<-slots
			})
		}
	})
	return l
}

func (l *load) call(client livenessv1.LivenessServiceClient, n int) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	request := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, SubjectId: fmt.Sprint("user-", n)}
	if n%4 == 0 {
		request.IdempotencyKey = fmt.Sprint("key-", n)
	}
	_, err := client.IssueLivenessToken(ctx, request)
	l.made.Add(1)
	if err == nil {
		return
	}
	l.failed.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.first) < 5 {
		l.first = append(l.first, err.Error())
	}
}

// end waits for the calls in flight, and wants none to have failed.
func (l *load) end(t *testing.T) {
	t.Helper()
	l.stop()
	l.ended.Wait()
	t.Logf("%d calls, %.0f a second, %d failed", l.made.Load(), float64(l.made.Load())/time.Since(l.begin).Seconds(), l.failed.Load())
	require.Zero(t, l.failed.Load(), "%q", l.first)
	require.NotZero(t, l.made.Load())
}
