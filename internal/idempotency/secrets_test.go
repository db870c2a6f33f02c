package idempotency_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// recording keeps everything that a store is given.
type recording struct {
	idempotency.Store
	given   bytes.Buffer
	answers [][]byte
}

func (r *recording) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	r.given.Write(name[:])
	r.given.Write(lease.Message[:])
	r.given.WriteString(lease.Owner)
	return r.Store.Lease(ctx, name, lease, ttl)
}

func (r *recording) Complete(ctx context.Context, name idempotency.Digest, lease idempotency.Record, answer []byte, ttl time.Duration) (idempotency.Record, error) {
	r.given.Write(answer)
	r.answers = append(r.answers, answer)
	return r.Store.Complete(ctx, name, lease, answer, ttl)
}

// personal is a call whose every part is nobody's business, and what it is answered by.
func personal(answer string) idempotency.Call {
	return idempotency.Call{
		Caller: "the-caller", Key: "the-key", Message: []idempotency.Part{{[]byte("subject-7f3a")}, {[]byte("Zhang San")}},
		Run: func(context.Context) (idempotency.Answer, error) {
			return idempotency.Answer{Content: []byte(answer)}, nil
		},
	}
}

func TestTheStoreHoldsNothingInClear(t *testing.T) {
	store := &recording{Store: newMemory()}
	keeper := newKeeper(t, store)
	call := personal("token-1, Zhang San")
	require.Equal(t, idempotency.Issued, doCall(withDeadline(t), keeper, call).outcome)
	require.Equal(t, "token-1, Zhang San", doCall(withDeadline(t), keeper, call).answer)
	for _, text := range []string{"the-caller", "the-key", "subject-7f3a", "Zhang San", "token-1"} {
		require.NotContains(t, store.given.String(), text)
	}

	// The same again is other bytes, under another key another message.
	again := &recording{Store: newMemory()}
	require.Equal(t, idempotency.Issued, doCall(withDeadline(t), newKeeper(t, again), call).outcome)
	require.NotEqual(t, store.answers[0], again.answers[0])
	call.Key = "another"
	elsewhere := &recording{Store: newMemory()}
	require.Equal(t, idempotency.Issued, doCall(withDeadline(t), newKeeper(t, elsewhere), call).outcome)
	messageDigest := again.given.Bytes()[32:64]
	require.NotContains(t, elsewhere.given.String(), string(messageDigest))
}

// tampered hands out another answer than it was given.
type tampered struct {
	idempotency.Store
	with func(answer []byte) []byte
}

func (s *tampered) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	record, err := s.Store.Lease(ctx, name, lease, ttl)
	if record.Answer != nil {
		record.Answer = s.with(bytes.Clone(record.Answer))
	}
	return record, err
}

func TestAnAnswerOpensForItsCallOnly(t *testing.T) {
	other := &recording{Store: newMemory()}
	call := personal("another's token")
	call.Key = "another"
	doCall(withDeadline(t), newKeeper(t, other), call)
	for name, with := range map[string]func([]byte) []byte{
		"another key's": func([]byte) []byte { return other.answers[0] },
		"changed":       func(answer []byte) []byte { answer[20] ^= 1; return answer },
		"cut":           func(answer []byte) []byte { return answer[:5] },
		"empty":         func([]byte) []byte { return []byte{} },
	} {
		t.Run(name, func(t *testing.T) {
			keeper := newKeeper(t, &tampered{newMemory(), with})
			call := personal("token-1")
			require.Equal(t, "token-1", doCall(withDeadline(t), keeper, call).answer)
			got := doCall(withDeadline(t), keeper, call)
			require.Equal(t, idempotency.Unavailable, got.outcome)
			require.ErrorIs(t, got.err, idempotency.ErrUnavailable)
			require.Empty(t, got.answer)
		})
	}
}

func TestKeepersWithTwoSecretsHaveNothingInCommon(t *testing.T) {
	store := newMemory()
	one := newKeeper(t, store)
	two, err := idempotency.NewKeeper(store, []byte("another secret of thirty-two byte"))
	require.NoError(t, err)
	require.Equal(t, idempotency.Issued, doCall(withDeadline(t), one, personal("token-1")).outcome)
	require.Equal(t, idempotency.Issued, doCall(withDeadline(t), two, personal("token-2")).outcome)
}

// mixedUp answers every lease with one answer, whatever message that was for.
type mixedUp struct {
	idempotency.Store
	answer []byte
}

func (m mixedUp) Lease(_ context.Context, _ idempotency.Digest, lease idempotency.Record, _ time.Duration) (idempotency.Record, error) {
	lease.Answer = m.answer
	return lease, nil
}

// An answer opens for its own message alone, also under the same key: a store that mixes
// answers up gives none away.
func TestAnAnswerOpensForItsMessageAlone(t *testing.T) {
	store := &recording{Store: newMemory()}
	call := personal("token-1")
	require.Equal(t, idempotency.Issued, doCall(withDeadline(t), newKeeper(t, store), call).outcome)
	mixed := newKeeper(t, mixedUp{newMemory(), store.answers[0]})
	require.Equal(t, "token-1", doCall(withDeadline(t), mixed, call).answer)
	call.Message = []idempotency.Part{{[]byte("subject-7f3a")}, {[]byte("Li Si")}}
	got := doCall(withDeadline(t), mixed, call)
	require.Equal(t, idempotency.Unavailable, got.outcome)
	require.Empty(t, got.answer)
}
