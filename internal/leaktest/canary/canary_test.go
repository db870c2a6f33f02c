package canary_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
)

func TestEverySpellingIsFound(t *testing.T) {
	scanner := canary.NewScanner()
	set := scanner.Watch(canary.NewSet("case"))
	for _, value := range []string{set.Text("text"), set.IdentityNumber("number")} {
		for _, spelling := range canary.Spellings() {
			for _, text := range spelling.Spell(value) {
				if len(text) < 8 {
					continue // a half of a number's digits may be chance
				}
				found := scanner.Find("place", []byte("before "+text+" after"), nil)
				require.NotEmpty(t, found, spelling.Name)
				require.NotContains(t, fmt.Sprint(found), value)
			}
		}
	}
	require.Len(t, canary.Spellings(), 13)
}

func TestNothingElseIsFound(t *testing.T) {
	scanner := canary.NewScanner()
	mine, other := scanner.Watch(canary.NewSet("mine")), canary.NewSet("unwatched")
	text := []byte(other.Text("token") + " and " + mine.Text("token"))
	require.Empty(t, scanner.Find("place", text, mine, "token"))
	require.NotEmpty(t, scanner.Find("place", text, mine, "name"))
	require.NotEmpty(t, scanner.Find("place", text, nil))
	require.Empty(t, scanner.Find("place", []byte("1234567"), nil))
}

// Thousands of halves of nine random digits would be found among the times of a long log.
func TestDigitsOfATimeAreNoCanary(t *testing.T) {
	scanner := canary.NewScanner()
	for i := range 2_000 {
		scanner.Watch(canary.NewSet(fmt.Sprint(i))).IdentityNumber("number")
	}
	var times strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&times, "2026-12-01T07:54:53.%d ", 110_000_000+i*99)
	}
	require.Empty(t, scanner.Find("log", []byte(times.String()), nil))
}
