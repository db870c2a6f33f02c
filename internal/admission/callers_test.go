package admission

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// in makes a call of the caller, which holds what it gets, and says why it is shed.
func (c *Controller) in(caller string, bytes int64) (permit *Permit, shed string) {
	permit = &Permit{}
	failure := c.Open(permit, caller, false)
	if failure == nil {
		failure = permit.Admit()
	}
	if failure == nil {
		failure = permit.Fits(bytes)
	}
	if failure == nil {
		failure = permit.Reserve(bytes)
	}
	if failure != nil {
		permit.Release()
		return nil, failure.Error()
	}
	return permit, ""
}

// fill makes calls of the caller until one is shed.
func (c *Controller) fill(caller string, bytes int64) (permits []*Permit, shed string) {
	for {
		permit, shed := c.in(caller, bytes)
		if shed != "" {
			return permits, shed
		}
		permits = append(permits, permit)
	}
}

func requireNothingHeld(t *testing.T, c *Controller) {
	t.Helper()
	require.Zero(t, c.calls.held.Load()+c.bytes.held.Load()+c.calls.holders.Load()+c.bytes.holders.Load())
	for name, h := range *c.callers.Load() {
		require.Zero(t, h.calls.held.Load()+h.bytes.held.Load(), name)
	}
}

// A caller has bounds of its own, which no other caller's calls count against.
func TestCallersHaveBoundsOfTheirOwn(t *testing.T) {
	c := NewController(Limits{MaxCalls: 100, MaxPhotoBytes: 1000}, map[string]Limits{
		"shop": {MaxCalls: 3, MaxPhotoBytes: 100}, "bank": {},
	})
	calls, shed := c.fill("shop", 1)
	require.Len(t, calls, 3)
	require.Equal(t, "CALLER_QUOTA_EXCEEDED: too many calls of the caller at once", shed)
	_, shed = c.in("bank", 1)
	require.Empty(t, shed)
	calls[0].Release()
	_, shed = c.in("shop", 99)
	require.Equal(t, "CALLER_QUOTA_EXCEEDED: too many photos of the caller at once", shed)
	calls[0], shed = c.in("shop", 98)
	require.Empty(t, shed)
	held, bytes := c.InFlightOf("shop")
	require.Equal(t, []int64{3, 100}, []int64{held, bytes})
}

// Alone, a caller gets four fifths where others may come; then it gives way to whoever comes,
// until the shares are equal, and no further.
func TestSharesBecomeEqual(t *testing.T) {
	c := NewController(Limits{MaxCalls: 100}, map[string]Limits{"crowd": {}, "shop": {}, "bank": {}})
	crowd, shed := c.fill("crowd", 0)
	require.Len(t, crowd, 80)
	require.Equal(t, "OVERLOADED: too many calls at once, and of this caller more than its equal share", shed)
	shop, shed := c.fill("shop", 0)
	require.Len(t, shop, 20)
	require.Equal(t, "OVERLOADED: too many calls at once", shed)

	for range 80 {
		// Each call that ends is followed by tries of both, the crowd's first.
		crowd[len(crowd)-1].Release()
		crowd = crowd[:len(crowd)-1]
		more, _ := c.fill("crowd", 0)
		crowd = append(crowd, more...)
		more, _ = c.fill("shop", 0)
		shop = append(shop, more...)
	}
	require.Len(t, crowd, 50)
	require.Len(t, shop, 50)
	bank, _ := c.fill("bank", 0)
	require.Empty(t, bank)
	for i := range 20 {
		crowd[i].Release()
		shop[i].Release()
	}
	bank, _ = c.fill("bank", 0)
	require.Len(t, bank, 33)
	for _, permits := range [][]*Permit{crowd[20:], shop[20:], bank} {
		for _, permit := range permits {
			permit.Release()
		}
	}
	requireNothingHeld(t, c)
}

// A caller with photos twenty times as large leaves the bytes that the others need.
func TestPhotosOfOneLeaveRoomForOthers(t *testing.T) {
	c := NewController(Limits{MaxPhotoBytes: 1000}, map[string]Limits{"photos": {}, "shop": {}})
	large, _ := c.fill("photos", 20)
	require.Len(t, large, 40)
	small, shed := c.fill("shop", 1)
	require.Len(t, small, 200)
	require.Equal(t, "OVERLOADED: too many photos at once", shed)
	large[0].Release()
	_, shed = c.in("photos", 20)
	require.Contains(t, shed, "more than its equal share")
	_, shed = c.in("shop", 20)
	require.Empty(t, shed)
}

// Where there is one caller, or none is told from another, all is for it.
func TestOneCallerGetsAll(t *testing.T) {
	for _, callers := range []map[string]Limits{nil, {"shop": {}}} {
		c := NewController(Limits{MaxCalls: 100}, callers)
		calls, shed := c.fill("shop", 0)
		require.Len(t, calls, 100)
		require.Equal(t, "OVERLOADED: too many calls at once", shed)
	}
}

// Whatever many callers do at once, no bound is passed, nobody within an equal share is shed
// while a fifth is free, and in the end nothing is held.
func TestCallersConcurrently(t *testing.T) {
	const callers, most = 4, 40
	limits := map[string]Limits{}
	for i := range callers {
		limits[strconv.Itoa(i)] = Limits{MaxCalls: most / 2}
	}
	c := NewController(Limits{MaxCalls: most}, limits)
	var done sync.WaitGroup
	for worker := range 4 * callers {
		done.Go(func() {
			random, caller := rand.New(rand.NewPCG(uint64(worker), 1)), strconv.Itoa(worker%callers)
			var held []*Permit
			for range 5000 {
				if permit, shed := c.in(caller, 0); shed == "" {
					held = append(held, permit)
				}
				calls, _ := c.InFlight()
				assert.LessOrEqual(t, calls, int64(most))
				own, _ := c.InFlightOf(caller)
				assert.LessOrEqual(t, own, int64(most/2))
				for len(held) > random.IntN(6) {
					held[len(held)-1].Release()
					held = held[:len(held)-1]
				}
			}
			for _, permit := range held {
				permit.Release()
			}
		})
	}
	done.Wait()
	requireNothingHeld(t, c)
}

// What is in flight counts against the limits of the next configuration, and is given back.
func TestLimitsOfTheNextConfiguration(t *testing.T) {
	c := NewController(Limits{MaxCalls: 10}, map[string]Limits{"shop": {MaxCalls: 2}, "gone": {MaxCalls: 2}})
	permits := make([]Permit, 4)
	open := func(permit *Permit, caller string) providers.Reason {
		if refused := c.Open(permit, caller, false); refused != nil {
			return refused.Reason
		}
		if refused := permit.Admit(); refused != nil {
			return refused.Reason
		}
		return ""
	}
	require.Empty(t, open(&permits[0], "shop"))
	require.Empty(t, open(&permits[1], "gone"))
	c.Use(Limits{MaxCalls: 3}, map[string]Limits{"shop": {MaxCalls: 1}})
	require.Equal(t, providers.CallerQuotaExceeded, open(&Permit{}, "shop"))
	require.Empty(t, open(&permits[2], "other"))
	require.Equal(t, providers.Overloaded, open(&Permit{}, "other"))
	for i := range permits {
		permits[i].Release()
	}
	requireNothingHeld(t, c)
	require.Empty(t, open(&permits[3], "shop"))
	permits[3].Release()
	requireNothingHeld(t, c)
}
