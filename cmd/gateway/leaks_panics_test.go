package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// thatBlabs are adapters that panic, or fail in a way of their own, with all that they know.
type thatBlabs struct {
	providers.Target

	how func(known string) error
}

func (b thatBlabs) Issue(_ context.Context, call providers.Call) (*providers.Token, error) {
	known := call.Request.SubjectID.Reveal()
	if document := call.Request.IdentityDocument; document != nil {
		known += document.Name.Reveal() + document.Number.Reveal()
	}
	return nil, b.how(known)
}

type blabbing struct {
	providers.Account

	how func(known string) error
}

func (b blabbing) NewTarget(product string, parameters map[string]string) providers.Target {
	return thatBlabs{b.Account.NewTarget(product, parameters), b.how}
}

type spokenError struct{ known string }

func (s spokenError) String() string { return s.known }
func (s spokenError) Error() string  { return s.known }

func noMap() map[string]string { return nil }

// numberOf makes an index of the digits of what is known.
func numberOf(known string) (n int) {
	for _, char := range known {
		if '0' <= char && char <= '9' && n < 1<<56 {
			n = n*10 + int(char-'0')
		}
	}
	return n
}

// Whatever an adapter panics with, the log has its type and its place.
func TestPanicsLeaveNothing(t *testing.T) {
	for name, how := range map[string]func(known string) error{
		"text":           func(known string) error { panic(known) },
		"an error":       func(known string) error { panic(errors.New(known)) },
		"a stringer":     func(known string) error { panic(spokenError{known}) },
		"a pointer":      func(known string) error { panic(&known) },
		"bytes":          func(known string) error { panic([]byte(known)) },
		"a wrapped one":  func(known string) error { panic(fmt.Errorf("of %s: %w", known, errors.ErrUnsupported)) },
		"an index":       func(known string) error { _ = []int{}[numberOf(known)]; return nil },
		"a slice":        func(known string) error { _ = make([]int, 1)[:numberOf(known)]; return nil },
		"a length":       func(known string) error { _ = make([]int, -numberOf(known)); return nil },
		"nil":            func(string) error { noMap()["a"] = "b"; return nil },
		"of the runtime": func(known string) error { var v any = spokenError{known}; _ = v.(fmt.Formatter); return nil },
		"wrapped around the runtime's": func(known string) error {
			defer func() { panic(fmt.Errorf("of %s: %w", known, recover().(error))) }()
			_ = []int{}[numberOf(known)]
			return nil
		},
		"no panic":   errors.New,
		"no failure": func(known string) error { return fmt.Errorf("of %s: %w", known, os.ErrNotExist) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLeaks()
			set := l.Watch(canary.NewSet("panic"))
			for _, key := range []string{"", set.Text("idempotency_key")} {
				log := callThatPanics(t, l, set, how, key)
				require.Contains(t, log, `"reason":"INTERNAL"`)
				l.scan("log", []byte(log), nil)
			}
			l.none(t)
			require.Contains(t, l.reasons, "INTERNAL")
		})
	}
}

// callThatPanics calls a gateway whose adapters panic, over both transports, and returns
// its log.
func callThatPanics(t *testing.T, l *leaks, set *canary.Set, how func(string) error, key string) (log string) {
	t.Helper()
	setSecrets(t, set)
	all := vendors.All()
	for _, v := range all {
		opened := v.Open
		v.Open = func(c providers.AccountConfig) providers.Account { return blabbing{opened(c), how} }
	}
	cfg, err := config.Parse("test.yaml", []byte(trialConfig("http://127.0.0.1:1")), all)
	require.NoError(t, err)
	var output lockedBuffer
	t.Run("calls", func(t *testing.T) {
		started, client := startConfigured(t, cfg, &output)
		g := &leakyGateway{rest: started.REST, client: client}
		for _, product := range leakProducts {
			request := product.Request(set, "")
			request.IdempotencyKey = key
			var header, trailer metadata.MD
			_, err := client.IssueLivenessToken(t.Context(), request, grpc.Header(&header), grpc.Trailer(&trailer))
			require.Error(t, err)
			l.scanStatus(err, set)
			l.scanMetadata(header, trailer)
			body, err := protojson.Marshal(request)
			require.NoError(t, err)
			g.post(t.Context(), l, set, "/v1/liveness-tokens", body, jsonHeader)
		}
	})
	return output.String()
}

// openStore shows what it is given to keep.
type openStore struct {
	idempotency.Store

	written []byte
}

func (s *openStore) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	written := lease
	written.Caller = "" // a name of the configuration: a store counts by it, and writes it nowhere
	s.written = append(s.written, fmt.Sprintf("%s %s %s %+v", name[:], lease.Message[:], lease.Owner, written)...)
	return s.Store.Lease(ctx, name, lease, ttl)
}

func (s *openStore) Complete(ctx context.Context, name idempotency.Digest, lease idempotency.Record, answer []byte, ttl time.Duration) (idempotency.Record, error) {
	s.written = append(s.written, answer...)
	return s.Store.Complete(ctx, name, lease, answer, ttl)
}

// What the store of idempotency keys holds is hashed or sealed.
func TestTheStoreHoldsNothing(t *testing.T) {
	l := newLeaks()
	set := l.Watch(canary.NewSet("store"))
	store := &openStore{Store: idempotency.NewMemory(1000, 1<<20)}
	keeper, err := idempotency.NewKeeper(store, []byte(set.Text("store's secret")))
	require.NoError(t, err)
	request := productOf(t, "megvii.pc-web").Request(set, "")
	encoded, err := proto.Marshal(request)
	require.NoError(t, err)
	answer, err := proto.Marshal(&livenessv1.IssueLivenessTokenResponse{
		Token: set.Text("token"), SessionId: set.Text("session_id"), Reference: request.GetReference(),
		Client: &livenessv1.Client{Url: set.URL("url"), Digits: set.Text("digits"), Parameters: map[string]string{"a": set.Text("parameter")}},
	})
	require.NoError(t, err)
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		result, err := keeper.Do(ctx, idempotency.Call{
			Caller: set.Text("caller"), Key: set.Text("idempotency_key"), Message: []idempotency.Part{{encoded}},
			Run: func(context.Context) (idempotency.Answer, error) { return idempotency.Answer{Content: answer}, nil },
		})
		cancel()
		require.NoError(t, err)
		require.Equal(t, answer, result.Answer)
	}
	require.Greater(t, len(store.written), len(answer))
	// A digest has room for the beginning of a message alone: each value is one.
	for i, c := range set.Canaries() {
		for _, message := range [][]byte{[]byte(c.Value), []byte(strings.Repeat(c.Value, 1<<10))} {
			_, err := keeper.Do(t.Context(), idempotency.Call{
				Key: fmt.Sprint(i, len(message)), Message: []idempotency.Part{{message}, {message}},
				Run: func(context.Context) (idempotency.Answer, error) { return idempotency.Answer{Content: answer}, nil },
			})
			require.NoError(t, err)
		}
	}
	l.scan("store", store.written, nil)
	l.none(t)
}
