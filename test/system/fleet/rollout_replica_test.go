package fleet

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
)

// tokenVendor issues each token once, after the time that a vendor takes.
type tokenVendor struct {
	server *httptest.Server
	count  atomic.Int64
	// references are the caller's, by token.
	references sync.Map
}

func startTokenVendor(t *testing.T) *tokenVendor {
	t.Helper()
	v := &tokenVendor{}
	v.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		reference := request.FormValue("biz_no")
		time.Sleep(20*time.Millisecond + rand.N(60*time.Millisecond))
		token := fmt.Sprint("token-", v.count.Add(1))
		v.references.Store(token, reference)
		_, _ = fmt.Fprintf(w, `{"token_random_number":%q,"random_number":"0042"}`, token)
	}))
	t.Cleanup(v.server.Close)
	return v
}

func (v *tokenVendor) url() string { return v.server.URL }

func (v *tokenVendor) issued() int { return int(v.count.Load()) }

// process is a replica in a process of its own.
type process struct {
	command           *exec.Cmd
	GRPC, REST, Admin string
	ended             chan error
}

// start starts a replica, with more in its environment, and waits until it is ready.
func (r *rollout) start(env ...string) *process {
	r.t.Helper()
	p := &process{command: exec.Command(r.program, "serve", "--config", r.config), ended: make(chan error, 1)}
	p.command.Env = slices.Concat(p.command.Environ(), r.env, env)
	log, err := p.command.StderrPipe()
	require.NoError(r.t, err)
	require.NoError(r.t, p.command.Start())
	r.t.Cleanup(p.kill)
	serving := make(chan error, 1)
	go func() {
		serving <- p.readAddresses(log)
		_, _ = io.Copy(io.Discard, log)
		p.ended <- p.command.Wait()
	}()
	require.NoError(r.t, <-serving)
	require.Eventually(r.t, p.ready, readyLimit, 5*time.Millisecond, "the replica is not ready")
	return p
}

// readyLimit is what a replica may take on a machine that has other things to do.
const readyLimit = time.Minute

// ready reports whether the replica says that it is.
func (p *process) ready() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Admin+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	answer, err := (&http.Client{}).Do(request)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// readAddresses reads the log up to the line that has them.
func (p *process) readAddresses(log io.Reader) error {
	lines := bufio.NewReader(log)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return fmt.Errorf("the replica does not serve: %w", err)
		}
		var said struct{ Msg, GRPC, REST, Admin string }
		if json.Unmarshal(line, &said) == nil && said.Msg == "serving" {
			p.GRPC, p.REST, p.Admin = said.GRPC, said.REST, said.Admin
			return nil
		}
	}
}

// terminate ends the replica as Kubernetes does, and it must end well.
func (p *process) terminate(t *testing.T) {
	t.Helper()
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-p.ended:
		require.NoError(t, err, "exit status")
	case <-time.After(readyLimit):
		t.Fatal("the replica does not end")
	}
}

func (p *process) kill() { _ = p.command.Process.Kill() }

// balancer knows the replicas that calls go to, late: clients of gRPC by its resolver, new
// connections of REST as by a Service of Kubernetes.
type balancer struct {
	resolver *manual.Resolver

	mu       sync.Mutex
	replicas []*process
}

func newBalancer() *balancer { return &balancer{resolver: manual.NewBuilderWithScheme("replicas")} }

func (b *balancer) all() []*process {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.replicas)
}

func (b *balancer) add(p *process) {
	b.change(func(all []*process) []*process { return append(all, p) })
}

func (b *balancer) remove(p *process) {
	b.change(func(all []*process) []*process {
		return slices.DeleteFunc(all, func(other *process) bool { return other == p })
	})
}

func (b *balancer) change(change func([]*process) []*process) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.replicas = change(b.replicas)
	var state resolver.State
	for _, p := range b.replicas {
		state.Endpoints = append(state.Endpoints, resolver.Endpoint{Addresses: []resolver.Address{{Addr: p.GRPC}}})
	}
	b.resolver.UpdateState(state)
}

// pick returns the address of REST of any replica.
func (b *balancer) pick() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.replicas[rand.IntN(len(b.replicas))].REST
}
