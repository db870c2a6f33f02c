package fleet

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var rollouts = flag.Int("rollouts", 1, "how many times three replicas are restarted one after the other, or killed")

const (
	// callsPerSecond are made over gRPC and REST together.
	callsPerSecond = 500
	// noticed is after what time balancers hear of a change, as Endpoints take theirs to arrive.
	noticed = 500 * time.Millisecond
	// settled is between two changes.
	settled = 500 * time.Millisecond
)

// rollout is three replicas that are replaced under load.
type rollout struct {
	t        *testing.T
	program  string
	config   string
	env      []string
	vendor   *tokenVendor
	balancer *balancer
	// telling are changes that balancers have not noticed yet.
	telling sync.WaitGroup
}

func newRollout(t *testing.T) *rollout {
	t.Helper()
	r := prepareRollout(t)
	t.Cleanup(r.telling.Wait)
	for range replicas {
		r.balancer.add(r.start())
	}
	return r
}

// prepareRollout has all that replicas need, which are compiled with the flags.
func prepareRollout(t *testing.T, flags ...string) *rollout {
	t.Helper()
	r := &rollout{
		t: t, program: buildGateway(t, flags...), vendor: startTokenVendor(t), balancer: newBalancer(),
		config: filepath.Join(t.TempDir(), "gateway.yaml"),
	}
	redis := newRedis(t, "appendonly no") // it is not what dies here
	r.env = []string{"FLEET_PASSWORD=" + password, "FLEET_KEY=kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "FLEET_SECRET=a-secret"}
	text := `
listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0", operator: "127.0.0.1:0"}
shutdown_delay: 1s
shutdown_grace: 10s
redis: {addresses: ["` + redis.address() + `"], username: ` + username + `, password: {env: FLEET_PASSWORD}, timeout: 2s}
idempotency: {naming_key: {env: FLEET_KEY}, sealing_keys: [{env: FLEET_KEY}]}
accounts:
  vendor:
    provider: megvii
    base_url: ` + r.vendor.url() + `
    credentials: [{name: main, api_key: {env: FLEET_SECRET}, api_secret: {env: FLEET_SECRET}}]
routes:
  - {flow: spoken_digits, targets: [{account: vendor, product: megvii.random-number}]}
`
	require.NoError(t, os.WriteFile(r.config, []byte(text), 0o600))
	return r
}

// buildGateway compiles the program that is replaced, with the flags.
func buildGateway(t *testing.T, flags ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gateway")
	command := exec.Command("go", slices.Concat([]string{"build", "-C", "../../..", "-trimpath", "-o", path}, flags, []string{"./cmd/gateway"})...)
	command.Env = append(command.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return path
}

// later tells the balancers of a change after the time that they need to notice.
func (r *rollout) later(change func()) {
	r.telling.Add(1)
	time.AfterFunc(noticed, func() {
		defer r.telling.Done()
		change()
	})
}

// restart replaces each replica by a new one, as a Deployment does with maxSurge 1 and
// maxUnavailable 0, and without preStop: the old one gets SIGTERM while it is still called.
func (r *rollout) restart() {
	r.t.Helper()
	for _, old := range r.balancer.all() {
		r.balancer.add(r.start())
		time.Sleep(settled)
		r.later(func() { r.balancer.remove(old) })
		old.terminate(r.t)
	}
}

// kill ends each replica at once, and replaces it.
func (r *rollout) kill() {
	r.t.Helper()
	for _, old := range r.balancer.all() {
		r.later(func() { r.balancer.remove(old) })
		old.kill()
		r.balancer.add(r.start())
		time.Sleep(2 * settled)
	}
}

// Replicas are replaced under load, and nobody notices: not over gRPC, whose clients have the
// service config, nor over REST, whose clients keep connections; and no token is for nobody.
func TestRollingRestartsFailNothing(t *testing.T) {
	r := newRollout(t)
	load, done := startLoad(t, r.balancer, plain), 0
	t.Cleanup(func() { t.Logf("%d rolling restarts of %d replicas: %s", done, replicas, load.end()) })
	for ; done < *rollouts; done++ {
		r.restart()
	}
	r.telling.Wait()
	result := load.end()
	require.Empty(t, result.failed[:min(5, len(result.failed))])
	require.Greater(t, result.calls, callsPerSecond, "there was hardly any load")
	require.Equal(t, result.calls, r.vendor.issued(), "a token was issued for nobody")
	require.Len(t, result.tokens, result.calls)
}

// Replicas die at once under load. Who sends a call again with its key gets a token, the same
// for each time; tokens that no answer came of are counted.
func TestKilledReplicasFailNothingThatHasAKey(t *testing.T) {
	r := newRollout(t)
	load := startLoad(t, r.balancer, keyed)
	for range *rollouts {
		r.kill()
	}
	r.telling.Wait()
	result := load.end()
	orphans := r.vendor.issued() - len(result.tokens)
	t.Logf("%d replicas killed: %s; %d calls were sent again, %d tokens orphaned", *rollouts*replicas, result, result.resent, orphans)
	require.Empty(t, result.failed[:min(5, len(result.failed))])
	require.Greater(t, result.calls, callsPerSecond, "there was hardly any load")
	require.Len(t, result.tokens, result.calls, "a token came to two keys")
	require.GreaterOrEqual(t, orphans, 0)
	require.LessOrEqual(t, orphans, result.resent, "a token is orphaned without a call that was cut")
	require.Positive(t, result.resent, "no call was in flight when a replica died")
}
