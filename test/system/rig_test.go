package system

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/certtest"
	"github.com/liveness-gateway/gateway/internal/config"
	inprocess "github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/providers"
	standins "github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// riggedConfig has one route with a target of either vendor.
const riggedConfig = `listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0", operator: "127.0.0.1:0"}
accounts:
  megvii-cn:
    provider: megvii
    base_url: MEGVII
    credentials:
      - {name: main, api_key: {env: RIG_MEGVII_KEY}, api_secret: {env: RIG_MEGVII_SECRET}}
  linkface-cn:
    provider: linkface
    base_url: LINKFACE
    credentials:
      - {name: main, api_id: {env: RIG_LINKFACE_ID}, api_secret: {env: RIG_LINKFACE_SECRET}}
routes:
  - flow: app_sdk
    targets:
      - {account: megvii-cn, product: megvii.app-v5, parameters: {liveness_id: rig}}
      - {account: linkface-cn, product: linkface.app}
`

// rigged are the variables with the secrets of riggedConfig, and of what some faults add to it.
var rigged = map[string]string{
	"RIG_MEGVII_KEY": standins.DemoMegviiAPIKey, "RIG_MEGVII_SECRET": standins.DemoMegviiAPISecret,
	"RIG_LINKFACE_ID": standins.DemoLinkfaceAPIID, "RIG_LINKFACE_SECRET": standins.DemoLinkfaceAPISecret,
	"RIG_WRONG": "wrong", "RIG_KEYS": strings.Repeat("k", 32),
}

// rig is replicas of the gateway under load, with all that is around them, before and in a fault.
type rig struct {
	t *testing.T

	megvii, linkface *vendor
	replicas         []*replica
	load             *load
	// redis runs at redisAddress where the configuration has REDIS.
	redis        *process
	redisAddress string
	// lacksCollector makes the collector of spans refuse them.
	lacksCollector atomic.Bool
	// broken makes an adapter panic at its next call.
	broken atomic.Bool
}

// replica is a gateway.
type replica struct {
	rest, admin string
	// folder has its configuration and its certificates.
	folder string
	// config is the text of the former.
	config string
	// process is nil if it runs in the test's own.
	process *process
	// unscraped says that Prometheus does not know of it any more.
	unscraped bool
}

// startRig starts what a fault needs.
func startRig(t *testing.T, f *fault) *rig {
	t.Helper()
	r := &rig{t: t, megvii: startVendor(t, standins.NewMegvii), linkface: startVendor(t, standins.NewLinkface)}
	text := riggedConfig
	for i := 0; i < len(f.config); i += 2 {
		require.Contains(t, text, f.config[i])
		text = strings.Replace(text, f.config[i], f.config[i+1], 1)
	}
	if strings.Contains(text, "REDIS") {
		r.startRedis()
	}
	text = strings.NewReplacer("MEGVII\n", r.megvii.url+"\n", "LINKFACE\n", r.linkface.url+"\n", "REDIS", r.redisAddress).Replace(text)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if r.lacksCollector.Load() {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(collector.Close)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}, Timeout: time.Minute}
	t.Cleanup(client.CloseIdleConnections)
	scheme := "http"
	authority := certtest.New(t)
	for range max(1, f.replicas) {
		next := &replica{folder: t.TempDir(), config: text}
		if f.days > 0 {
			scheme = "https"
			client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: authority.Pool()}
			next.certify(t, authority, f.days)
		}
		next.write(t, text)
		if f.within {
			r.run(next)
		} else {
			next.start(t, collector.URL, f.traced)
		}
		r.replicas = append(r.replicas, next)
	}
	r.load = startLoad(t, r, client, scheme, f)
	return r
}

// write puts a configuration in the place of the one that there is.
func (p *replica) write(t *testing.T, text string) {
	t.Helper()
	next := filepath.Join(p.folder, "next")
	require.NoError(t, os.WriteFile(next, []byte(text), 0o600))
	require.NoError(t, os.Rename(next, filepath.Join(p.folder, "gateway.yaml")))
}

// change has the replica read its configuration with something else in it.
func (p *replica) change(t *testing.T, old, replacement string) {
	t.Helper()
	require.Contains(t, p.config, old)
	p.config = strings.Replace(p.config, old, replacement, 1)
	p.write(t, p.config)
}

// certify gives the replica a certificate for so many days.
func (p *replica) certify(t *testing.T, authority *certtest.Authority, days int) {
	t.Helper()
	pair := authority.Issue(t, certtest.Leaf{NotAfter: time.Now().AddDate(0, 0, days)})
	leaf, _, _ := strings.Cut(string(pair.Certificate), "-----END CERTIFICATE-----\n") // the authority's own holds for a day
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "tls.crt"), []byte(leaf+"-----END CERTIFICATE-----\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "tls.key"), pair.Key, 0o600))
}

// start runs the built program.
func (p *replica) start(t *testing.T, collector string, traced bool) {
	t.Helper()
	serve := exec.Command(gateway, "serve", "--config", filepath.Join(p.folder, "gateway.yaml"))
	serve.Env = serve.Environ()
	if traced {
		serve.Env = append(serve.Env, "OTEL_TRACES_EXPORTER=otlp", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
			"OTEL_EXPORTER_OTLP_ENDPOINT="+collector, "OTEL_BSP_SCHEDULE_DELAY=200")
	}
	p.process = start(t, serve)
	p.rest, p.admin = p.process.await(t, `"rest":"([^"]+)"`), p.process.await(t, `"admin":"([^"]+)"`)
}

// kill ends the replica at once.
func (p *replica) kill() {
	_ = p.process.Process.Kill()
	_ = p.process.Wait()
}

// run has the replica in this process, with adapters of which one panics when the rig is broken.
func (r *rig) run(p *replica) {
	r.t.Helper()
	all := vendors.All()
	for _, v := range all {
		opened := v.Open
		v.Open = func(c providers.AccountConfig) providers.Account { return breakable{opened(c), &r.broken} }
	}
	cfg, err := config.Parse("gateway.yaml", []byte(p.config), all)
	require.NoError(r.t, err)
	g, err := inprocess.New(cfg, zap.NewNop(), telemetry.ReadBuild())
	require.NoError(r.t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	r.t.Cleanup(func() {
		stop()
		require.NoError(r.t, <-ended)
	})
	p.rest, p.admin = g.Addresses().REST, g.Addresses().Admin
}

// breakable is an account whose adapter panics once when broken says so.
type breakable struct {
	providers.Account

	broken *atomic.Bool
}

func (b breakable) NewTarget(product string, parameters map[string]string) providers.Target {
	return breakableTarget{b.Account.NewTarget(product, parameters), b.broken}
}

type breakableTarget struct {
	providers.Target

	broken *atomic.Bool
}

func (b breakableTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	if b.broken.CompareAndSwap(true, false) {
		panic("a fault of an adapter")
	}
	return b.Target.Issue(ctx, call)
}

// occupyRedis has commands of somebody else's keep Redis from all others for so long each.
func (r *rig) occupyRedis(each time.Duration) {
	r.t.Helper()
	somebody := goredis.NewClient(&goredis.Options{Addr: r.redisAddress, MaxRetries: -1, DisableIdentity: true})
	r.during(func() {
		_ = somebody.Do(context.Background(), "DEBUG", "SLEEP", each.Seconds()).Err()
		time.Sleep(each / 10)
	})
	r.t.Cleanup(func() { _ = somebody.Close() })
}

// startRedis starts a Redis that takes DEBUG, by which a test makes it slow.
func (r *rig) startRedis() {
	r.t.Helper()
	r.redis = start(r.t, exec.Command(program(r.t, "redis-server", "redis-server"),
		"--bind", "127.0.0.1", "--port", strconv.Itoa(freePort(r.t)), "--save", "", "--dir", r.t.TempDir(), "--enable-debug-command", "yes"))
	port := r.redis.await(r.t, `port=(\d+)`)
	r.redis.await(r.t, `(Ready to accept connections)`)
	r.redisAddress = "127.0.0.1:" + port
}

// throttle lets the replica run for a part of the time alone, as the kernel does with a container
// that has used up its share of the processor.
func (r *rig) throttle(runs, rests time.Duration) {
	r.t.Helper()
	process := r.replicas[0].process.Process
	r.during(func() {
		_ = process.Signal(syscall.SIGSTOP)
		time.Sleep(rests)
		_ = process.Signal(syscall.SIGCONT)
		time.Sleep(runs)
	})
}

// during does something again and again until the test ends.
func (r *rig) during(do func()) {
	r.t.Helper()
	var running sync.WaitGroup
	running.Go(func() {
		for r.t.Context().Err() == nil {
			do()
		}
	})
	r.t.Cleanup(running.Wait)
}
