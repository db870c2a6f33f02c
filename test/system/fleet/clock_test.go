package fleet

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/idempotency"
)

const (
	// farthest is how far a clock is from the right time at most. A token of the vendor's lasts a day.
	farthest = 48 * time.Hour
	// steady is how long a clock goes on as it is.
	steady = 100 * time.Millisecond
	// clockWorkers call at a time.
	clockWorkers = 24
	// callerLeft is why a call has no token whose caller did not wait for it.
	callerLeft = "the caller left"
)

// clock is a replica's wall clock.
type clock struct{ file string }

func newClock(t *testing.T) *clock {
	t.Helper()
	c := &clock{filepath.Join(t.TempDir(), "clock")}
	c.jump(t, 0)
	return c
}

// jump sets the clock to so much after the right time, while the replica runs.
func (c *clock) jump(t *testing.T, by time.Duration) {
	t.Helper()
	file, err := os.OpenFile(c.file, os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	var seconds [8]byte
	binary.NativeEndian.PutUint64(seconds[:], uint64(int64(by/time.Second)))
	_, err = file.WriteAt(seconds[:], 0)
	require.NoError(t, err)
	require.NoError(t, file.Close())
}

// jumpingClocks has go build take its own package time with one line changed: what a clock's file
// says is added to the wall clock. The clock by which timers go is not touched, as by whoever sets
// a machine's clock.
func jumpingClocks(t *testing.T) (overlay string) {
	t.Helper()
	root, err := exec.Command("go", "env", "-C", "../../..", "GOROOT").Output()
	require.NoError(t, err)
	source := filepath.Join(string(bytes.TrimSpace(root)), "src", "time")
	original, err := os.ReadFile(filepath.Join(source, "time.go"))
	require.NoError(t, err)
	const reads = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	require.Equal(t, 1, bytes.Count(original, []byte(reads)), "time.Now is another one in this version of Go: change the line that reads the clock here, too")
	changed := filepath.Join(t.TempDir(), "time.go")
	require.NoError(t, os.WriteFile(changed, bytes.Replace(original, []byte(reads), []byte(reads+"\tsec += jumped().Load()\n"), 1), 0o600))
	added, err := filepath.Abs("testdata/clock.go")
	require.NoError(t, err)
	text, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(source, "time.go"): changed, filepath.Join(source, "fleet_clock.go"): added,
	}})
	require.NoError(t, err)
	overlay = filepath.Join(t.TempDir(), "overlay.json")
	require.NoError(t, os.WriteFile(overlay, text, 0o600))
	return overlay
}

// outcomes are those of calls that fail; of other reasons there must be none.
var outcomes = map[string]idempotency.Outcome{
	"IDEMPOTENCY_KEY_IN_PROGRESS": idempotency.InProgress,
	"IDEMPOTENCY_KEY_REUSED":      idempotency.Reused,
	"IDEMPOTENCY_UNAVAILABLE":     idempotency.Unavailable,
}

// clocks is replicas whose clocks jump, who calls them, and what comes of it.
type clocks struct {
	clients []livenessv1.LivenessServiceClient
	calls   atomic.Int64
	start   time.Time

	mu      sync.Mutex
	ops     []op
	reasons map[string]int
	// off counts the tokens that say to expire an hour or more from when they do.
	off int
}

func (c *clocks) now() time.Duration { return time.Since(c.start) }

// load makes so many calls, and returns when all have ended.
func (c *clocks) load(calls int64) {
	var all sync.WaitGroup
	for range clockWorkers {
		all.Go(func() {
			for n := c.calls.Add(1); n <= calls; n = c.calls.Add(1) {
				c.call(n)
			}
		})
	}
	all.Wait()
}

// call asks any replica for a key that others ask for at the same time, or one of the last ones. A
// few leave before there is an answer, and a few send another message.
func (c *clocks) call(number int64) {
	key := number/callsPerKey + rand.Int64N(keysAtOnce)
	if rand.IntN(10) == 0 {
		key = max(0, key-rand.Int64N(oldKeys))
	}
	message, timeout := "message", 20*time.Second
	if rand.IntN(30) == 0 {
		message = "another"
	}
	if rand.IntN(30) == 0 {
		timeout = rand.N(100 * time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	o := op{replica: rand.IntN(len(c.clients)), id: id{key: fmt.Sprint("key-", key)}, message: message, begin: c.now()}
	answer, err := c.clients[o.replica].IssueLivenessToken(ctx, &livenessv1.IssueLivenessTokenRequest{
		Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, IdempotencyKey: o.id.key, Reference: o.id.key + "/" + message,
	})
	o.end, o.token, o.outcome = c.now(), answer.GetToken(), idempotency.Issued
	if answer.GetReplayed() {
		o.outcome = idempotency.Replayed
	}
	reason := reasonOf(err)
	if err != nil {
		o.outcome = outcomes[reason]
	}
	if code := status.Code(err); code == codes.DeadlineExceeded || code == codes.Canceled {
		o.outcome, reason = idempotency.Left, callerLeft
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ops = append(c.ops, o)
	if err != nil {
		c.reasons[reason]++
	} else if time.Until(answer.GetExpireTime().AsTime().Add(-24*time.Hour)).Abs() > time.Hour {
		c.off++
	}
}

// history is what was done. Of a key whose token went to nobody at first, any call may have had it
// issued whose caller left.
func (c *clocks) history(vendor *tokenVendor) *history {
	h := &history{
		replicas: len(c.clients), ops: c.ops, ledger: make(map[string]entry), counted: make([]int64, len(c.clients)),
		windows: []window{{from: c.now(), to: c.now(), fault: sweeps}},
	}
	orphans := make(map[id]string)
	vendor.references.Range(func(token, reference any) bool {
		key, message, _ := strings.Cut(reference.(string), "/")
		h.ledger[token.(string)] = entry{id{key: key}, message}
		orphans[id{key: key}] = token.(string)
		return true
	})
	for _, o := range h.ops {
		if o.outcome == idempotency.Issued {
			delete(orphans, o.id)
		}
	}
	for i := range h.ops {
		if o := &h.ops[i]; o.outcome == idempotency.Left {
			o.issued = orphans[o.id]
		}
	}
	return h
}

// The clocks of three replicas jump to and fro, for longer than a token lasts, while they are called.
// No key comes to two tokens, nobody gets another's, and nothing fails for it but a repetition: a
// replica whose clock says that the token is over says that the key is in progress.
func TestClocksThatJump(t *testing.T) {
	r := prepareRollout(t, "-overlay", jumpingClocks(t))
	c := &clocks{start: time.Now(), reasons: make(map[string]int)}
	var all []*clock
	for range replicas {
		own := newClock(t)
		started := r.start("FLEET_CLOCK=" + own.file)
		connection, err := grpc.NewClient(started.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
		require.NoError(t, err)
		t.Cleanup(func() { _ = connection.Close() })
		c.clients = append(c.clients, livenessv1.NewLivenessServiceClient(connection))
		all = append(all, own)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.load(int64(*operations))
	}()
	jumps := 0
	for running := true; running; {
		select {
		case <-ended:
			running = false
		case <-time.After(steady):
			all[rand.IntN(len(all))].jump(t, rand.N(2*farthest)-farthest)
			jumps++
		}
	}

	h := c.history(r.vendor)
	v := h.check()
	report(t, h, v)
	t.Logf("%d jumps; %d tokens said to expire an hour or more from when they did; without a token: %v", jumps, c.off, c.reasons)
	requireNone(t, v)
	require.Equal(t, v.keys, v.healthy, "a call did not reach Redis")
	require.Greater(t, c.off, len(c.ops)/10, "the clocks hardly jumped")
	delete(c.reasons, "IDEMPOTENCY_KEY_IN_PROGRESS")
	delete(c.reasons, "IDEMPOTENCY_KEY_REUSED")
	delete(c.reasons, callerLeft)
	require.Empty(t, c.reasons)
}
