package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/procfs"
	"github.com/liveness-gateway/gateway/bench/internal/rig"
	"github.com/liveness-gateway/gateway/bench/internal/work"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/freeport"
)

const (
	manyConnections = 1000
	loggedCalls     = 2000
	workers         = 8
	warmUp          = time.Second
	window          = 5 * time.Second
	idleWindow      = 10 * time.Second
)

// bench is what is measured with.
type bench struct {
	folder, gateway, certificate, key string
	vendor                            *rig.Vendor
}

func measureInto(ctx context.Context, file string) (err error) {
	redisServer, err := exec.LookPath("redis-server")
	if err != nil {
		return fmt.Errorf("a Redis is measured too (apt-get install redis-server): %w", err)
	}
	b := bench{}
	if b.folder, err = os.MkdirTemp("", "scaling"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.folder) }()
	if err := b.prepare(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.vendor.Stop()) }()
	m := measured{Command: "go run ./bench/scaling -measure"}
	if err := m.describe(ctx); err != nil {
		return err
	}
	for _, measure := range []func() error{
		func() (err error) { m.ConnectionBytes, err = b.connection(ctx, false); return err },
		func() (err error) { m.ConnectionTLSBytes, err = b.connection(ctx, true); return err },
		func() error { return b.observation(ctx, &m) },
		func() error { return b.redis(ctx, redisServer, &m) },
	} {
		if err := measure(); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(&m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// describe says where it was measured.
func (m *measured) describe(ctx context.Context) error {
	commit, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty=, with changes", "--abbrev=12").Output()
	if err != nil {
		return err
	}
	processor, err := procfs.Processor()
	if err != nil {
		return err
	}
	average, err := procfs.LoadAverage()
	m.Commit = strings.TrimSpace(string(commit))
	m.Machine = fmt.Sprintf("%d cores of %s, %s, load average %s", runtime.NumCPU(), processor, runtime.Version(), average)
	return err
}

func (b *bench) prepare(ctx context.Context) (err error) {
	if b.gateway, err = rig.Build(ctx, ".", "./cmd/gateway", filepath.Join(b.folder, "gateway")); err != nil {
		return err
	}
	standIn, err := rig.Build(ctx, ".", "./bench/standin", filepath.Join(b.folder, "standin"))
	if err != nil {
		return err
	}
	b.certificate, b.key = filepath.Join(b.folder, "tls.crt"), filepath.Join(b.folder, "tls.key")
	if err := rig.WriteCertificate(b.certificate, b.key); err != nil {
		return err
	}
	b.vendor, err = rig.StartVendor(ctx, b.folder, standIn)
	return err
}

// replica is a running gateway.
type replica struct {
	*rig.Process
	grpc, admin string
}

// configuration has four accounts, and routes over all of them.
const configuration = `
shutdown_grace: 1s
%s
accounts:
%s
routes:
  - {flow: spoken_digits, targets: [%[3]s]}
  - {flow: spoken_digits, scenario: onboarding, targets: [%[3]s]}
  - {flow: spoken_digits, scenario: login, targets: [%[3]s]}
`

// start starts a gateway with keys of the configuration beside those that all have, and others in
// each account.
func (b *bench) start(ctx context.Context, top, ofAccount string) (*replica, error) {
	var accounts, targets strings.Builder
	for i := range 4 {
		_, _ = fmt.Fprintf(&accounts, "  account-%d: {provider: megvii, base_url: %q, credentials: [{name: main, api_key: {env: SCALING_KEY}, api_secret: {env: SCALING_KEY}}]%s}\n", i, b.vendor.Plain, ofAccount)
		_, _ = fmt.Fprintf(&targets, "{account: account-%d, product: megvii.random-number}, ", i)
	}
	file := filepath.Join(b.folder, "gateway.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, configuration, top, accounts.String(), targets.String()), 0o600); err != nil {
		return nil, err
	}
	var addresses [4]string
	for i := range addresses {
		address, err := freeport.TakeAddress()
		if err != nil {
			return nil, err
		}
		addresses[i] = address
	}
	process, err := rig.Start(ctx, b.folder, rig.Command{
		Name: "gateway", Listens: addresses[:],
		Args: []string{
			b.gateway, "serve", "--config", file, "--listen-grpc", addresses[0], "--listen-rest", addresses[1],
			"--listen-admin", addresses[2], "--listen-operator", addresses[3],
		},
		Env: []string{"SCALING_KEY=" + strings.Repeat("k", 32)},
	})
	if err != nil {
		return nil, err
	}
	return &replica{process, addresses[0], addresses[2]}, nil
}

// connection measures what an idle connection takes whose client watches the health of the service.
func (b *bench) connection(ctx context.Context, encrypted bool) (bytes int, err error) {
	top, secure := "", insecure.NewCredentials()
	if encrypted {
		top = fmt.Sprintf("listen: {tls: {certificate: %q, key: %q}}", b.certificate, b.key)
		if secure, err = credentials.NewClientTLSFromFile(b.certificate, ""); err != nil {
			return 0, err
		}
	}
	r, err := b.start(ctx, top, "")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	pids, err := r.Pids()
	if err != nil {
		return 0, err
	}
	before, err := procfs.ReadMemory(pids...)
	if err != nil {
		return 0, err
	}
	var open []*grpc.ClientConn
	defer func() {
		for _, conn := range open {
			_ = conn.Close()
		}
	}()
	for range manyConnections {
		conn, err := grpc.NewClient(r.grpc, grpc.WithTransportCredentials(secure))
		if err != nil {
			return 0, err
		}
		open = append(open, conn)
		watch, err := healthpb.NewHealthClient(conn).Watch(ctx, &healthpb.HealthCheckRequest{Service: "liveness.v1.LivenessService"})
		if err != nil {
			return 0, err
		}
		if _, err := watch.Recv(); err != nil {
			return 0, err
		}
	}
	after, err := procfs.ReadMemory(pids...)
	return int(after.Resident-before.Resident) / manyConnections, err
}

// observation measures what a replica says of itself: series, and lines of the log.
func (b *bench) observation(ctx context.Context, m *measured) (err error) {
	text, authorizations := callersOf(20, "")
	r, err := b.start(ctx, text, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	before, err := os.Stat(r.LogFile)
	if err != nil {
		return err
	}
	call, closer, err := client(r, false, authorizations)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	for range loggedCalls {
		if err := call(ctx); err != nil {
			return err
		}
	}
	time.Sleep(time.Second) // the log is written ten times a second
	after, err := os.Stat(r.LogFile)
	if err != nil {
		return err
	}
	m.LogBytes = int(after.Size()-before.Size()) / loggedCalls
	return r.scrape(ctx, m)
}

func (r *replica) scrape(ctx context.Context, m *measured) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.admin+"/metrics", http.NoBody)
	if err != nil {
		return err
	}
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	compressed, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	unpacked, err := gzip.NewReader(strings.NewReader(string(compressed)))
	if err != nil {
		return err
	}
	text, err := io.ReadAll(unpacked)
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			m.Series++
		}
		if strings.HasPrefix(line, "liveness_gateway_") {
			m.OwnSeries++
		}
	}
	m.ScrapeBytes = len(compressed)
	return err
}

// callersOf returns n callers, each with a key and with what each may, and what they show.
func callersOf(n int, may string) (text string, authorizations []string) {
	var all strings.Builder
	all.WriteString("callers:\n")
	for i := range n {
		token, key := callers.NewAPIKey()
		_, _ = fmt.Fprintf(&all, "  caller-%d: {api_keys: [{name: main, id: %q, sha256: \"%x\"}]%s}\n", i, key.ID, key.Hash, may)
		authorizations = append(authorizations, "Bearer "+token)
	}
	return all.String(), authorizations
}

func client(r *replica, keys bool, authorizations []string) (load.Call, io.Closer, error) {
	body, err := work.Small(work.TwoTargets).Encode(work.GRPC)
	if err != nil {
		return nil, nil, err
	}
	return load.NewGRPC(r.grpc, body, load.Options{Connections: 4, Keys: keys, Deadline: 10 * time.Second, Authorizations: authorizations})
}

// redis measures Redis's processor time and memory for what it is asked.
func (b *bench) redis(ctx context.Context, program string, m *measured) (err error) {
	address, err := freeport.TakeAddress()
	if err != nil {
		return err
	}
	_, port, _ := strings.Cut(address, ":")
	server, err := rig.Start(ctx, b.folder, rig.Command{
		Name: "redis", Listens: []string{address},
		Args: []string{program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", b.folder},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	admin := goredis.NewClient(&goredis.Options{Addr: address})
	defer func() { err = errors.Join(err, admin.Close()) }()
	top := fmt.Sprintf("redis: {addresses: [%q]}\nidempotency: {naming_key: {env: SCALING_KEY}, sealing_keys: [{env: SCALING_KEY}]}\n", address)
	if m.RedisIdleMicros, err = b.idleRedis(ctx, server, top); err != nil {
		return err
	}
	before, err := info(ctx, admin, "used_memory")
	if err != nil {
		return err
	}
	micros, calls, err := b.redisTime(ctx, server, top, "", true, nil)
	if err != nil {
		return err
	}
	after, err := info(ctx, admin, "used_memory")
	if err != nil {
		return err
	}
	m.RedisKeyedMicros, m.RedisKeyBytes = micros, int((after-before)/float64(calls))
	if m.RedisLimitMicros, _, err = b.redisTime(ctx, server, top, ", vendor_limit: {concurrency: 1000}", false, nil); err != nil {
		return err
	}
	text, authorizations := callersOf(1, ", rate: 100000")
	m.RedisRateMicros, _, err = b.redisTime(ctx, server, top+text, "", false, authorizations)
	return err
}

// idleRedis returns Redis's processor time in a second for a replica without calls, in µs.
func (b *bench) idleRedis(ctx context.Context, server *rig.Process, top string) (micros float64, err error) {
	alone, err := timeOf(server, func() { time.Sleep(idleWindow) })
	if err != nil {
		return 0, err
	}
	r, err := b.start(ctx, top, "")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	time.Sleep(warmUp)
	both, err := timeOf(server, func() { time.Sleep(idleWindow) })
	return float64((both - alone).Microseconds()) / idleWindow.Seconds(), err
}

// timeOf returns the processor time that a process takes while something is done.
func timeOf(process *rig.Process, do func()) (time.Duration, error) {
	pids, err := process.Pids()
	if err != nil {
		return 0, err
	}
	before, err := procfs.CPUTime(pids...)
	if err != nil {
		return 0, err
	}
	do()
	after, err := procfs.CPUTime(pids...)
	return after - before, err
}

// info returns a number that Redis tells of itself.
func info(ctx context.Context, admin *goredis.Client, name string) (float64, error) {
	text, err := admin.Info(ctx).Result()
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, fmt.Errorf("this Redis does not tell its %s", name)
}

// redisTime returns Redis's processor time for a call in µs, and how many calls there were.
func (b *bench) redisTime(ctx context.Context, server *rig.Process, top, ofAccount string, keys bool, authorizations []string) (micros float64, calls int, err error) {
	r, err := b.start(ctx, top, ofAccount)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	call, closer, err := client(r, keys, authorizations)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	warm := load.Closed(ctx, call, workers, warmUp)
	var result load.Result
	took, err := timeOf(server, func() { result = load.Closed(ctx, call, workers, window) })
	if err != nil {
		return 0, 0, err
	}
	if failed := warm.Failed + result.Failed; failed > 0 {
		return 0, 0, fmt.Errorf("%d calls failed: %w", failed, errors.Join(warm.Err, result.Err))
	}
	return float64(took.Microseconds()) / float64(result.OK), warm.OK + result.OK, nil
}
