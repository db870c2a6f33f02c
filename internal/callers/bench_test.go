package callers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/callers/callerstest"
)

// pieces are what shows a caller, and what it costs to tell it: nothing is allocated but
// the names in a certificate, and the bytes of a token for its hash.
func pieces(tb testing.TB) map[string]alloctest.Piece {
	tb.Helper()
	w := callerstest.NewWithFile(tb)
	ways := map[string]callers.Shown{
		"key":         {Authorization: []string{"Bearer " + w.BankKeys[0]}},
		"certificate": shown(tb, w, &callerstest.Case{Names: []callerstest.Name{callerstest.URI(callerstest.BankURI)}}),
	}
	for _, algorithm := range callerstest.Algorithms {
		ways["token "+algorithm] = callers.Shown{Authorization: []string{"Bearer " + w.Issuer.Token(tb, algorithm, nil)}}
	}
	all := map[string]alloctest.Piece{}
	for name, s := range ways {
		most := map[string]float64{"key": 0, "certificate": 2}[name]
		if strings.HasPrefix(name, "token") {
			most = 1
		}
		all[name] = alloctest.AtMost(most, func() {
			if _, fault := w.Authenticator.Authenticate(tb.Context(), s); fault != "" {
				tb.Fatal(fault)
			}
		})
	}
	return all
}

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces(t)) }

func BenchmarkAuthenticate(b *testing.B) { alloctest.Benchmark(b, pieces(b)) }

// A thousand callers cost as much as one.
func BenchmarkCallers(b *testing.B) {
	for _, n := range []int{1, 1000} {
		identities, tokens := make([]callers.Identity, n), make([][]string, n)
		for i := range identities {
			token, key := callers.NewAPIKey()
			identities[i] = callers.Identity{Caller: &callers.Caller{Name: fmt.Sprint(i)}, APIKeys: []callers.APIKey{key}}
			tokens[i] = []string{"Bearer " + token}
		}
		a, err := callers.New(identities, nil, nil)
		require.NoError(b, err)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, fault := a.Authenticate(b.Context(), callers.Shown{Authorization: tokens[i%n]}); fault != "" {
					b.Fatal(fault)
				}
			}
		})
	}
}

// BenchmarkNewToken is a token that is not known yet: its signature is checked.
func BenchmarkNewToken(b *testing.B) {
	w := callerstest.NewWithFile(b)
	for _, algorithm := range callerstest.Algorithms {
		b.Run(algorithm, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				s := callers.Shown{Authorization: []string{"Bearer " + w.Issuer.Token(b, algorithm, nil)}}
				b.StartTimer()
				if _, fault := w.Authenticator.Authenticate(b.Context(), s); fault != "" {
					b.Fatal(fault)
				}
			}
		})
	}
}
