package callers

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// The public keys of RFC 7517, appendix A.1, under other ids.
const (
	firstSet  = `{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":"first"}]}`
	secondSet = `{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":"second"}]}`
)

var es256 = []string{"ES256"}

// down is the text of a source that cannot be read.
const down = "down"

// fakeSource answers as it is told.
type fakeSource struct {
	text  atomic.Value
	delay atomic.Int64
	reads atomic.Int64
	// reported is how often what it has was bad.
	reported atomic.Int64
}

func (s *fakeSource) String() string { return "the source" }

func (s *fakeSource) read(ctx context.Context) ([]byte, error) {
	s.reads.Add(1)
	select {
	case <-time.After(time.Duration(s.delay.Load())):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	text := s.text.Load().(string)
	if text == down {
		return nil, errors.New(down)
	}
	return []byte(text), nil
}

// running runs keys of the source, which has the text, in a bubble.
func running(t *testing.T, text string, check func(*testing.T, *keys, *fakeSource)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &fakeSource{}
		s.text.Store(text)
		k := &keys{source: s, algorithms: es256, ask: make(chan struct{}, 1), report: func(string, error) { s.reported.Add(1) }}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go k.run(ctx)
		synctest.Wait()
		check(t, k, s)
	})
}

func (k *keys) has(t *testing.T, id string) bool {
	t.Helper()
	_, ok := k.find(t.Context(), keyName{id, "ES256"})
	return ok
}

func TestKeysAreRenewed(t *testing.T) {
	running(t, firstSet, func(t *testing.T, k *keys, s *fakeSource) {
		t.Helper()
		require.True(t, k.has(t, "first"))
		verified := k.current.Load()
		time.Sleep(renewal + time.Second)
		require.EqualValues(t, 2, s.reads.Load())
		require.Same(t, verified, k.current.Load(), "the set is the same")
		s.text.Store(secondSet)
		time.Sleep(renewal + time.Second)
		require.True(t, k.has(t, "second"))
		require.False(t, k.has(t, "first"), "it was withdrawn")
	})
}

// An issuer may sign with a new key at once (OpenID Connect Core, section 10.1.1).
func TestUnknownKeyRenews(t *testing.T) {
	running(t, firstSet, func(t *testing.T, k *keys, s *fakeSource) {
		t.Helper()
		s.text.Store(secondSet)
		require.False(t, k.has(t, "second"), "it was read just now")
		require.EqualValues(t, 1, s.reads.Load())
		time.Sleep(leastRenewal)
		s.delay.Store(int64(50 * time.Millisecond))
		require.True(t, k.has(t, "second"))
		require.EqualValues(t, 2, s.reads.Load())
	})
}

func TestUnknownKeysShareOneReading(t *testing.T) {
	running(t, firstSet, func(t *testing.T, k *keys, s *fakeSource) {
		t.Helper()
		s.delay.Store(int64(500 * time.Millisecond))
		for range 10 {
			time.Sleep(leastRenewal)
			before := s.reads.Load()
			for range 1000 {
				go k.has(t, "unknown")
			}
			time.Sleep(600 * time.Millisecond)
			for range 1000 {
				require.False(t, k.has(t, "unknown"))
			}
			require.Equal(t, before+1, s.reads.Load())
		}
	})
}

// A source that hangs holds no call for longer than renewalWait.
func TestSlowSource(t *testing.T) {
	running(t, firstSet, func(t *testing.T, k *keys, s *fakeSource) {
		t.Helper()
		time.Sleep(leastRenewal)
		s.delay.Store(int64(4 * time.Second))
		begun := time.Now()
		require.False(t, k.has(t, "second"))
		require.Equal(t, renewalWait, time.Since(begun))
		require.True(t, k.has(t, "first"))
	})
}

func TestBadSetsDoNotReplaceGoodOnes(t *testing.T) {
	for name, bad := range map[string]string{
		"down":        down,
		"rubbish":     "<html>",
		"empty":       "",
		"no keys":     `{"keys":[]}`,
		"no set":      `{}`,
		"list":        `[]`,
		"oct":         `{"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow","kid":"first"}]}`,
		"other curve": `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"first"}]}`,
		"encryption":  `{"keys":[{"kty":"EC","use":"enc","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":"first"}]}`,
		"no kid":      `{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}`,
		"private":     `{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE","kid":"first"}]}`,
		"twice":       `{"keys":[` + firstSet[9:len(firstSet)-2] + `,` + firstSet[9:len(firstSet)-2] + `]}`,
		"off curve":   `{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","kid":"first"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			running(t, firstSet, func(t *testing.T, k *keys, s *fakeSource) {
				t.Helper()
				s.text.Store(bad)
				time.Sleep(renewal + time.Minute)
				require.True(t, k.has(t, "first"))
				require.InDelta(t, 7, s.reported.Load(), 1, "tried every %v", leastRenewal)
				s.text.Store(secondSet)
				time.Sleep(leastRenewal + time.Second)
				require.True(t, k.has(t, "second"))
			})
		})
	}
}

// A set that has one usable key is usable, whatever else it has.
func TestKeysOfOtherKinds(t *testing.T) {
	set, err := parseKeySet([]byte(`{"keys":[
		{"kty":"AKP","alg":"ML-DSA-44","pub":"AA","kid":"new"},
		{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"short"},
		{"kty":"oct","k":"AAAA","kid":"first"},`+firstSet[9:]), es256)
	require.NoError(t, err)
	require.Len(t, set.keys, 1)
	require.Contains(t, set.keys, keyName{"first", "ES256"})
}

// The next configuration does not wait for a set that is known, nor fetch it sooner than it
// would have been.
func TestKeysAreInherited(t *testing.T) {
	running(t, firstSet, func(t *testing.T, before *keys, s *fakeSource) {
		t.Helper()
		time.Sleep(renewal / 2)
		for range 100 {
			next := &keys{source: s, algorithms: es256, ask: make(chan struct{}, 1)}
			next.inherit(before)
			ctx, cancel := context.WithCancel(t.Context())
			go next.run(ctx)
			synctest.Wait()
			require.True(t, next.has(t, "first"))
			require.EqualValues(t, 1, s.reads.Load())
			cancel()
		}
		s.text.Store(secondSet)
		next := &keys{source: s, algorithms: es256, ask: make(chan struct{}, 1)}
		next.inherit(before)
		go next.run(t.Context())
		time.Sleep(renewal / 2)
		synctest.Wait()
		require.True(t, next.has(t, "second"))
	})
}
