package route

import (
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const subjects = 100_000

// forSubject asks for one of the subjects.
func forSubject(i int) *Query {
	q := query()
	q.Request = &providers.Request{SubjectID: sensitive.New("user-" + strconv.Itoa(i))}
	return q
}

func weighted(targets ...Target) *Table {
	return NewTable([]Route{{Flow: providers.FlowAppSDK, Weighted: true, Targets: targets}})
}

// firsts returns the account that each subject is sent to.
func firsts(t *testing.T, r *Table) []string {
	t.Helper()
	all := make([]string, subjects)
	for i := range all {
		all[i] = planned(t, r, forSubject(i))[0]
	}
	return all
}

// requireShare checks an account's share of the names, to 0.6 of a percentage point.
func requireShare(t *testing.T, want float64, account string, names []string) {
	t.Helper()
	n := 0
	for _, name := range names {
		if name == account {
			n++
		}
	}
	require.InDelta(t, want, float64(n)/float64(len(names)), 0.006, account)
}

func TestOrderedKeepsTheRoutesOrder(t *testing.T) {
	r := table(target("c"), target("a"), target("b"))
	for i := range 50 {
		require.Equal(t, []string{"c", "a", "b"}, planned(t, r, forSubject(i)))
	}
}

func TestWeightsAreShares(t *testing.T) {
	for _, weights := range [][]float64{{90, 10}, {1, 1}, {70, 20, 10}, {1, 1, 1, 1, 1}, {5000, 1, 4999}, {1, 0}} {
		var targets []Target
		total := 0.0
		for i, weight := range weights {
			targets = append(targets, target("account-"+strconv.Itoa(i), weighing(weight)))
			total += weight
		}
		names := firsts(t, weighted(targets...))
		for i, weight := range weights {
			requireShare(t, weight/total, "account-"+strconv.Itoa(i), names)
		}
	}
}

// Two targets that differ only in their parameters share by weight like any others.
func TestTargetsThatDifferInParametersOnly(t *testing.T) {
	r := weighted(target("a", with("scene 1"), weighing(30)), target("a", with("scene 2"), weighing(70)))
	n := 0
	for i := range subjects {
		p, failure := r.Plan(forSubject(i))
		require.Nil(t, failure)
		if p.Targets[0].Parameters[0] == "scene 1" {
			n++
		}
	}
	require.InDelta(t, 0.3, float64(n)/subjects, 0.006)
}

// What a failed first choice leaves is shared by the weights of the others.
func TestFailoverGoesByWeight(t *testing.T) {
	r := weighted(target("a", weighing(70)), target("b", weighing(20)), target("c", weighing(10)))
	var seconds []string
	for i := range subjects {
		if order := planned(t, r, forSubject(i)); order[0] == "a" {
			seconds = append(seconds, order[1])
		}
	}
	requireShare(t, 20.0/30, "b", seconds)
}

func TestOneWeightMovesOnlyItsShare(t *testing.T) {
	before := firsts(t, weighted(target("a", weighing(70)), target("b", weighing(20)), target("c", weighing(10))))
	after := firsts(t, weighted(target("a", weighing(70)), target("b", weighing(40)), target("c", weighing(10))))
	moved := 0
	for i := range before {
		if before[i] != after[i] {
			require.Equal(t, "b", after[i], "subject %d left %s", i, before[i])
			moved++
		}
	}
	require.InDelta(t, 40.0/120-20.0/100, float64(moved)/subjects, 0.006)
}

func TestRulingOutMovesOnlyItsSubjects(t *testing.T) {
	r := weighted(target("a", in("sgp")), target("b"), target("c"))
	for i := range 1000 {
		q := forSubject(i)
		all := planned(t, r, q)
		q.Regions = []string{"cn"}
		require.Equal(t, slices.DeleteFunc(all, func(name string) bool { return name == "a" }), planned(t, r, q))
	}
}

// Every replica sends a subject the same way, however its configuration lists the
// targets.
func TestOrderDependsOnTheSubjectAlone(t *testing.T) {
	here := weighted(target("a", weighing(3)), target("b", weighing(2)), target("a", of(&page)))
	there := weighted(target("a", of(&page)), target("a", weighing(3)), target("b", weighing(2)))
	for i := range 1000 {
		p, _ := here.Plan(forSubject(i))
		q, _ := there.Plan(forSubject(i))
		for j := range p.Targets {
			require.Equal(t, p.Targets[j].Account, q.Targets[j].Account)
			require.Equal(t, p.Targets[j].Product, q.Targets[j].Product)
		}
	}
}

func TestWhatAnOrderSticksTo(t *testing.T) {
	r := weighted(target("a"), target("b"), target("c"), target("d"))
	distinct := func(q *Query) int {
		orders := map[string]bool{}
		for range 64 {
			name := ""
			for _, account := range planned(t, r, q) {
				name += account
			}
			orders[name] = true
		}
		return len(orders)
	}
	subject := forSubject(1)
	require.Equal(t, 1, distinct(subject))
	keyed := query()
	keyed.IdempotencyKey = "key-1"
	require.Equal(t, 1, distinct(keyed))
	require.Greater(t, distinct(query()), 1)

	// The subject counts before the key.
	subject.IdempotencyKey = "key-2"
	require.Equal(t, planned(t, r, forSubject(1)), planned(t, r, subject))
}

func TestUnitIsAnOpenInterval(t *testing.T) {
	require.Positive(t, unit(0))
	require.Less(t, unit(math.MaxUint64), 1.0)
	require.InDelta(t, 0.5, unit(1<<63), 1e-9)
}

// A change of the hash would move users to another vendor at an upgrade.
func TestHashIsFNV(t *testing.T) {
	for _, text := range []string{"", "a", "user-1", "megvii-cn/megvii.app-v5#0", "用户"} {
		h := fnv.New64a()
		_, _ = h.Write([]byte(text))
		require.Equal(t, mix(h.Sum64()), hash(text), text)
	}
}
