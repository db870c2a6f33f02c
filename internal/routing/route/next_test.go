package route

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

// A target is found again by its route and its parameters, whatever else is different; of two
// that are alike in these, each finds itself.
func TestTargetsAreFoundAgain(t *testing.T) {
	now := time.Now()
	account := guard.AccountOf([]string{"main"}, 100)
	fingerprinted := func(text string, weight float64) Target {
		return target("a", weighing(weight), func(t *Target) { t.Guard, t.Fingerprint = account, text })
	}
	routes := func(targets ...Target) *Table {
		return NewTable([]Route{
			{Flow: providers.FlowAppSDK, Targets: targets},
			{Flow: providers.FlowAppSDK, Scenario: "login", Targets: []Target{fingerprinted("one", 1)}},
		})
	}
	open := func(table *Table, route, target int) bool {
		return table.Routes()[route].Targets[target].OwnGuard().Status(now).Target.State == guard.Open
	}
	before := routes(fingerprinted("one", 1), fingerprinted("one", 2), fingerprinted("two", 1))
	twin := before.Routes()[0].Targets[1].OwnGuard()
	for range 5 {
		grant := new(guard.Grant)
		refusal := twin.Acquire(grant, "", now, time.Second, nil, guard.Nobody)
		require.Empty(t, refusal)
		twin.Release(now, grant, guard.Result{Target: guard.Faulty})
	}
	account, _ = account.Next(now, []string{"main"}, 50)
	after := routes(fingerprinted("two", 9), fingerprinted("one", 9), fingerprinted("three", 9), fingerprinted("one", 9))
	require.False(t, open(after, 0, 0))
	require.False(t, open(after, 0, 1))
	require.False(t, open(after, 0, 2))
	require.True(t, open(after, 0, 3))
	require.False(t, open(after, 1, 0))
}
