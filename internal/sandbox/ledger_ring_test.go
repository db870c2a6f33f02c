package sandbox

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLedgerForgetsTheOldest(t *testing.T) {
	l := newLedger(3)
	for code, want := range []string{"", "0", "01", "012", "123", "234", "345", "456"} {
		var codes string
		entries, dropped := l.read()
		for _, e := range entries {
			codes += e.Code
		}
		require.Equal(t, want, codes)
		require.Equal(t, max(0, code-3), dropped)
		l.add(Entry{Code: string(rune('0' + code))})
	}
	l.clear()
	l.add(Entry{Code: "a"})
	entries, dropped := l.read()
	require.Equal(t, []Entry{{Code: "a"}}, entries)
	require.Zero(t, dropped)
}

func TestLedgerSize(t *testing.T) {
	require.Equal(t, 100_000, NewMegvii(Options{}).ledger.size)
	require.Equal(t, 100_000, NewLinkface(Options{}).ledger.size)
}
