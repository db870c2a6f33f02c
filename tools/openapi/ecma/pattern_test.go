package ecma

import (
	"regexp"
	"strconv"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

func TestPatternsOfECMA(t *testing.T) {
	for re2, want := range map[string]string{
		`^[A-Za-z0-9._:-]{1,128}$`: `^[A-Za-z0-9._:-]{1,128}$`, // the same there
		`(?i)^https?://`:           `^[Hh][Tt][Tt][Pp][Ss\u017f]?:\/\/`,
		`^\x{200c}+(ab|c.)*$`:      `^\u200c+(?:(?:ab|c[^\n]))*$`,
		`a.b`:                      `a[^\n]b`,
		`\Qa.b\E{2}`:               `a\.b{2}`,
		`(?:ab){2,}[[:digit:]]?`:   `(?:ab){2,}[0-9]?`,
		`[\x{e0020}-\x{e007f}-]`:   "[\\-\U000e0020-\U000e007f]",
	} {
		got, err := Pattern(re2)
		require.NoError(t, err, re2)
		require.Equal(t, want, got, re2)
	}
	for _, re2 := range []string{`(`, `\bword\b(?i)`, `(?m)^a`} {
		_, err := Pattern(re2)
		require.Error(t, err, re2)
	}
}

// What is refused wherever it stands becomes what may stand anywhere.
func TestPatternsOfTextsWithout(t *testing.T) {
	got, err := Without(`[\p{Cc}\p{Zl}\p{Zp}]|[^\P{Cf}\x{200c}\x{200d}]`)
	require.NoError(t, err)
	require.Regexp(t, `^[ -~]+$`, got, "what every program can show")
	inGo := regexp.MustCompile(regexp.MustCompile(`\\u([0-9a-f]{4})`).ReplaceAllString(got, `\x{$1}`))
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0xd800 && r <= 0xdfff {
			continue // halves of others, which no text has
		}
		refused := r <= 0xffff && unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Cf) && r != 0x200c && r != 0x200d
		require.Equal(t, !refused, inGo.MatchString("a"+string(r)), "%U", r)
	}

	got, err = Without(`^a`)
	require.NoError(t, err)
	require.Empty(t, got, "no single character")
}

func TestDigits(t *testing.T) {
	require.Equal(t, "(?:[6-9][0-9]|[1-9][0-9]{2}|[1-9][0-9]{3}|[1-7][0-9]{4}|8[0-5][0-9]{3}|86[0-3][0-9]{2}|86400)", Digits(60, 86400))
	for _, bounds := range [][2]int64{{0, 0}, {0, 9}, {0, 10}, {5, 7}, {9, 11}, {60, 86400}, {99, 1000}, {120, 3456}, {1009, 1010}, {7, 70007}} {
		inGo := regexp.MustCompile("^" + Digits(bounds[0], bounds[1]) + "$")
		for n := range int64(100_000) {
			require.Equal(t, bounds[0] <= n && n <= bounds[1], inGo.MatchString(strconv.FormatInt(n, 10)), "%d in %v", n, bounds)
		}
		require.False(t, inGo.MatchString("0"+strconv.FormatInt(bounds[1], 10)))
	}
}
