package config_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/config/document"
)

// TestRubbish damages a good file in every way that a keyboard can. Parse must
// not panic, and every mistake must have a place within the file.
func TestRubbish(t *testing.T) {
	setEnvironment(t)
	good := []byte(readFile(t, "testdata/good/full.yaml"))
	random := rand.New(rand.NewPCG(3, 4))
	check := checkParse(t)
	for range 1000 {
		check(t, damage(random, good))
	}
}

// What is no configuration gets its mistakes told in few words, whatever it is.
func TestHostileFiles(t *testing.T) {
	reader := newReader(t)
	for name, text := range map[string]string{
		"NULs":                strings.Repeat("\x00", 1<<18),
		"a long text":         strings.Repeat("x", 1<<18),
		"a long key":          strings.Repeat("x", 1<<18) + ": 1",
		"a long value":        "log: {level: " + strings.Repeat("x", 1<<18) + "}",
		"a long list":         "routes:\n" + strings.Repeat("  - {}\n", 3999),
		"an alias bomb":       "log: &a {level: info}\nlisten: &b [*a,*a,*a]\nlimits: &c [*b,*b,*b]\nidempotency: {<<: *c}\n",
		"a number of a page":  "limits: {max_calls: " + strings.Repeat("9", 1<<16) + "}",
		"an exponent":         "limits: {max_calls: 1e999999999}",
		"accounts in a list":  "accounts:\n" + strings.Repeat("  - {}\n", 3999),
		"accounts of nothing": "accounts:\n" + strings.Repeat("  ? \n", 3999),
		"nothing":             "~",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reader.Parse("a.yaml", []byte(text))
			var mistakes document.Errors
			require.ErrorAs(t, err, &mistakes)
			require.Less(t, len(err.Error()), 64<<10)
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"testdata/good/full.yaml", "testdata/bad/types.yaml", "testdata/bad/aliases.yaml"} {
		f.Add([]byte(readFile(f, seed)))
	}
	f.Fuzz(checkParse(f))
}

func checkParse(tb testing.TB) func(*testing.T, []byte) {
	tb.Helper()
	reader := newReader(tb)
	return func(t *testing.T, text []byte) {
		t.Helper()
		checkParsed(t, reader, text)
	}
}

func checkParsed(t *testing.T, reader *config.Reader, text []byte) {
	t.Helper()
	c, err := reader.Parse("testdata/good/rubbish.yaml", text)
	if err == nil {
		require.NotNil(t, c)
		return
	}
	var mistakes document.Errors
	require.ErrorAs(t, err, &mistakes)
	require.NotEmpty(t, mistakes)
	for _, m := range mistakes {
		require.Positive(t, m.Line, m.Message)
		require.Positive(t, m.Column, m.Message)
		require.NotEmpty(t, m.Message)
	}
}

func damage(random *rand.Rand, good []byte) []byte {
	const keys = "\x00\t\n\r {}[]:,-#&*!|>'\"%@`?~<\xff0aé\ufeff"
	text := append([]byte{}, good...)
	for range 1 + random.IntN(4) {
		from := random.IntN(len(text))
		to := min(len(text), from+random.IntN(12))
		switch random.IntN(3) {
		case 0:
			text[from] = keys[random.IntN(len(keys))]
		case 1:
			text = append(text[:from], text[to:]...)
		default:
			text = append(text[:to], append([]byte{keys[random.IntN(len(keys))]}, text[from:]...)...)
		}
	}
	return text
}
