package outofservice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clock is what the lists of a test have for the time.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func newClock() *clock { return &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

// fakeStore is a store that can be down, and one between whose load and swap others write.
type fakeStore struct {
	text   string
	ttl    time.Duration
	down   bool
	loaded func()
}

var errDown = errors.New("down")

func (s *fakeStore) Load(context.Context) (string, error) {
	if s.down {
		return "", errDown
	}
	text := s.text
	if s.loaded != nil {
		s.loaded()
	}
	return text, nil
}

func (s *fakeStore) Swap(_ context.Context, before, after string, ttl time.Duration) (bool, error) {
	if s.down {
		return false, errDown
	}
	if before != s.text {
		return false, nil
	}
	s.text, s.ttl = after, ttl
	return true, nil
}

func listOn(store Store, c *clock) *List {
	l := New(store)
	l.now = c.now
	return l
}

func (c *clock) entry(account, product string, minutes int) Entry {
	return Entry{Account: account, Product: product, Reason: "maintenance", Until: c.Add(time.Duration(minutes) * time.Minute)}
}

func put(t *testing.T, l *List, e Entry) (shared bool) {
	t.Helper()
	shared, err := l.Put(t.Context(), e)
	require.NoError(t, err)
	return shared
}

func TestReason(t *testing.T) {
	c := newClock()
	l := listOn(nil, c)
	require.True(t, put(t, l, c.entry("acme-cn", "", 5)))
	require.True(t, put(t, l, c.entry("", "beta.page", 10)))
	require.True(t, put(t, l, c.entry("beta-cn", "beta.app", 15)))
	for target, out := range map[[2]string]bool{
		{"acme-cn", "acme.app"}: true, {"acme-sgp", "acme.app"}: false, {"beta-sgp", "beta.page"}: true,
		{"beta-cn", "beta.app"}: true, {"beta-sgp", "beta.app"}: false, {"beta-cn", "beta.flash"}: false,
	} {
		require.Equal(t, out, l.Reason(target[0], target[1]) != "", target)
	}
	c.Time = c.Add(5 * time.Minute)
	require.Empty(t, l.Reason("acme-cn", "acme.app"), "it is over by itself")
	require.Len(t, l.Entries(), 2)
	_, err := l.Remove(t.Context(), "", "beta.page")
	require.NoError(t, err)
	require.Empty(t, l.Reason("beta-sgp", "beta.page"))
	for _, gone := range [][2]string{{"", "beta.page"}, {"acme-cn", ""}, {"beta-cn", ""}, {"", ""}} {
		_, err := l.Remove(t.Context(), gone[0], gone[1])
		require.ErrorIs(t, err, ErrUnknown)
	}
}

func TestCheck(t *testing.T) {
	c := newClock()
	for _, wrong := range []struct {
		says   string
		change func(*Entry)
	}{
		{"account or product", func(e *Entry) { e.Account = "" }},
		{"reason", func(e *Entry) { e.Reason = "" }},
		{"reason", func(e *Entry) { e.Reason = strings.Repeat("x", MaxReasonBytes+1) }},
		{"reason", func(e *Entry) { e.Reason = "two\nlines" }},
		{"reason", func(e *Entry) { e.Reason = "\x1b[2J" }},
		{"reason", func(e *Entry) { e.Reason = "\u202egone" }},
		{"reason", func(e *Entry) { e.Reason = "\xff" }},
		{"minutes", func(e *Entry) { e.Until = c.Time }},
		{"minutes", func(e *Entry) { e.Until = c.Add(-time.Hour) }},
		{"minutes", func(e *Entry) { e.Until = c.Add(MaxTime + time.Second) }},
		{"minutes", func(e *Entry) { e.Until = time.Time{} }},
	} {
		e := c.entry("acme-cn", "", 5)
		wrong.change(&e)
		l := listOn(nil, c)
		_, err := l.Put(t.Context(), e)
		require.ErrorContains(t, err, wrong.says)
		require.Empty(t, l.Entries())
	}
}

func TestBound(t *testing.T) {
	c := newClock()
	l := listOn(&fakeStore{}, c)
	for i := range MaxEntries {
		put(t, l, c.entry(fmt.Sprint("account-", i), "", 5+i))
	}
	_, err := l.Put(t.Context(), c.entry("one-more", "", 5))
	require.ErrorIs(t, err, ErrFull)
	put(t, l, c.entry("account-7", "", 99)) // in the place of one
	require.Len(t, l.Entries(), MaxEntries)
	c.Time = c.Add(5 * time.Minute)
	put(t, l, c.entry("one-more", "", 5))
}

// Replicas see what others take out and put back, and one that is started anew sees it too.
func TestReplicas(t *testing.T) {
	c, store := newClock(), &fakeStore{}
	here, there := listOn(store, c), listOn(store, c)
	require.True(t, put(t, here, c.entry("acme-cn", "", 5)))
	require.Equal(t, 5*time.Minute, store.ttl)
	require.NoError(t, there.Sync(t.Context()))
	require.Equal(t, here.Entries(), there.Entries())
	put(t, there, c.entry("beta-cn", "", 10))
	_, err := there.Remove(t.Context(), "acme-cn", "")
	require.NoError(t, err)
	restarted := listOn(store, c)
	for _, l := range []*List{here, restarted} {
		require.NoError(t, l.Sync(t.Context()))
		require.Equal(t, []Entry{c.entry("beta-cn", "", 10)}, l.Entries())
	}
	_, err = here.Remove(t.Context(), "beta-cn", "")
	require.NoError(t, err)
	require.Empty(t, store.text)
}

// Changes at the same moment are both kept.
func TestReplicasAtTheSameMoment(t *testing.T) {
	c, store := newClock(), &fakeStore{}
	here, there := listOn(store, c), listOn(store, c)
	store.loaded = func() {
		store.loaded = nil
		put(t, there, c.entry("beta-cn", "", 10))
	}
	require.True(t, put(t, here, c.entry("acme-cn", "", 5)))
	require.NoError(t, there.Sync(t.Context()))
	for _, l := range []*List{here, there} {
		require.Equal(t, []Entry{c.entry("acme-cn", "", 5), c.entry("beta-cn", "", 10)}, l.Entries())
	}
	// A store that changes under every swap is told of as one that cannot be reached.
	n := 0
	store.loaded = func() {
		n++
		store.text = fmt.Sprintf(`[{"account":"x-%d","reason":"r","until":"2026-03-02T00:00:00Z"}]`, n)
	}
	require.False(t, put(t, here, c.entry("gamma-cn", "", 5)))
	require.NotEmpty(t, here.Reason("gamma-cn", "g.app"), "it holds here")
}

// Without the store a change holds here, and reaches the others once it is back. What was
// known holds meanwhile, until its end.
func TestStoreDown(t *testing.T) {
	c, store := newClock(), &fakeStore{}
	here, there := listOn(store, c), listOn(store, c)
	put(t, here, c.entry("acme-cn", "", 5))
	put(t, here, c.entry("beta-cn", "", 50))
	store.down = true
	require.False(t, put(t, here, c.entry("gamma-cn", "", 20)))
	shared, err := here.Remove(t.Context(), "beta-cn", "")
	require.NoError(t, err)
	require.False(t, shared)
	require.ErrorIs(t, here.Sync(t.Context()), errDown)
	require.Equal(t, []Entry{c.entry("acme-cn", "", 5), c.entry("gamma-cn", "", 20)}, here.Entries())
	gamma := c.entry("gamma-cn", "", 20)
	c.Time = c.Add(6 * time.Minute)
	require.Equal(t, []Entry{gamma}, here.Entries())

	store.down = false
	require.NoError(t, here.Sync(t.Context()))
	require.NoError(t, there.Sync(t.Context()))
	require.Equal(t, []Entry{gamma}, there.Entries())
}

// What is in the store and cannot be read changes nothing, and does not grow the list.
func TestStoreThatHoldsOther(t *testing.T) {
	c, store := newClock(), &fakeStore{}
	l := listOn(store, c)
	put(t, l, c.entry("acme-cn", "", 5))
	store.text = "{"
	require.Error(t, l.Sync(t.Context()))
	require.Len(t, l.Entries(), 1)
	store.text = `[{"reason":"r","until":"2026-03-01T13:00:00Z"},{"account":"a","reason":"\n","until":"2026-03-01T13:00:00Z"},` +
		`{"account":"b","reason":"r","until":"9999-03-01T13:00:00Z"},{"account":"c","reason":"r","until":"2026-03-01T12:00:01Z"}]`
	require.NoError(t, l.Sync(t.Context()))
	require.Equal(t, []Entry{{Account: "c", Reason: "r", Until: c.Add(time.Second)}}, l.Entries())
	store.text = strings.Repeat("[", maxTextBytes+1)
	require.ErrorIs(t, l.Sync(t.Context()), errTooLong)
	many := make([]Entry, 3*MaxEntries)
	for i := range many {
		many[i] = c.entry(fmt.Sprint("account-", i), "", 1+i)
	}
	store.text = encode(many)
	require.NoError(t, l.Sync(t.Context()))
	require.Len(t, l.Entries(), MaxEntries)
	require.NotEmpty(t, l.Reason(many[len(many)-1].Account, "any"))
}
