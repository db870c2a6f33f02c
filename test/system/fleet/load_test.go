package fleet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/idempotency/redisstore"
	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	replicas = 3
	// workers call at a time, each after a pause, about 3,000 times a second together: so
	// many calls see a fault, and not many more.
	workers   = 48
	mostPause = 25 * time.Millisecond
	// keysAtOnce are called for at a time; after each so many calls another takes the place
	// of the oldest. A tenth of the calls comes back to one of the last.
	keysAtOnce, callsPerKey, oldKeys = 8, 40, 300
)

var callers = []string{"shop", "bank", "app"}

// replica is one process of the fleet: what it has of a gateway.
type replica struct {
	keeper  *idempotency.Keeper
	client  *redis.Client
	counted atomic.Int64
}

// fleet is the replicas, who calls them, and what comes of it.
type fleet struct {
	t        *testing.T
	replicas []*replica
	calls    atomic.Int64
	start    time.Time
	// callerOf is the caller that a call is made for.
	callerOf func(caller string) string

	mu      sync.Mutex
	history history
}

// mistake changes what a replica is made of, to see that the check notices.
type mistake struct {
	store    func(own *idempotency.Memory, shared idempotency.Store) idempotency.Store
	callerOf func(string) string
	uncount  bool
}

// newFleet returns replicas that reach Redis by the options, each its own.
func newFleet(t *testing.T, options []redis.Options, m mistake) *fleet {
	t.Helper()
	f := &fleet{t: t, start: time.Now(), callerOf: m.callerOf, history: history{
		replicas: replicas, ledger: make(map[string]entry), counted: make([]int64, replicas),
	}}
	if f.callerOf == nil {
		f.callerOf = func(caller string) string { return caller }
	}
	for _, o := range options {
		o.Timeout, o.Prefix, o.Log = redis.DefaultTimeout, "liveness-gateway:", zap.NewNop()
		o.Username, o.Password = username, sensitive.New(password)
		o.Observe = func(string, time.Duration, redis.Failure) {}
		r := &replica{client: redis.Open(o)}
		t.Cleanup(r.client.Close)
		own, shared := idempotency.NewMemory(1<<20, 1<<30), idempotency.Store(redisstore.New(r.client))
		store := idempotency.Store(idempotency.NewReplica(own, shared))
		if m.store != nil {
			store = m.store(own, shared)
		}
		count := func() { r.counted.Add(1) }
		if m.uncount {
			count = func() {}
		}
		var err error
		r.keeper, err = idempotency.NewKeeper(store, make([]byte, 32), idempotency.OnDuplicate(count))
		require.NoError(t, err)
		f.replicas = append(f.replicas, r)
	}
	f.awaitUp(startLimit)
	return f
}

// awaitUp waits until every replica has found that Redis is up.
func (f *fleet) awaitUp(limit time.Duration) {
	f.t.Helper()
	for i, r := range f.replicas {
		require.Eventually(f.t, r.client.Up, limit, 5*time.Millisecond, "replica %d does not find Redis", i)
	}
}

func (f *fleet) now() time.Duration { return time.Since(f.start) }

// load calls until ctx ends.
func (f *fleet) load(ctx context.Context) {
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for ctx.Err() == nil {
				f.randomCall()
				time.Sleep(rand.N(mostPause))
			}
		})
	}
	all.Wait()
}

func (f *fleet) randomCall() {
	key := f.calls.Add(1)/callsPerKey + rand.Int64N(keysAtOnce)
	if rand.IntN(10) == 0 {
		key = max(0, key-rand.Int64N(oldKeys))
	}
	message, timeout := "message", time.Second
	if rand.IntN(30) == 0 {
		message = "another"
	}
	if rand.IntN(30) == 0 {
		timeout = rand.N(50 * time.Millisecond)
	}
	f.call(rand.IntN(replicas), id{callers[rand.IntN(len(callers))], fmt.Sprint("key-", key)}, message, timeout, f.vendor)
}

// call makes a call and writes down what comes of it.
func (f *fleet) call(at int, key id, message string, timeout time.Duration, vendor func(context.Context) error) {
	o := op{replica: at, id: key, message: message, begin: f.now()}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	issued := make(chan string, 1)
	result, _ := f.replicas[at].keeper.Do(ctx, idempotency.Call{
		Caller: f.callerOf(key.caller), Key: key.key, Message: []idempotency.Part{{[]byte(message)}},
		Run: func(ctx context.Context) (idempotency.Answer, error) {
			if err := vendor(ctx); err != nil {
				return idempotency.Answer{}, err
			}
			token := f.issue(key, message)
			issued <- token
			return idempotency.Answer{Content: []byte(token), Expires: time.Now().Add(2 * time.Hour)}, nil
		},
	})
	o.end, o.outcome, o.token, o.duplicate = f.now(), result.Outcome, string(result.Answer), result.Duplicate
	f.mu.Lock()
	defer f.mu.Unlock()
	number := len(f.history.ops)
	f.history.ops = append(f.history.ops, o)
	select {
	case f.history.ops[number].issued = <-issued:
	default:
		if o.token == "" { // the run may still go on
			f.late(number, issued)
		}
	}
}

// late writes down what a run comes to that its caller has left.
func (f *fleet) late(number int, issued <-chan string) {
	time.AfterFunc(2*longestVendor, func() {
		select {
		case token := <-issued:
			f.mu.Lock()
			defer f.mu.Unlock()
			f.history.ops[number].issued = token
		default:
		}
	})
}

// issue writes a token into the vendor's ledger.
func (f *fleet) issue(key id, message string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	token := fmt.Sprintf("token-%d", len(f.history.ledger))
	f.history.ledger[token] = entry{key, message}
	return token
}

const longestVendor = 500 * time.Millisecond

var errRefused = errors.New("the vendor refuses")

// vendor takes its time, and refuses at times. What is sent to it is awaited, half the time.
func (f *fleet) vendor(ctx context.Context) error {
	took := rand.N(4 * time.Millisecond)
	if rand.IntN(50) == 0 {
		took = rand.N(longestVendor)
	}
	if rand.IntN(2) == 0 {
		defer idempotency.Hold(ctx, time.Now().Add(longestVendor))()
	}
	select {
	case <-time.After(took):
	case <-ctx.Done():
		return ctx.Err()
	}
	if rand.IntN(30) == 0 {
		return errRefused
	}
	return nil
}

// sweep asks every replica for each key that came to several tokens, twice: at first each
// brings back what it remembers, then it finds what the others do.
func (f *fleet) sweep() {
	f.mu.Lock()
	messages := make(map[id]map[string]string) // by token
	for _, o := range f.history.ops {
		if o.token == "" {
			continue
		}
		if messages[o.id] == nil {
			messages[o.id] = make(map[string]string)
		}
		messages[o.id][o.token] = o.message
	}
	f.mu.Unlock()
	nothing := func(context.Context) error { return errRefused }
	for pass := range 2 {
		if pass == 1 {
			f.addWindow(window{from: f.now(), to: f.now(), fault: sweeps})
		}
		for key, byToken := range messages {
			if len(byToken) < 2 {
				continue
			}
			for _, message := range byToken {
				for at := range f.replicas {
					f.call(at, key, message, time.Second, nothing)
				}
			}
		}
	}
}

func (f *fleet) addWindow(w window) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.history.windows = append(f.history.windows, w)
}

// end waits for what goes on, and returns the history.
func (f *fleet) end() *history {
	time.Sleep(3 * longestVendor)
	f.sweep()
	time.Sleep(3 * longestVendor)
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, r := range f.replicas {
		f.history.counted[i] = r.counted.Load()
	}
	return &f.history
}
